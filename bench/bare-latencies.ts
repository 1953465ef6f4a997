import type { RemoteControl } from '../test/doubles/control-client.ts';
import type { StockClient } from '../test/doubles/stock-client.ts';
import { monotonicMs } from './clock.ts';

export const jidOf = (number: string): string => `${number}@s.whatsapp.net`;

/** One message after the other: from the call of `sendMessage` to the arrival of the stanza, in ms. */
export async function bareLatencies(
  client: StockClient,
  numbers: readonly string[],
  control: RemoteControl,
): Promise<number[]> {
  const startedMs = new Map<string, number>();
  for (const [index, number] of numbers.entries()) {
    const atMs = monotonicMs();
    const id = await client.sends(jidOf(number), `latency ${index}`);
    startedMs.set(id, atMs);
    await client.acknowledged(id);
  }
  const times = await control.stanzaTimes([...startedMs.keys()]);
  return Array.from(startedMs, ([id, atMs]) => (times[id] ?? NaN) - atMs);
}

/** Makes the chats known: each has a session after it. */
export async function greetAll(client: StockClient, numbers: readonly string[]): Promise<void> {
  await Promise.all(numbers.map(async (number) => client.reaches(await client.sends(jidOf(number), 'hello'), 3)));
}
