// What a restart of many saved accounts costs: how long the server answers nothing, and when all are ready.
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '../test/doubles/wait-for.ts';
import { runBare } from './bare-program.ts';
import type { BareRestart, BareRestartParameters } from './bare-restart.ts';
import { shareOf } from './bench-options.ts';
import { type BenchRun, benchRun } from './bench-run.ts';
import { residentMegabytes } from './process-use.ts';
import { printFigures } from './figures.ts';

const savedAccounts = 100;
const pauseMs = 5;
/** For what V8 collects once a server has come to rest. */
const restMs = 5_000;

interface Pings {
  /** Resolves with the longest time that an answer took, in ms. */
  stop(): Promise<number>;
}

/** Asks for `/ping` every 5 ms on one connection, or as soon as the last answer is there. */
function pingAll(address: string): Pings {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const over = new AbortController();
  const ping = (): Promise<void> =>
    new Promise((resolve, reject) => {
      get(`${address}/ping`, { agent }, (response) => response.resume().on('end', resolve)).on('error', reject);
    });
  const pinging = (async () => {
    let longestMs = 0;
    while (!over.signal.aborted) {
      const beforeMs = performance.now();
      await ping();
      const elapsedMs = performance.now() - beforeMs;
      longestMs = Math.max(longestMs, elapsedMs);
      await sleep(Math.max(0, pauseMs - elapsedMs));
    }
    return longestMs;
  })();
  return {
    async stop() {
      over.abort();
      const longestMs = await pinging;
      agent.destroy();
      return longestMs;
    },
  };
}

interface Restart {
  longestStallMs: number;
  /** The same once all are ready: what the machine adds. */
  restingStallMs: number;
  listeningMs: number;
  readyMs: number;
  resident: { now: number; most: number };
}

async function ours(run: BenchRun, count: number): Promise<Restart> {
  const product = await run.startProduct();
  await product.link(await run.phones(count));
  const { queries } = product.database;
  const now = await queries.one<{ now: Date }>('SELECT clock_timestamp() AS now');
  const sql = `SELECT count(*)::int AS ready FROM whatsapp_accounts WHERE status = 'ready' AND status_since > $1`;
  const ready = async (): Promise<number> => (await queries.one<{ ready: number }>(sql, [now?.now]))?.ready ?? 0;
  const beforeMs = performance.now();
  await product.restart();
  const listeningMs = performance.now() - beforeMs;
  const pings = pingAll(product.server.address);
  await waitFor(async () => (await ready()) === count);
  const readyMs = performance.now() - beforeMs;
  const longestStallMs = await pings.stop();
  const restingPings = pingAll(product.server.address);
  await sleep(restMs);
  return {
    longestStallMs,
    restingStallMs: await restingPings.stop(),
    listeningMs,
    readyMs,
    resident: await residentMegabytes(product.server.pid),
  };
}

await benchRun(async (run) => {
  const count = shareOf(run.options, savedAccounts);
  const parameters: BareRestartParameters = { ...run.network, ...(await run.linkBare(count)) };
  const theirs = await runBare<BareRestart>('bare-restart.ts', parameters);
  const mine = await ours(run, count);
  const { now, most } = mine.resident;
  const work = `${count} saved accounts`;
  printFigures([
    {
      work: `${work}: longest stall`,
      unit: 'ms',
      ours: mine.longestStallMs,
      bare: theirs.longestStallMs,
      goal: { most: 60 },
    },
    { work: 'the same in 5 s when they rest', unit: 'ms', ours: mine.restingStallMs },
    { work: 'stop and start, until it listens', unit: 'ms', ours: mine.listeningMs },
    {
      work: `${work}: from then until all are ready`,
      unit: 'ms',
      ours: mine.readyMs - mine.listeningMs,
      bare: theirs.readyMs,
    },
    { work: `${work}: resident when they rest`, unit: 'MB', ours: now, bare: theirs.residentMegabytes },
    { work: `${work}: resident at most`, unit: 'MB', ours: most },
  ]);
});
