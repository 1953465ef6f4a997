import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { databaseUrl } from '../doubles/database-url.ts';
import { openTestDatabase, type TestDatabase } from '../doubles/test-database.ts';
import { environmentOf } from '../doubles/network-environment.ts';
import { newDataFolder, removeDataFolder } from '../doubles/data-folder.ts';
import { type AccountJson, apiOf } from '../doubles/api.ts';
import { type ServerProcess, startServerProcess } from '../doubles/server-process.ts';
import { type SimulatorProcess, startSimulatorProcess } from '../doubles/simulator-process.ts';
import { waitFor } from '../doubles/wait-for.ts';

const owner = '9990000000001';
const customer = '9990000000101';
const rounds = 10;
const sendsPerRound = 20;
const longestDelayMs = 400;

let folder: string;
/** One that lives on, so that a start takes little time; `first-run` kills the embedded one with its server. */
let database: TestDatabase;
let simulator: SimulatorProcess;
let server: ServerProcess | undefined;

beforeAll(async () => {
  folder = await newDataFolder();
  database = await openTestDatabase();
  simulator = await startSimulatorProcess();
});
afterAll(async () => {
  await server?.kill('SIGKILL');
  await simulator.stop();
  await database.close();
  await removeDataFolder(folder);
});

function start(): Promise<ServerProcess> {
  return startServerProcess({
    DATA_DIR: join(folder, 'data'),
    DATABASE_URL: databaseUrl(database.connection),
    ENCRYPTION_KEY: 'the encryption key of the kills, 32 and more',
    ...environmentOf(simulator),
  });
}

interface Accepted {
  whatsappId: string;
  text: string;
}

/** Posts texts until the server is gone; returns those that were answered with 202. */
async function sendUntilGone(
  running: ServerProcess,
  account: AccountJson,
  texts: readonly string[],
): Promise<Accepted[]> {
  const api = apiOf(running);
  const answers = await Promise.allSettled(texts.map((text) => api.send(account, customer, text)));
  return answers.flatMap((answer, index) =>
    answer.status === 'fulfilled' ? [{ whatsappId: answer.value.whatsappId, text: texts[index] ?? '' }] : [],
  );
}

test('ten kills at random moments: every accepted message ends once at the phone, and the link stays', async () => {
  server = await start();
  const account = await apiOf(server).createAccount('Shop', 'whatsapp', { pacing: { preset: 'unpaced' } });
  await simulator.control.phone(owner).scan(await apiOf(server).qr(account.id));
  await apiOf(server).becomes(account.id, 'ready');
  const devices = await simulator.control.phone(owner).devices();

  const accepted: Accepted[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const texts = Array.from({ length: sendsPerRound }, (_, index) => `round ${round} text ${index}`);
    const sending = sendUntilGone(server, account, texts);
    await systemClock.sleep(randomInt(longestDelayMs));
    await server.kill('SIGKILL');
    accepted.push(...(await sending));
    const written = `while away ${round}`;
    await simulator.control.phone(customer).send({ to: owner, text: written });
    server = await start();
    await apiOf(server).becomes(account.id, 'ready');
    await apiOf(server).lists(account, written, 'received');
  }

  const api = apiOf(server);
  const last = await api.send(account, customer, 'the last one');
  accepted.push({ whatsappId: last.whatsappId, text: 'the last one' });
  await waitFor(async () => (await api.messages(account, '&status=queued')).length === 0);
  await waitFor(async () => (await api.messages(account, '&status=sending')).length === 0);
  const shown = (await simulator.control.phone(customer).messages()).filter(({ fromMe }) => !fromMe);
  const counters = await simulator.control.counters();
  const timesShown = (id: string): number => shown.filter((message) => message.id === id).length;
  const resent = [...counters.stanzasById.values()].filter((count) => count > 1).length;
  console.log(
    `accepted ${accepted.length}, shown ${shown.length}, sent again under the same id ${resent}, ` +
      `undecryptable ${counters.undecryptable}`,
  );
  expect(accepted.filter(({ whatsappId }) => timesShown(whatsappId) !== 1)).toEqual([]);
  expect(new Set(shown.map(({ text }) => text)).size).toBe(shown.length);
  expect(await simulator.control.phone(owner).devices()).toEqual(devices);
  expect(counters.unknownQueries).toEqual([]);
}, 300_000);
