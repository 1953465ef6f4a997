// How long a person waits: for the first code, for the link, for an account after a restart.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiOf } from '../test/doubles/api.ts';
import { newDataFolder, removeDataFolder } from '../test/doubles/data-folder.ts';
import { environmentOf } from '../test/doubles/network-environment.ts';
import { type ServerProcess, startServerProcess } from '../test/doubles/server-process.ts';
import { type SimulatorProcess, startSimulatorProcess } from '../test/doubles/simulator-process.ts';
import { connectStock, newStockAccount } from '../test/doubles/stock-client.ts';
import { elapsedMs, printRows, spreadOf } from './measure.ts';
import { residentMegabytes } from './process-use.ts';

const rounds = 15;

interface Samples {
  firstCode: number[];
  link: number[];
  login: number[];
}

const none = (): Samples => ({ firstCode: [], link: [], login: [] });

async function bareBaileys(simulator: SimulatorProcess): Promise<Samples> {
  const samples = none();
  for (let round = 0; round < rounds; round += 1) {
    const account = newStockAccount();
    const before = performance.now();
    const first = connectStock(account, simulator.url);
    const code = await first.qr();
    samples.firstCode.push(performance.now() - before);
    const phone = simulator.control.phone(String(9990000001000 + round));
    samples.link.push(
      await elapsedMs(async () => {
        const scanned = phone.scan(code);
        await first.closed();
        const second = connectStock(account, simulator.url);
        await Promise.all([scanned, second.opened()]);
        await second.end();
      }),
    );
    const third = connectStock(account, simulator.url);
    samples.login.push(await elapsedMs(() => third.opened()));
    await third.end();
  }
  return samples;
}

/** Through HTTP: asking for the code, and until the account says that it is ready. */
async function throughServer(server: ServerProcess, simulator: SimulatorProcess): Promise<Samples> {
  const api = apiOf(server);
  const samples = none();
  for (let round = 0; round < rounds; round += 1) {
    const before = performance.now();
    const account = await api.createAccount(`Account ${round}`, 'whatsapp');
    const code = await api.qr(account.id);
    samples.firstCode.push(performance.now() - before);
    const phone = simulator.control.phone(String(9990000002000 + round));
    samples.link.push(
      await elapsedMs(async () => {
        await Promise.all([phone.scan(code), api.becomes(account.id, 'ready')]);
      }),
    );
    samples.login.push(
      await elapsedMs(async () => {
        await server.data('POST', `/api/accounts/${account.id}/reconnect`);
        await api.becomes(account.id, 'ready');
      }),
    );
  }
  return samples;
}

const folder = await newDataFolder(tmpdir());
const simulator = await startSimulatorProcess();
const environment = {
  DATA_DIR: join(folder, 'data'),
  ...environmentOf(simulator),
};
let server = await startServerProcess(environment);
try {
  const bare = await bareBaileys(simulator);
  const ours = await throughServer(server, simulator);
  const linkedMegabytes = (await residentMegabytes(server.pid)).now;
  await server.kill('SIGKILL');
  const restartMs = await elapsedMs(async () => {
    server = await startServerProcess(environment);
    const accounts = (await server.data('GET', '/api/accounts')) as { id: string }[];
    await Promise.all(accounts.map(({ id }) => apiOf(server).becomes(id, 'ready')));
  });
  printRows(
    [
      {
        work: 'create an account, get its first code',
        ours: spreadOf(ours.firstCode),
        baseline: spreadOf(bare.firstCode),
        goal: 200,
      },
      { work: 'from the scan to ready', ours: spreadOf(ours.link), baseline: spreadOf(bare.link), goal: 1_000 },
      { work: 'reconnect a linked account', ours: spreadOf(ours.login), baseline: spreadOf(bare.login) },
      {
        work: `after kill -9: process, database and ${rounds} accounts ready`,
        ours: { p50: restartMs, p99: restartMs },
        goal: 10_000,
      },
    ],
    'bare Baileys',
  );
  console.log(`Server: ${linkedMegabytes.toFixed(0)} MB resident with ${rounds} accounts just linked.`);
} finally {
  await server.stop();
  await simulator.stop();
  await removeDataFolder(folder);
}
