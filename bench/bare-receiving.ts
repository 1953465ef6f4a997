import { createControlClient } from '../test/doubles/control-client.ts';
import { loadAccounts, openAll } from './bare-accounts.ts';
import { bareParameters, type BareNetwork, tellResult } from './bare-program.ts';
import { type FloodTo, floodAll } from './flood.ts';

export interface BareReceivingParameters extends BareNetwork {
  file: string;
  targets: readonly FloodTo[];
  /** Messages to all accounts. */
  messages: number;
}

export interface BareReceiving {
  perSecond: number;
  cpuMs: number;
}

const { url, controlUrl, file, targets, messages } = bareParameters() as BareReceivingParameters;
const control = createControlClient(controlUrl);
const clients = await openAll(await loadAccounts(file, targets.length), url);
await floodAll(control, targets, 1);
let left = messages;
const done = new Promise<void>((resolve) => {
  for (const { sock } of clients) {
    sock.ev.on('messages.upsert', (event) => {
      left -= event.messages.length;
      if (left <= 0) resolve();
    });
  }
});
const cpuBefore = process.cpuUsage();
const beforeMs = performance.now();
const flooding = floodAll(control, targets, messages / targets.flatMap(({ senders }) => senders).length);
await done;
const elapsedMs = performance.now() - beforeMs;
const { user, system } = process.cpuUsage(cpuBefore);
await flooding;
const result: BareReceiving = { perSecond: (messages * 1_000) / elapsedMs, cpuMs: (user + system) / 1_000 / messages };
tellResult(result);
