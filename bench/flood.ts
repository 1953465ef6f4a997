import type { RemoteControl } from '../test/doubles/control-client.ts';

export interface FloodTo {
  number: string;
  /** Phones that write to it at once. */
  senders: readonly string[];
}

/** So many messages from each sender, as fast as the line takes them. Resolves once they are confirmed, or stay away. */
export async function floodAll(control: RemoteControl, targets: readonly FloodTo[], each: number): Promise<void> {
  const all = targets.flatMap(({ number, senders }) => senders.map((from) => ({ from, to: number })));
  await Promise.all(all.map((pair) => control.flood({ ...pair, count: each, perSecond: 0 })));
}
