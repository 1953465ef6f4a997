import { createControlClient } from '../test/doubles/control-client.ts';
import type { StockClient } from '../test/doubles/stock-client.ts';
import { loadAccounts, openAll } from './bare-accounts.ts';
import { bareLatencies, greetAll, jidOf } from './bare-latencies.ts';
import { bareParameters, type BareNetwork, tellResult } from './bare-program.ts';

export interface BareSendingParameters extends BareNetwork {
  file: string;
  /** The chats of each account. */
  chats: readonly (readonly string[])[];
  /** Messages of all accounts. */
  messages: number;
  /** To whom the first account writes one after the other, in known chats and in new ones. */
  known: readonly string[];
  fresh: readonly string[];
}

export interface BareSending {
  knownMs: number[];
  freshMs: number[];
  perSecond: number;
  cpuMs: number;
}

/**
 * So many to each chat, all chats at once, in each the next once the last is acknowledged: without that wait a burst never
 * lets Baileys read, until it takes its lines for lost.
 */
async function sendAll(client: StockClient, numbers: readonly string[], each: number): Promise<void> {
  const toOne = async (number: string): Promise<void> => {
    for (let index = 0; index < each; index += 1) {
      await client.acknowledged(await client.sends(jidOf(number), `message ${index}`));
    }
  };
  await Promise.all(numbers.map(toOne));
}

const { url, controlUrl, file, chats, messages, known, fresh } = bareParameters() as BareSendingParameters;
const control = createControlClient(controlUrl);
const clients = await openAll(await loadAccounts(file, chats.length), url);
const chatsOf = (index: number): readonly string[] => chats[index] ?? [];
for (const [index, client] of clients.entries()) await greetAll(client, chatsOf(index));
const [first] = clients;
if (!first) throw new Error('No account');
const knownMs = await bareLatencies(first, known, control);
const freshMs = await bareLatencies(first, fresh, control);
const each = messages / chats.flat().length;
const cpuBefore = process.cpuUsage();
const beforeMs = performance.now();
await Promise.all(clients.map((client, index) => sendAll(client, chatsOf(index), each)));
const { user, system } = process.cpuUsage(cpuBefore);
const result: BareSending = {
  knownMs,
  freshMs,
  perSecond: (messages * 1_000) / (performance.now() - beforeMs),
  cpuMs: (user + system) / 1_000 / messages,
};
tellResult(result);
