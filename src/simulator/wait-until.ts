/** Resolves once `fits`, which is asked at once and whenever a function in `waiting` is called; rejects with the signal's reason. */
export function waitUntil(waiting: Set<() => void>, fits: () => boolean, signal?: AbortSignal): Promise<void> {
  if (fits()) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      waiting.delete(look);
      signal?.removeEventListener('abort', abort);
    };
    const look = (): void => {
      if (!fits()) return;
      stop();
      resolve();
    };
    const abort = (): void => {
      stop();
      reject(signal?.reason instanceof Error ? signal.reason : new DOMException('Aborted', 'AbortError'));
    };
    if (signal?.aborted) {
      abort();
      return;
    }
    waiting.add(look);
    signal?.addEventListener('abort', abort, { once: true });
  });
}
