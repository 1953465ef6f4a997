import { mediaOf } from '../../../test/doubles/simulated-media.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { patient, textTo, useBaileysRig } from '../../../test/doubles/baileys-rig.ts';
import { createMemoryStore } from '../../../test/doubles/memory-store.ts';
import { createPostgresProxy, type PostgresProxy } from '../../../test/doubles/postgres-proxy.ts';
import { waitFor } from '../../../test/doubles/wait-for.ts';
import { systemClock as clock } from '../../platform/clock.ts';
import { type CommitWriter, createCommitWriter } from '../../platform/commit-writer.ts';
import { createDatabase, type Database } from '../../platform/database.ts';
import { createSecrets } from '../../platform/secrets.ts';
import { createSimulator } from '../../simulator/simulator.ts';

const rig = useBaileysRig();

interface StoredKey {
  type: string;
  id: string;
  value: Buffer;
}
function rowsOf(accountId: string, type: string): Promise<StoredKey[]> {
  const sql = 'SELECT type, id, value FROM channel_keys WHERE account_id = $1 AND type = $2 ORDER BY id';
  return rig.database.rows<StoredKey>(sql, [accountId, type]);
}

test('credentials that cannot be opened end in failed, and stay', async () => {
  const account = await rig.linked();
  await account.channel.stop();
  const before = await rowsOf(account.accountId, 'creds');
  const lost = rig.again(account, { secrets: createSecrets({ key: 'another master key, which is long enough too' }) });
  await lost.channel.start();
  expect(await lost.told.becomes('failed')).toEqual({ kind: 'failed', reason: 'secrets.unreadable' });
  expect(await rowsOf(account.accountId, 'creds')).toEqual(before);
  await waitFor(() => rig.openLines(account) === 0);

  const again = rig.again(account);
  await again.channel.start();
  await again.told.becomes('online');
});

test('a session that cannot be opened ends in failed, and no new one is stored over it', async () => {
  const account = await rig.linked();
  const customer = rig.newPhone();
  await account.channel.send(textTo(customer.jid, 'hello'), patient);
  await customer.receives('hello');
  await account.channel.stop();
  await rig.database.execute(`UPDATE channel_keys SET value = 'damaged' WHERE account_id = $1 AND type = 'session'`, [
    account.accountId,
  ]);
  const before = await rowsOf(account.accountId, 'session');
  const damaged = rig.again(account);
  await damaged.channel.start();
  await customer.send({ to: account.phone.number, text: 'who can read this' });
  expect(await damaged.told.becomes('failed')).toEqual({ kind: 'failed', reason: 'secrets.unreadable' });
  expect(await rowsOf(account.accountId, 'session')).toEqual(before);
  await waitFor(() => rig.openLines(account) === 0);
});

test('the network gets no pre-key that is not stored, nor before the credentials know of it', async () => {
  const store = createMemoryStore();
  const uploads: { preKeys: number; nextPreKeyId: number }[] = [];
  let accountId = '';
  const simulator = createSimulator({
    seed: Buffer.alloc(32, 9),
    store: {
      ...store,
      async write(changes) {
        // The network has taken an upload; what is durable here at this moment?
        if (changes.some(({ key }) => key.startsWith('prekeys:'))) {
          const preKeys = await rowsOf(accountId, 'pre-key');
          const [creds] = await rowsOf(accountId, 'creds');
          const place = { table: 'channel_keys', row: `${accountId}|creds|me`, column: 'value' };
          const opened = creds ? rig.secrets.openText(creds.value, place) : '{}';
          const { nextPreKeyId = 0 } = JSON.parse(opened) as { nextPreKeyId?: number };
          uploads.push({ preKeys: preKeys.length, nextPreKeyId });
        }
        await store.write(changes);
      },
    },
  });
  await simulator.start();
  const account = await rig.unlinked({
    network: {
      webSocketUrl: simulator.url,
      trust: { root: simulator.noiseRoot, strict: true },
      media: mediaOf(simulator),
    },
  });
  accountId = account.accountId;
  await account.channel.start();
  const { qr } = await account.told.becomes('pairing');
  await simulator.control.phone(account.phone.number).scan(qr);
  await account.told.becomes('online');
  await account.channel.stop();
  await simulator.stop();
  expect(uploads[0]).toEqual({ preKeys: 812, nextPreKeyId: 813 });
});

test('what the phone told at the link, and what was cut off before its effects were stored, is taken up again', async () => {
  const refuse = `CREATE FUNCTION test_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'cut off'; END $$`;
  await rig.database.execute(refuse);
  await rig.database.execute(
    'CREATE TRIGGER test_cut BEFORE UPDATE ON inbound_journal FOR EACH ROW EXECUTE FUNCTION test_refuse()',
  );
  const account = await rig.unlinked();
  // Other accounts may have been stopped before everything was taken up.
  const openSql = 'SELECT 1 FROM inbound_journal WHERE stanza IS NOT NULL AND account_id = $1';
  const open = async (): Promise<number> => (await rig.database.rows(openSql, [account.accountId])).length;
  await account.channel.start();
  await account.phone.scan((await account.told.becomes('pairing')).qr);
  await waitFor(async () => (await open()) > 0);
  await waitFor(() => account.told.states.some(({ kind }) => kind === 'waiting'));
  await account.channel.stop();
  await rig.database.execute(`DELETE FROM channel_keys WHERE type IN ('app-state-sync-key', 'lid-mapping')`);
  await rig.database.execute('DROP FUNCTION test_refuse CASCADE');

  const again = rig.again(account);
  await again.channel.start();
  await again.told.becomes('online');
  await waitFor(async () => (await open()) === 0);
  expect(await rowsOf(account.accountId, 'app-state-sync-key')).toHaveLength(1);
  expect((await rowsOf(account.accountId, 'lid-mapping')).length).toBeGreaterThan(0);
  expect(again.told.messages).toEqual([]);
});

describe('while the database is away', () => {
  let proxy: PostgresProxy;
  let away: { database: Database; writer: CommitWriter };
  beforeAll(async () => {
    proxy = await createPostgresProxy(rig.database.connection);
    const database = createDatabase({ connection: () => proxy.connection(), clock, log: rig.log });
    await database.start();
    away = { database, writer: createCommitWriter({ database, clock, log: rig.log }) };
  });
  afterAll(async () => {
    await away.database.stop();
    await proxy.close();
  });

  test('what arrives waits and is told, and what is sent waits and leaves', async () => {
    const account = await rig.linked(away);
    const customer = rig.newPhone();
    await customer.send({ to: account.phone.number, text: 'before' });
    await account.told.receives('before');
    await proxy.close();
    await customer.send({ to: account.phone.number, text: 'during' });
    const sending = account.channel.send(textTo(customer.jid, 'answer'), patient);
    await clock.sleep(300);
    expect(account.told.messages).toHaveLength(1);
    expect(account.channel.state.kind).toBe('online');
    await proxy.listen();
    await account.told.receives('during');
    await sending;
    await customer.receives('answer');
    expect(rig.control.counters().undecryptable).toBe(0);
    await account.channel.stop();
  });

  test('a start waits for the keys, and a stop ends the waiting', async () => {
    const account = await rig.linked();
    await account.channel.stop();
    await proxy.close();
    const waiting = rig.again(account, { ...away, timings: { drainMs: 200 } });
    await waiting.channel.start();
    await clock.sleep(200);
    expect(waiting.channel.state.kind).toBe('connecting');
    await waiting.channel.stop();
    await waitFor(() => rig.openLines(account) === 0);

    const again = rig.again(account, away);
    await again.channel.start();
    await clock.sleep(200);
    await proxy.listen();
    await again.told.becomes('online');
    await waitFor(() => rig.openLines(account) === 1);
    await again.channel.stop();
  });
});
