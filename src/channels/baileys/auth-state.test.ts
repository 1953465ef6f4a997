import { randomBytes, randomInt } from 'node:crypto';
import { BufferJSON, initAuthCreds, proto } from '@whiskeysockets/baileys';
import { describe, expect, test } from 'vitest';
import { getKeys as get, setKeys as set, useAuthStates } from '../../../test/doubles/auth-states.ts';
import { systemClock as clock } from '../../platform/clock.ts';

const states = useAuthStates();

describe('values', () => {
  function randomValue(depth: number): unknown {
    const kinds: (() => unknown)[] = [
      () => randomInt(-1_000_000, 1_000_000),
      () => Math.random(),
      () => randomBytes(randomInt(0, 40)).toString('base64'),
      () => randomInt(2) === 1,
      () => randomBytes(randomInt(0, 300)),
      () => new Uint8Array(randomBytes(randomInt(1, 80))),
      () => '\u0000"\\\u2028\ud83d\ude00',
    ];
    if (depth > 0) {
      kinds.push(
        () => Array.from({ length: randomInt(0, 5) }, () => randomValue(depth - 1)),
        () => Object.fromEntries(Array.from({ length: randomInt(1, 6) }, (_, i) => [`k${i}`, randomValue(depth - 1)])),
      );
    }
    return (kinds[randomInt(kinds.length)] ?? (() => null))();
  }
  /** Byte arrays of every kind come back as Buffers. */
  function asBuffers(value: unknown): unknown {
    if (value instanceof Uint8Array) return Buffer.from(value);
    if (Array.isArray(value)) return value.map(asBuffers);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, asBuffers(each)]));
  }

  test('come back byte for byte, whatever their shape', async () => {
    const values = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`id ${index}`, randomValue(4)]));
    await set(await states.load(), { tctoken: values });
    const found = await get(await states.load(), 'tctoken', Object.keys(values));
    expect(found).toEqual(asBuffers(values));
  });

  test('of every type are kept, those of no known type too', async () => {
    const data = {
      'lid-mapping': { '491701234567': '12345', '12345_reverse': '491701234567' },
      'device-list': { '491701234567': ['0', '3'] },
      tctoken: { '12345@lid': { token: Buffer.from('token'), timestamp: '1' } },
      'sender-key-memory': { '1@g.us': { '1:2@lid': true } },
      'a type of next year': { 'any: id/at all': 'value' },
    };
    await set(await states.load(), data);
    const state = await states.load();
    for (const [type, values] of Object.entries(data)) {
      expect(await get(state, type, Object.keys(values))).toEqual(values);
    }
    expect(await get(state, 'tctoken', ['unknown'])).toEqual({});
  });

  test('of app-state keys are protobuf messages again', async () => {
    const keyData = randomBytes(32);
    const key = proto.Message.AppStateSyncKeyData.fromObject({
      keyData,
      fingerprint: { rawId: 7, currentIndex: 1, deviceIndexes: [0, 1] },
      timestamp: 1_700_000_000_000,
    });
    await set(await states.load(), { 'app-state-sync-key': { AAAA: key } });
    const found = (await states.load()).keys.get('app-state-sync-key', ['AAAA']);
    const again = (await found)['AAAA'];
    expect(again).toBeInstanceOf(proto.Message.AppStateSyncKeyData);
    expect(Buffer.from(again?.keyData ?? [])).toEqual(keyData);
    expect(again?.fingerprint?.deviceIndexes).toEqual([0, 1]);
    expect(Number(again?.timestamp)).toBe(1_700_000_000_000);
  });

  test('are sealed: a row shows nothing of the key, and opens for no other account', async () => {
    const secret = randomBytes(32);
    await set(await states.load(), { tctoken: { peer: { secret, text: 'a plain word' } } });
    const sql = 'SELECT value FROM channel_keys WHERE account_id = $1';
    const [row] = await states.database.rows<{ value: Buffer }>(sql, [states.accountId]);
    const shown = row?.value.toString('latin1') ?? '';
    for (const hidden of [secret.toString('latin1'), secret.toString('base64'), secret.toString('hex'), 'plain word']) {
      expect(shown).not.toContain(hidden);
    }

    const thief = await states.newAccount();
    await states.database.execute('UPDATE channel_keys SET account_id = $2 WHERE account_id = $1', [
      states.accountId,
      thief,
    ]);
    states.accountId = thief;
    await expect(get(await states.load(), 'tctoken', ['peer'])).rejects.toMatchObject({ code: 'secrets.unreadable' });
  });
});

describe('order', () => {
  test('a read after a write sees it, also while the write is under way', async () => {
    const state = await states.load();
    for (let round = 0; round < 50; round += 1) {
      const written = set(state, { tctoken: { peer: round } });
      expect(await get(state, 'tctoken', ['peer'])).toEqual({ peer: round });
      await written;
    }
  });

  test('the last of many writes at once is the one that stays', async () => {
    const state = await states.load();
    await Promise.all(
      Array.from({ length: 100 }, (_, index) => set(state, { tctoken: { peer: index, [`of ${index}`]: index } })),
    );
    expect(await get(await states.load(), 'tctoken', ['peer'])).toEqual({ peer: 99 });
    expect(await states.storedIds('tctoken')).toHaveLength(101);
  });
});

describe('while the database is away', () => {
  test('reads and writes hold, and answer once it is back', async () => {
    await set(await states.load(), { tctoken: { peer: 'stored' } });
    const state = await states.load(states.faraway);
    await states.proxy.close();
    const answers: unknown[] = [];
    const reading = get(state, 'tctoken', ['peer']).then((found) => answers.push(found));
    const tried = states.proxy.tried;
    await clock.sleep(400);
    expect(answers).toEqual([]);
    await states.proxy.listen();
    await reading;
    expect(answers).toEqual([{ peer: 'stored' }]);
    expect(states.proxy.tried).toBeGreaterThan(tried);

    await states.proxy.close();
    let written = false;
    const writing = set(state, { tctoken: { peer: 'newer' } }).then(() => (written = true));
    await clock.sleep(300);
    expect(written).toBe(false);
    await states.proxy.listen();
    await writing;
    expect(await get(state, 'tctoken', ['peer'])).toEqual({ peer: 'newer' });
  });

  test('credentials are waited for, never made anew', async () => {
    const first = await states.load();
    await states.storeCreds(first);
    await states.proxy.close();
    const loading = states.load({ database: states.faraway.database });
    await clock.sleep(300);
    await states.proxy.listen();
    expect((await loading).creds.noiseKey).toEqual(first.creds.noiseKey);
  });

  test('a stop ends the waiting', async () => {
    const stopping = new AbortController();
    const state = await states.load({ database: states.faraway.database }, { signal: stopping.signal });
    await states.proxy.close();
    const reading = get(state, 'tctoken', ['peer']);
    stopping.abort(new Error('stopped'));
    await expect(reading).rejects.toThrow('stopped');
    await states.proxy.listen();
  });
});

describe('credentials', () => {
  test('are fresh only where none are stored, and come back as they were when they were added', async () => {
    const state = await states.load();
    expect(await states.storedIds('creds')).toEqual([]);
    const account = { accountSignatureKey: Buffer.from('key') };
    const me = { id: '1:2@s.whatsapp.net', lid: '3:2@lid' };
    Object.assign(state.creds, { account, me, routingInfo: Buffer.from('route') });
    const asAdded = JSON.stringify(state.creds, BufferJSON.replacer);
    const stored = states.storeCreds(state);
    state.creds.nextPreKeyId = 99;
    await stored;
    const again = (await states.load()).creds;
    expect(again).toEqual(JSON.parse(asAdded, BufferJSON.reviver));
    expect(again.noiseKey).not.toEqual(initAuthCreds().noiseKey);
  });

  test('of an account that only asked for a code to type are not taken for those of a linked one', async () => {
    const state = await states.load();
    Object.assign(state.creds, { me: { id: '1@s.whatsapp.net' }, pairingCode: 'ABCDEFGH', registered: true });
    await states.storeCreds(state);
    const again = (await states.load()).creds;
    expect(again).toMatchObject({ noiseKey: state.creds.noiseKey, registered: false });
    expect([again.me, again.pairingCode]).toEqual([undefined, undefined]);
  });

  test('that cannot be opened are an error, and stay', async () => {
    const state = await states.load();
    await states.storeCreds(state);
    const row = (): Promise<unknown> =>
      states.database.rows('SELECT * FROM channel_keys WHERE account_id = $1', [states.accountId]);
    const before = await row();
    const loading = states.load({ key: 'another master key, which is long enough too' });
    await expect(loading).rejects.toMatchObject({ code: 'secrets.unreadable' });
    expect(await row()).toEqual(before);
  });
});

describe('a key that cannot be read', () => {
  test('is told once, and nothing is stored over it', async () => {
    const state = await states.load();
    await set(state, { tctoken: { peer: 'good', other: 'good' } });
    await states.database.execute(`UPDATE channel_keys SET value = 'damaged' WHERE account_id = $1 AND id = 'peer'`, [
      states.accountId,
    ]);
    const told: unknown[] = [];
    const broken = await states.load({}, { unreadable: (error) => told.push(error) });
    await expect(get(broken, 'tctoken', ['peer'])).rejects.toMatchObject({ code: 'secrets.unreadable' });
    await expect(set(broken, { tctoken: { peer: 'fresh' } })).rejects.toThrow();
    await expect(get(broken, 'tctoken', ['other'])).rejects.toThrow();
    expect(told).toHaveLength(1);
    const sql = `SELECT value FROM channel_keys WHERE account_id = $1 AND id = 'peer'`;
    expect((await states.database.one<{ value: Buffer }>(sql, [states.accountId]))?.value.toString()).toBe('damaged');
  });
});

test('once their socket is gone, keys are neither read nor stored', async () => {
  const gone = new AbortController();
  const state = await states.load({}, { signal: gone.signal });
  await set(state, { tctoken: { peer: 'stored' } });
  gone.abort(new Error('The socket is gone'));
  await expect(set(state, { tctoken: { peer: 'too late' } })).rejects.toThrow('socket is gone');
  await expect(get(state, 'tctoken', ['unread'])).rejects.toThrow('socket is gone');
  expect(await get(await states.load(), 'tctoken', ['peer'])).toEqual({ peer: 'stored' });
});

test('a mapping that is stored is told in the same batch, once for each pair', async () => {
  const told: object[] = [];
  const batches = new Set<unknown>();
  const state = await states.load(
    {},
    {
      mapped(mapping, batch) {
        told.push(mapping);
        batches.add(batch);
      },
    },
  );
  await set(state, {
    'lid-mapping': { '491701234567': '12345', '12345_reverse': '491701234567', '441234': null },
    tctoken: { '491701234567': 'no mapping' },
  });
  expect(told).toEqual([{ lid: '12345@lid', phone: '+491701234567' }]);
  expect(batches.size).toBe(1);
});
