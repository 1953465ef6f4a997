import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { runBuiltServer } from '../doubles/built-server.ts';
import { databaseUrl } from '../doubles/database-url.ts';
import { environmentOf } from '../doubles/network-environment.ts';
import { newDataFolder, removeDataFolder } from '../doubles/data-folder.ts';
import { apiOf } from '../doubles/api.ts';
import { type ServerProcess, startServerProcess } from '../doubles/server-process.ts';
import { openTestDatabase } from '../doubles/test-database.ts';
import { waitFor } from '../doubles/wait-for.ts';

const owner = '9990000000001';
const customer = '9990000000101';
let folder: string;
let simulator: Simulator;
let server: ServerProcess;

beforeAll(async () => {
  folder = await newDataFolder();
  simulator = createSimulator({ seed: Buffer.alloc(32, 7), receiptDelayMs: 20 });
  await simulator.start();
});
afterAll(async () => {
  await server.kill('SIGKILL');
  await simulator.stop();
  await removeDataFolder(folder);
});

function start(): Promise<ServerProcess> {
  return startServerProcess({
    DATA_DIR: join(folder, 'data'),
    ...environmentOf(simulator),
  });
}

test('SIGTERM with fifty messages waiting and under way: exit 0, and after a new start each is shown once', async () => {
  server = await start();
  const account = await apiOf(server).createAccount('Shop', 'whatsapp', { pacing: { preset: 'unpaced' } });
  await simulator.control.phone(owner).scan(await apiOf(server).qr(account.id));
  await apiOf(server).becomes(account.id, 'ready');
  await simulator.control.fault({ kind: 'delay-acks', number: owner, minMs: 50, maxMs: 300 });
  const texts = Array.from({ length: 50 }, (_, index) => `text ${index}`);
  for (const text of texts) await apiOf(server).send(account, customer, text);
  expect(await server.stop()).toBe(0);
  // The far end learns of a closed line a moment later.
  await waitFor(() => [...simulator.control.counters().openSockets.values()].every((count) => count === 0));

  server = await start();
  const phone = simulator.control.phone(customer);
  await phone.receives('text 49');
  const shown = phone.messages().filter(({ fromMe }) => !fromMe);
  expect(shown.map(({ text }) => text)).toEqual(texts);
  expect(simulator.control.counters().undecryptable).toBe(0);
});

test('when nobody reads its log any more the server goes on, and stops as it is told', async () => {
  const database = await openTestDatabase({ empty: true });
  const unread = runBuiltServer(folder, {
    DATABASE_URL: databaseUrl(database.connection),
    ENCRYPTION_KEY: 'the encryption key of the unread log, 32 and more',
    LOG_LEVEL: 'debug',
  });
  const address = await unread.listening();
  unread.process.stdout?.destroy();
  unread.process.stderr?.destroy();
  const answers = await Promise.all(Array.from({ length: 50 }, () => fetch(`${address}/api/health`)));
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  expect(await unread.end('SIGTERM')).toMatchObject({ code: 0 });
  await database.close();
});
