import type { Clock } from '../../src/platform/clock.ts';

export interface ManualClock extends Clock {
  /** Time passes, wait after wait, with everything that follows from each. */
  advance(ms: number): Promise<void>;
}

interface Sleeper {
  readonly until: number;
  wake(): void;
}

/** A clock that stands still until a test moves it. */
export function createManualClock(): ManualClock {
  let nowMs = 0;
  const sleepers = new Set<Sleeper>();

  function firstUntil(end: number): Sleeper | undefined {
    const due = [...sleepers].filter(({ until }) => until <= end);
    return due.reduce<Sleeper | undefined>(
      (first, each) => (first && first.until <= each.until ? first : each),
      undefined,
    );
  }

  return {
    now: () => new Date(nowMs),
    monotonicMs: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const stop = (): void => {
          sleepers.delete(sleeper);
          reject(signal?.reason instanceof Error ? signal.reason : new DOMException('Aborted', 'AbortError'));
        };
        const wake = (): void => {
          signal?.removeEventListener('abort', stop);
          resolve();
        };
        const sleeper: Sleeper = { until: nowMs + ms, wake };
        if (signal?.aborted) return stop();
        sleepers.add(sleeper);
        return signal?.addEventListener('abort', stop, { once: true });
      }),
    async advance(ms) {
      const end = nowMs + ms;
      for (let sleeper = firstUntil(end); sleeper; sleeper = firstUntil(end)) {
        nowMs = sleeper.until;
        sleepers.delete(sleeper);
        sleeper.wake();
        await new Promise((resolve) => setImmediate(resolve));
      }
      nowMs = end;
    },
  };
}
