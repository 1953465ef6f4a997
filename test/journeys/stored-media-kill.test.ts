import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { apiOf } from '../doubles/api.ts';
import { type BuiltServer, runBuiltServer } from '../doubles/built-server.ts';
import { adminKey, callsTo } from '../doubles/calls.ts';
import { newDataFolder } from '../doubles/data-folder.ts';
import { environmentOf } from '../doubles/network-environment.ts';
import { type SimulatorProcess, startSimulatorProcess } from '../doubles/simulator-process.ts';
import { databaseUrlOf, openTestDatabase, type TestDatabase } from '../doubles/test-database.ts';
import { waitFor } from '../doubles/wait-for.ts';

const owner = '9990000000001';
let folder: string;
let database: TestDatabase;
let network: SimulatorProcess;
let server: BuiltServer;

beforeAll(async () => {
  folder = await newDataFolder();
  database = await openTestDatabase();
  network = await startSimulatorProcess();
});
afterAll(async () => {
  await server.end('SIGTERM');
  await network.stop();
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

async function start(): Promise<string> {
  server = runBuiltServer(folder, {
    ...environmentOf(network),
    DATABASE_URL: databaseUrlOf(database.connection),
    ENCRYPTION_KEY: 'the encryption key of the tests, 32 and more',
    ADMIN_API_KEY: adminKey,
  });
  return server.listening();
}

async function kill(): Promise<void> {
  await server.end('SIGKILL');
  // Its leases are over sooner or later; nobody has to wait for that.
  await database.execute("UPDATE account_leases SET expires_at = '-infinity'");
}

async function stored(): Promise<number> {
  return (await database.rows('SELECT FROM stored_files WHERE stored_at IS NOT NULL')).length;
}

test('a kill -9 between a message and its file, and one while the file comes, lose nothing', async () => {
  const first = callsTo(await start());
  const api = apiOf(first);
  const account = await api.createAccount('Shop', 'whatsapp', { pacing: { preset: 'unpaced' } });
  const phone = network.control.phone(owner);
  await phone.scan(await api.qr(account.id));
  await api.becomes(account.id, 'ready');
  await first.data('PATCH', `/api/accounts/${account.id}`, { body: { settings: { behaviour: { storeMedia: true } } } });
  const bytes = randomBytes(900_000);
  const media = { bytes, mimetype: 'application/octet-stream', fileName: 'file.bin' };

  await network.control.fault({ kind: 'media-host-down', enabled: true, only: 'downloads', status: 503 });
  await network.control.phone('9990000000101').send({ to: owner, type: 'document', media });
  await waitFor(async () => (await database.rows('SELECT FROM stored_files')).length === 1);
  await kill();
  await network.control.clearFaults();
  await network.control.fault({ kind: 'media-slow', enabled: true, bytesPerSecond: 200_000 });
  await start();
  await waitFor(async () => (await database.rows('SELECT FROM stored_pieces')).length > 0);
  await kill();
  expect(await stored()).toBe(0);
  await network.control.clearFaults();
  const address = await start();
  await waitFor(async () => (await stored()) === 1);

  await network.control.fault({ kind: 'media-host-down', enabled: true, status: 503 });
  const [message] = await apiOf(callsTo(address)).messages(account);
  const headers = { 'x-api-key': account.apiKey };
  const response = await fetch(`${address}/api/messages/${message?.id}/media`, { headers });
  expect(response.status).toBe(200);
  expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
});
