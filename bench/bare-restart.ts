import { monitorEventLoopDelay } from 'node:perf_hooks';
import { loadAccounts, openAll } from './bare-accounts.ts';
import { bareParameters, type BareNetwork, tellResult } from './bare-program.ts';

export interface BareRestartParameters extends BareNetwork {
  file: string;
}

export interface BareRestart {
  longestStallMs: number;
  readyMs: number;
  residentMegabytes: number;
}

const { url, file } = bareParameters() as BareRestartParameters;
const accounts = await loadAccounts(file);
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const beforeMs = performance.now();
await openAll(accounts, url);
const readyMs = performance.now() - beforeMs;
delay.disable();
const result: BareRestart = {
  longestStallMs: delay.max / 1e6,
  readyMs,
  residentMegabytes: process.memoryUsage().rss / 2 ** 20,
};
tellResult(result);
