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
