import type { VirtualPhone } from './control.ts';
import type { Network } from './network.ts';

const quietAfterMs = 10_000;

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/**
 * Sends `count` texts and waits until the receiver's linked devices confirmed them (or until nothing was confirmed for
 * 10 s). Latency is from the sending to that confirmation, in ms.
 */
export async function flood(
  from: VirtualPhone,
  to: VirtualPhone,
  network: Network,
  options: { count: number; perSecond: number },
): Promise<{ receipts: number; p50Ms: number; p99Ms: number }> {
  const confirmedAt = new Map<string, number>();
  let finish = (): void => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  let lastHeard = performance.now();
  const stop = network.tally.onConfirmed((number, id) => {
    if (number !== to.number || confirmedAt.has(id)) return;
    lastHeard = performance.now();
    confirmedAt.set(id, lastHeard);
    if (confirmedAt.size >= options.count) finish();
  });
  const watch = setInterval(() => {
    if (performance.now() - lastHeard > quietAfterMs) finish();
  }, 500);

  const sentAt = new Map<string, number>();
  const startedAt = performance.now();
  for (let index = 0; index < options.count; index += 1) {
    const waitMs = options.perSecond > 0 ? startedAt + (index * 1000) / options.perSecond - performance.now() : 0;
    if (waitMs > 1) await new Promise((resolve) => setTimeout(resolve, waitMs));
    const sendingAt = performance.now();
    const { id } = await from.send({ to: to.number, text: `flood ${index}` });
    sentAt.set(id, sendingAt);
  }
  lastHeard = performance.now();
  await finished;
  clearInterval(watch);
  stop();
  const latencies = Array.from(sentAt, ([id, at]) => (confirmedAt.get(id) ?? Infinity) - at);
  const heard = latencies.filter(Number.isFinite).sort((left, right) => left - right);
  return { receipts: heard.length, p50Ms: percentile(heard, 0.5), p99Ms: percentile(heard, 0.99) };
}
