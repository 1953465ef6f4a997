/** Where time comes from. Tests give another one; the product never calls `Date.now()` or `setTimeout` itself. */
export interface Clock {
  now(): Date;
  /** Milliseconds that never jump, for intervals and time-outs. */
  monotonicMs(): number;
  /** Resolves after `ms`, or rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const abortReason = (): Error =>
        signal?.reason instanceof Error ? signal.reason : new DOMException('Aborted', 'AbortError');
      if (signal?.aborted) {
        reject(abortReason());
        return;
      }
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(abortReason());
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', onAbort, { once: true });
    }),
};

/**
 * Why a wait ended that nobody needs any more. Without a reason of its own, each `abort()` would make a DOMException with its
 * stack: a tenth of the time of a request that comes in, a twentieth of one that goes out.
 */
export const waitEnded = new Error('The wait has ended');

/** Waits for `work`, but no longer than `ms`. Resolves with whether it ended; its error is thrown. */
export async function endsWithin(clock: Clock, ms: number, work: Promise<unknown>): Promise<boolean> {
  const waiting = new AbortController();
  const tooLate = clock.sleep(ms, waiting.signal).then(
    () => false,
    () => true,
  );
  try {
    return await Promise.race([work.then(() => true), tooLate]);
  } finally {
    waiting.abort(waitEnded);
  }
}
