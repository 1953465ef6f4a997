import { systemClock } from '../src/platform/clock.ts';
import { monotonicMs } from './clock.ts';

export interface Pace {
  count: number;
  perSecond: number;
}

/** Often enough for a thousand a second to come one after the other, not all at once. */
const lookMs = 2;

/**
 * Begins what is due, all of it that has become due since the last look at once, whether what was begun before has ended
 * or not. Resolves once all has ended.
 */
export async function paced({ count, perSecond }: Pace, begin: (numbers: number[]) => Promise<void>): Promise<void> {
  const startedMs = monotonicMs();
  const begun: Promise<void>[] = [];
  for (let next = 0; next < count;) {
    const due = Math.min(count, 1 + Math.floor(((monotonicMs() - startedMs) * perSecond) / 1_000));
    const numbers = Array.from({ length: due - next }, (_, index) => next + index);
    if (numbers.length > 0) begun.push(begin(numbers));
    next = due;
    await systemClock.sleep(lookMs);
  }
  await Promise.all(begun);
}
