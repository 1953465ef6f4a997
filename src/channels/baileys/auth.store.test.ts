import { randomBytes, randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import { getKeys, setKeys, useAuthStates } from '../../../test/doubles/auth-states.ts';
import { systemClock as clock } from '../../platform/clock.ts';
import { keysArchived } from './auth.store.ts';

const states = useAuthStates();
const preKeys = (count: number): Record<string, unknown> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${index}`, { private: randomBytes(32) }]));

test('null deletes', async () => {
  const state = await states.load();
  await setKeys(state, { 'pre-key': { 1: { private: Buffer.from('a') }, 2: { private: Buffer.from('b') } } });
  await setKeys(state, { 'pre-key': { 1: null }, tctoken: { never: null } });
  expect(await states.storedIds('pre-key')).toEqual(['2']);
  expect(await getKeys(state, 'pre-key', ['1'])).toEqual({});
});

test('a set of many keys and types is one statement', async () => {
  const state = await states.load(states.faraway);
  const { sent } = states.proxy;
  const before = sent.length;
  const changes = { 'pre-key': { ...preKeys(500), gone: null }, tctoken: { peer: 'x' }, 'lid-mapping': { a: 'b' } };
  await setKeys(state, changes);
  expect(sent.slice(before).filter((text) => text.includes('channel_keys'))).toHaveLength(1);
  expect(await states.storedIds('pre-key')).toHaveLength(500);
});

test('of a set in which one row is refused nothing is stored, nor of what follows until the keys are loaded anew', async () => {
  const state = await states.load();
  await setKeys(state, { 'pre-key': { keep: 'old', drop: 'old' } });
  await states.database.execute(`ALTER TABLE channel_keys ADD CONSTRAINT test_poison CHECK (id <> 'poison')`);
  try {
    const changes = { ...preKeys(100), keep: 'new', drop: null, poison: 'x' };
    await expect(setKeys(state, { tctoken: { peer: 'new' }, 'pre-key': changes })).rejects.toThrow('test_poison');
  } finally {
    await states.database.execute('ALTER TABLE channel_keys DROP CONSTRAINT test_poison');
  }
  expect(await states.storedIds('pre-key')).toEqual(['drop', 'keep']);
  expect(await states.storedIds('tctoken')).toEqual([]);
  // What it refused may be what everything after it rests on.
  await expect(setKeys(state, { 'pre-key': { after: 'it' } })).rejects.toThrow('test_poison');
  const anew = await states.load();
  expect(await getKeys(anew, 'pre-key', ['keep'])).toEqual({ keep: 'old' });
  await setKeys(anew, { 'pre-key': { after: 'it' } });
  expect(await getKeys(anew, 'pre-key', ['after'])).toEqual({ after: 'it' });
});

test('of a set whose connection is cut at any moment all is stored or nothing, and in the end all', async () => {
  const state = await states.load({ writer: states.faraway.writer });
  const ids = Object.keys(preKeys(200));
  for (let round = 0; round < 20; round += 1) {
    const written = setKeys(state, { 'pre-key': Object.fromEntries(ids.map((id) => [id, `round ${round}`])) });
    await clock.sleep(randomInt(0, 8));
    states.proxy.cut();
    const seen = await getKeys(await states.load(), 'pre-key', ids);
    expect(new Set(Object.values(seen)).size).toBeLessThanOrEqual(1);
    await written;
    expect(new Set(Object.values(await getKeys(state, 'pre-key', ids)))).toEqual(new Set([`round ${round}`]));
  }
});

test('archiving keeps the sealed credentials as they are and removes every key of this account only', async () => {
  const other = await states.newAccount();
  const mine = states.accountId;
  for (const accountId of [other, mine]) {
    states.accountId = accountId;
    const state = await states.load();
    await states.storeCreds(state);
    await setKeys(state, { tctoken: { peer: 'x' }, 'pre-key': preKeys(3) });
  }
  const rows = <Row extends object>(sql: string, accountId: string): Promise<Row[]> =>
    states.database.rows<Row>(sql, [accountId]);
  const creds = await rows(`SELECT value FROM channel_keys WHERE account_id = $1 AND type = 'creds'`, mine);
  const { lane } = await states.load();
  const batch = lane.batch();
  batch.add(keysArchived, { reason: 'logged_out' });
  lane.commit(batch);
  await lane.settled();
  expect(await rows('SELECT id FROM channel_keys WHERE account_id = $1', mine)).toEqual([]);
  expect(await rows('SELECT reason FROM channel_key_archive WHERE account_id = $1', mine)).toEqual([
    { reason: 'logged_out' },
  ]);
  expect(await rows('SELECT value FROM channel_key_archive WHERE account_id = $1', mine)).toEqual(creds);
  expect(await rows('SELECT id FROM channel_keys WHERE account_id = $1', other)).toHaveLength(5);
});
