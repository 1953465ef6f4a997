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
  const sentAt = new Map<string, number>();
  const latencies: number[] = [];
  let finish = (): void => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  let lastHeard = performance.now();
  const stop = network.tally.onConfirmed((number, id) => {
    const at = number === to.number ? sentAt.get(id) : undefined;
    if (at === undefined) return;
    sentAt.delete(id);
    lastHeard = performance.now();
    latencies.push(lastHeard - at);
    if (latencies.length >= options.count) finish();
  });
  const watch = setInterval(() => {
    if (performance.now() - lastHeard > quietAfterMs) finish();
  }, 500);

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
  latencies.sort((left, right) => left - right);
  return { receipts: latencies.length, p50Ms: percentile(latencies, 0.5), p99Ms: percentile(latencies, 0.99) };
}
