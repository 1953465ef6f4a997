import { createControlClient } from '../test/doubles/control-client.ts';
import type { StockClient } from '../test/doubles/stock-client.ts';
import { loadAccounts, openAll } from './bare-accounts.ts';
import { bareLatencies, greetAll } from './bare-latencies.ts';
import { bareParameters, type BareNetwork, tellResult } from './bare-program.ts';

export interface BareReconnectsParameters extends BareNetwork {
  file: string;
  chats: readonly string[];
  /** To whom it writes one after the other, before and after. */
  known: readonly string[];
  times: number;
}

export interface Sends {
  samplesMs: number[];
  /** Of each, on the average. */
  cpuMs: number;
}

export interface BareReconnects {
  before: Sends;
  after: Sends;
}

const { url, controlUrl, file, chats, known, times } = bareParameters() as BareReconnectsParameters;
const control = createControlClient(controlUrl);
const accounts = await loadAccounts(file, 1);
let [client] = await openAll(accounts, url);
if (!client) throw new Error('No account');

async function send(from: StockClient): Promise<Sends> {
  const cpuBefore = process.cpuUsage();
  const samplesMs = await bareLatencies(from, known, control);
  const { user, system } = process.cpuUsage(cpuBefore);
  return { samplesMs, cpuMs: (user + system) / 1_000 / known.length };
}

await greetAll(client, chats);
await send(client);
const before = await send(client);
for (let time = 0; time < times; time += 1) {
  await client.end();
  [client = client] = await openAll(accounts, url);
}
const result: BareReconnects = { before, after: await send(client) };
tellResult(result);
