// The product as `src/main.ts` composes it, with shorter waits, another clock and points at which it kills itself.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readConfig } from '../../src/config.ts';
import { type Clock, systemClock } from '../../src/platform/clock.ts';
import { errorMessage } from '../../src/platform/errors.ts';
import { completeSecrets } from '../../src/platform/generated-secrets.ts';
import { createLog } from '../../src/platform/log.ts';
import { runUntilSignal } from '../../src/platform/process.ts';
import { shareAsyncLocalStorage } from '../../src/platform/shared-async-storage.ts';
import { type Faults, measurementLine, type Measurements, measurementSignal, shortened, withWaits } from './faults.ts';
import { enterInternet } from './internet.ts';

/** Seen from `dist/faults`, where this is built. */
function pathInPackage(name: string): string {
  return fileURLToPath(new URL(`../../${name}`, import.meta.url));
}

function clockOf({ clockOffsetMs = 0, clockFile }: Faults): Clock {
  const aheadMs = (): number => clockOffsetMs + (clockFile === undefined ? 0 : Number(readFileSync(clockFile, 'utf8')));
  return { ...systemClock, now: () => new Date(systemClock.now().getTime() + aheadMs()) };
}

/** Ends this process in the middle of what it does, as kill -9 from outside would. */
function probeOf({ killAt }: Faults): (name: string) => void {
  let hits = 0;
  return (name) => {
    if (name !== killAt?.probe) return;
    hits += 1;
    if (hits === killAt.hit) process.kill(process.pid, 'SIGKILL');
  };
}

/**
 * How long the event loop kept somebody waiting who came every 10 ms, less what other processes took of the processor
 * meanwhile.
 */
function createDelays(): { p99Ms(): number; reset(): void } {
  const lookMs = 10;
  let delays: number[] = [];
  let atMs = performance.now();
  let usage = process.cpuUsage();
  setInterval(() => {
    const { user, system } = process.cpuUsage(usage);
    const lateMs = Math.min(performance.now() - atMs - lookMs, (user + system) / 1_000);
    delays.push(Math.max(0, lateMs));
    for (let others = lateMs - lookMs; others > 0; others -= lookMs) delays.push(others);
    begin();
  }, lookMs).unref();
  function begin(): void {
    atMs = performance.now();
    usage = process.cpuUsage();
  }
  return {
    p99Ms: () => delays.sort((one, other) => one - other)[Math.floor(delays.length * 0.99)] ?? 0,
    reset() {
      delays = [];
      begin();
    },
  };
}

function offerMeasurements(): void {
  const delays = createDelays();
  process.on(measurementSignal, () => {
    const delayP99Ms = delays.p99Ms();
    const { rss } = process.memoryUsage();
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    collectGarbage();
    const measurements: Measurements = { rssBytes: rss, heapBytes: process.memoryUsage().heapUsed, delayP99Ms };
    process.stdout.write(`${measurementLine}${JSON.stringify(measurements)}\n`);
    delays.reset();
  });
}

async function main(): Promise<number> {
  const faults = JSON.parse(process.env['FAULTS'] ?? '{}') as Faults;
  if (faults.internet) enterInternet(faults.internet);
  const config = readConfig(process.env);
  const clock = clockOf(faults);
  const log = createLog({ level: config.logLevel, json: config.production });
  const keys = await completeSecrets(config, { dataDirectory: config.dataDir, clock, log });
  const { installNativeCurve } = await import('../../src/channels/baileys/native-curve.ts');
  installNativeCurve();
  shareAsyncLocalStorage();
  const { appTimings, createApp } = await import('../../src/app.ts');
  const parts = { probe: probeOf(faults) };
  const app = createApp({
    ...parts,
    config,
    ...keys,
    version: '0.0.0-faults',
    schemaPath: pathInPackage('schema.sql'),
    assetsDirectory: pathInPackage('dist/public'),
    databaseConnections: 5,
    timings: withWaits(shortened(appTimings), faults.waits ?? {}),
    clock,
    random: Math.random,
    log,
  });
  offerMeasurements();
  const onStarted = (): Promise<void> => {
    process.stdout.write(`Listening on ${app.address}\n`);
    return Promise.resolve();
  };
  return runUntilSignal(app, { log, onStarted });
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${errorMessage(error)}\n`);
    process.exit(1);
  },
);
