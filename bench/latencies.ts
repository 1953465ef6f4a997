import type { RemoteControl } from '../test/doubles/control-client.ts';
import type { MessageJson } from '../test/doubles/api.ts';
import { monotonicMs } from './clock.ts';
import type { LinkedAccount, Product } from './product.ts';

/** One message after the other: from the HTTP call to the arrival of the stanza, in ms. */
export async function latencies(
  { server }: Product,
  account: LinkedAccount,
  numbers: readonly string[],
  control: RemoteControl,
): Promise<number[]> {
  const startedMs = new Map<string, number>();
  for (const to of numbers) {
    const atMs = monotonicMs();
    // The same text again to the same chat would be taken for a retry.
    const body = { to, text: `at ${atMs}` };
    const sent = (await server.data('POST', '/api/send?wait=true', { key: account.apiKey, body })) as MessageJson;
    startedMs.set(sent.whatsappId, atMs);
  }
  const times = await control.stanzaTimes([...startedMs.keys()]);
  return Array.from(startedMs, ([id, atMs]) => (times[id] ?? NaN) - atMs);
}

/** Makes the chats known: each has a session after it. */
export async function greetAll({ api }: Product, account: LinkedAccount, numbers: readonly string[]): Promise<void> {
  await Promise.all(numbers.map((number) => api.send(account, number, `hello ${number}`, '?wait=true')));
}

/** So many, each chat again and again. */
export function inTurn(chats: readonly string[], count: number): string[] {
  return Array.from({ length: count }, (_, index) => chats[index % chats.length] ?? '');
}
