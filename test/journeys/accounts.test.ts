import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { environmentOf } from '../doubles/network-environment.ts';
import { newDataFolder, removeDataFolder } from '../doubles/data-folder.ts';
import { type AccountJson, type Api, apiOf } from '../doubles/api.ts';
import { type ServerProcess, startServerProcess } from '../doubles/server-process.ts';
import { databaseUrlOf, openTestDatabase, type TestDatabase } from '../doubles/test-database.ts';
import { waitFor } from '../doubles/wait-for.ts';

const encryptionKey = 'the encryption key of this test, 32 and more';
let folder: string;
let simulator: Simulator;
let database: TestDatabase;
let server: ServerProcess;
let api: Api;

beforeAll(async () => {
  folder = await newDataFolder();
  simulator = createSimulator({ seed: Buffer.alloc(32, 7), receiptDelayMs: 20 });
  await simulator.start();
  database = await openTestDatabase({ empty: true });
  server = await startServerProcess({
    DATA_DIR: folder,
    DATABASE_URL: databaseUrlOf(database.connection),
    ENCRYPTION_KEY: encryptionKey,
    ...environmentOf(simulator),
  });
  api = apiOf(server);
});
afterAll(async () => {
  await server.kill('SIGKILL');
  await simulator.stop();
  await database.close();
  await removeDataFolder(folder);
});
afterEach(() => expect(simulator.control.counters().unknownQueries).toEqual([]));

let lastNumber = 9990000000000;
function nextNumber(): string {
  lastNumber += 1;
  return String(lastNumber);
}

/** A linked account of kind whatsapp, unpaced, with its phone's number. */
async function linked(name: string): Promise<{ account: AccountJson; number: string }> {
  const number = nextNumber();
  const account = await api.createAccount(name, 'whatsapp', { pacing: { preset: 'unpaced' } });
  await simulator.control.phone(number).scan(await api.qr(account.id));
  await api.becomes(account.id, 'ready');
  return { account, number };
}

function act(account: AccountJson, word: string): Promise<unknown> {
  return server.data('POST', `/api/accounts/${account.id}/${word}`);
}

test('of three accounts one is logged out on its phone; the others do not notice, and nothing crosses', async () => {
  const [first, second, third] = [await linked('First'), await linked('Second'), await linked('Third')];
  const customer = simulator.control.phone(nextNumber());
  const all = [first, second, third];
  for (const { account } of all) await api.send(account, customer.number, `hello from ${account.name}`, '?wait=true');
  const statusSince = async ({ account }: (typeof all)[number]): Promise<unknown> =>
    ((await server.data('GET', `/api/accounts/${account.id}`)) as { statusSince: string }).statusSince;
  const before = [await statusSince(first), await statusSince(third)];

  await simulator.control.phone(second.number).logOut();
  const loggedOut = await api.becomes(second.account.id, 'auth_failed');
  expect(loggedOut).toMatchObject({ statusReason: 'logged_out', nextStep: 'link_again' });
  expect(
    await server.call('POST', '/api/send', {
      key: second.account.apiKey,
      body: { to: customer.number, text: 'too late' },
    }),
  ).toMatchObject({ status: 409, body: { code: 'account.not_connected' } });

  for (const { account, number } of [first, third]) {
    await customer.send({ to: number, text: `answer to ${account.name}` });
    await api.lists(account, `answer to ${account.name}`, 'received');
  }
  expect([await statusSince(first), await statusSince(third)]).toEqual(before);
  for (const { account } of all) {
    const texts = (await api.messages(account)).map(({ text }) => text);
    expect(texts.every((text) => text?.endsWith(account.name))).toBe(true);
    const foreign = await database.rows<{ data: object }>(
      `SELECT data FROM events WHERE account_id = $1 AND data ? 'accountId' AND data ->> 'accountId' <> $1`,
      [account.id],
    );
    expect(foreign).toEqual([]);
  }
  const sequences = await database.rows<{ gaps: number }>(
    `SELECT (max(sequence) - count(*))::int AS gaps FROM events GROUP BY account_id`,
  );
  expect(sequences.every(({ gaps }) => gaps === 0)).toBe(true);
});

test('a deleted account leaves no row but in the audit log, its phone shows the device as unlinked, and its key is dead', async () => {
  const { account, number } = await linked('Short-lived');
  const customer = simulator.control.phone(nextNumber());
  await api.send(account, customer.number, 'once', '?wait=true');
  await customer.send({ to: number, text: 'and back' });
  await api.lists(account, 'and back', 'received');
  expect(simulator.control.phone(number).devices()).toHaveLength(1);
  const tables = await database.rows<{ table: string }>(
    `SELECT table_name AS table FROM information_schema.columns
     WHERE table_schema = 'public' AND column_name = 'account_id' AND table_name <> 'audit_log'`,
  );
  expect(tables.length).toBeGreaterThan(5);
  const rowsIn = async (): Promise<string[]> => {
    const found: string[] = [];
    for (const { table } of tables) {
      const row = await database.one(`SELECT 1 FROM ${table} WHERE account_id = $1 LIMIT 1`, [account.id]);
      if (row) found.push(table);
    }
    return found;
  };
  expect(await rowsIn()).toContain('messages');

  await server.data('DELETE', `/api/accounts/${account.id}`);
  expect(await rowsIn()).toEqual([]);
  expect(await database.rows('SELECT id FROM whatsapp_accounts WHERE id = $1', [account.id])).toEqual([]);
  expect(
    await database.rows('SELECT action, account_name AS name FROM audit_log WHERE account_id = $1 ORDER BY id', [
      account.id,
    ]),
  ).toEqual([
    { action: 'account.created', name: 'Short-lived' },
    { action: 'account.deleted', name: 'Short-lived' },
  ]);
  expect(simulator.control.phone(number).devices()).toEqual([]);
  expect((await server.call('GET', '/api/messages', { key: account.apiKey })).status).toBe(401);
  expect((await server.call('GET', `/api/accounts/${account.id}`)).status).toBe(404);
});

test('pausing cuts the line and refuses sends; resuming connects without a scan', async () => {
  const { account, number } = await linked('Pausing');
  expect(await act(account, 'pause')).toMatchObject({
    paused: true,
    status: 'disconnected',
    statusMessage: 'Paused by you',
    nextStep: 'resume',
  });
  const device = simulator.control.phone(number).devices()[0] ?? '';
  await waitFor(() => (simulator.control.counters().openSockets.get(device) ?? 0) === 0);
  const refused = await server.call('POST', '/api/send', {
    key: account.apiKey,
    body: { to: nextNumber(), text: 'while paused' },
  });
  expect(refused).toMatchObject({ status: 409, body: { code: 'account.not_connected' } });
  expect((await server.call('POST', `/api/accounts/${account.id}/reconnect`)).status).toBe(409);
  await act(account, 'resume');
  await api.becomes(account.id, 'ready');
  expect(simulator.control.counters().openSockets.get(device)).toBe(1);
});

test('logging out unlinks the device on the phone and keeps the chats; linking again brings it back', async () => {
  const { account, number } = await linked('Leaving');
  await api.send(account, nextNumber(), 'before', '?wait=true');
  expect(await act(account, 'logout')).toMatchObject({ status: 'auth_failed', statusReason: 'unlinked_by_you' });
  expect(simulator.control.phone(number).devices()).toEqual([]);
  await act(account, 'reconnect');
  await simulator.control.phone(number).scan(await api.qr(account.id));
  await api.becomes(account.id, 'ready');
  expect((await api.messages(account)).map(({ text }) => text)).toEqual(['before']);
});

test('a number that another account holds is refused', async () => {
  const { number } = await linked('Holder');
  const second = await api.createAccount('Latecomer', 'whatsapp');
  await simulator.control
    .phone(number)
    .scan(await api.qr(second.id))
    .catch(() => undefined);
  const refused = await api.becomes(second.id, 'auth_failed');
  expect(refused.statusReason).toBe('account.number_in_use');
});

test('a hundred clicks on reconnect leave one socket', async () => {
  const { account, number } = await linked('Impatient');
  await Promise.all(Array.from({ length: 100 }, () => act(account, 'reconnect')));
  await api.becomes(account.id, 'ready');
  const device = simulator.control.phone(number).devices()[0] ?? '';
  const { openSockets, mostSockets } = simulator.control.counters();
  expect(openSockets.get(device)).toBe(1);
  expect(mostSockets.get(device)).toBe(1);
});

test('a replaced key works until its overlap ends, and not without one', async () => {
  const account = await api.createAccount('Keys', 'whatsapp');
  const replace = async (overlapMinutes: number): Promise<string> => {
    const path = `/api/accounts/${account.id}/regenerate-api-key`;
    return ((await server.data('POST', path, { body: { overlapMinutes } })) as AccountJson).apiKey;
  };
  const works = async (key: string): Promise<boolean> =>
    (await server.call('GET', `/api/accounts/${account.id}`, { key })).status === 200;
  const second = await replace(5);
  expect([await works(account.apiKey), await works(second)]).toEqual([true, true]);
  const third = await replace(0);
  expect([await works(account.apiKey), await works(second), await works(third)]).toEqual([false, false, true]);
});
