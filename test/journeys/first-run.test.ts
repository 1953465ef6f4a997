import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newDataFolder, removeDataFolder } from '../doubles/data-folder.ts';
import { apiOf, type MessageJson } from '../doubles/api.ts';
import { type ServerProcess, startServerProcess } from '../doubles/server-process.ts';
import { storedIdentity } from '../doubles/stored-credentials.ts';
import { databaseUrlOf, openTestDatabase, type TestDatabase } from '../doubles/test-database.ts';
import { waitFor } from '../doubles/wait-for.ts';

const customer = '+9990000000101';
let folder: string;
let server: ServerProcess | undefined;
let database: TestDatabase | undefined;

beforeEach(async () => {
  folder = await newDataFolder();
});
afterEach(async () => {
  await server?.kill('SIGKILL');
  await database?.close();
  database = undefined;
  await removeDataFolder(folder);
});

/** Links a sandbox account, sends, lets the customer answer, and returns what the list then says. */
async function firstRun(running: ServerProcess) {
  const api = apiOf(running);
  const account = await api.createAccount('Demo', 'sandbox');
  expect(account.apiKey).toMatch(/^sk_test_/);
  const key = account.apiKey;
  const scanned = await running.data('POST', `/api/accounts/${account.id}/sandbox/scan`, { key });
  expect(scanned).toMatchObject({ status: 'ready', phone: '+9990000000001' });

  const sent = await api.send(account, customer, 'Hello', '?wait=true');
  expect(['sent', 'delivered']).toContain(sent.status);
  const arrived = await running.data('GET', `/api/accounts/${account.id}/sandbox/messages`, { key });
  expect(arrived).toMatchObject([{ id: sent.whatsappId, customer, direction: 'received', text: 'Hello' }]);

  const body = { from: customer, text: 'Hello back' };
  await running.data('POST', `/api/accounts/${account.id}/sandbox/messages`, { key, body });
  const listed = await api.messages(account);
  expect(listed).toMatchObject([
    { direction: 'incoming', origin: 'contact', text: 'Hello back', status: 'received', from: { phone: customer } },
    { direction: 'outgoing', origin: 'api', text: 'Hello', id: sent.id },
  ]);
  return { account, listed };
}

function identities(messages: readonly MessageJson[]): string[] {
  return messages.map(({ id, text }) => `${id} ${text}`);
}

/** Everything is there after a kill -9, and the conversation goes on. */
async function goesOn(running: ServerProcess, first: Awaited<ReturnType<typeof firstRun>>): Promise<void> {
  const api = apiOf(running);
  const { account, listed } = first;
  const again = await api.becomes(account.id, 'ready');
  expect(again).toMatchObject({ id: account.id, phone: '+9990000000001' });
  expect(identities(await api.messages(account))).toEqual(identities(listed));

  const question = { key: account.apiKey, body: { from: customer, text: 'Still there?' } };
  // With DATABASE_URL nobody else may take over before the lease of the killed process is over.
  await waitFor(async () => {
    const { status } = await running.call('POST', `/api/accounts/${account.id}/sandbox/messages`, question);
    if (status !== 200 && status !== 201) expect(status).toBe(503);
    return status !== 503;
  });
  await api.send(account, customer, 'Still here', '?wait=true');
  const phone = await running.data('GET', `/api/accounts/${account.id}/sandbox/messages`, { key: account.apiKey });
  const texts = (phone as { text: string; direction: string }[]).map(({ text, direction }) => `${direction} ${text}`);
  expect(texts).toEqual(['received Hello', 'sent Hello back', 'sent Still there?', 'received Still here']);
}

test('a newcomer links a sandbox number, sends, is answered, and a kill -9 loses nothing', async () => {
  const environment = { DATA_DIR: join(folder, 'data') };
  server = await startServerProcess(environment);
  const first = await firstRun(server);
  await server.kill('SIGKILL');
  server = await startServerProcess(environment);
  await goesOn(server, first);
  expect(await server.stop()).toBe(0);
});

test('the same with DATABASE_URL, where the identity of the device is seen to stay', async () => {
  database = await openTestDatabase({ empty: true });
  const encryptionKey = randomBytes(24).toString('base64');
  const environment = {
    DATA_DIR: join(folder, 'data'),
    DATABASE_URL: databaseUrlOf(database.connection),
    ENCRYPTION_KEY: encryptionKey,
  };
  server = await startServerProcess(environment);
  const first = await firstRun(server);
  const before = await storedIdentity(database, encryptionKey, first.account.id);
  await server.kill('SIGKILL');
  // As after the 30 s for which the killed one could still be alive.
  await database.execute('UPDATE account_leases SET expires_at = now()');
  server = await startServerProcess(environment);
  await goesOn(server, first);
  expect(await storedIdentity(database, encryptionKey, first.account.id)).toEqual(before);
});
