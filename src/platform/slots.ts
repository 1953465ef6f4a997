export interface Slots {
  /** Resolves with the function that gives the slot back (twice is fine). Urgent callers go before the others. */
  acquire(options: { urgent: boolean; signal: AbortSignal }): Promise<() => void>;
}

interface Waiter {
  urgent: boolean;
  grant(): void;
}

/** Lets at most `count` callers work at once. */
export function createSlots(count: number): Slots {
  let free = count;
  const waiting: Waiter[] = [];

  function next(): void {
    if (free === 0) return;
    const urgentIndex = waiting.findIndex((waiter) => waiter.urgent);
    const [waiter] = waiting.splice(Math.max(urgentIndex, 0), 1);
    if (!waiter) return;
    free -= 1;
    waiter.grant();
  }

  function once(): () => void {
    let given = false;
    return () => {
      if (given) return;
      given = true;
      free += 1;
      next();
    };
  }

  return {
    acquire({ urgent, signal }) {
      return new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const waiter: Waiter = {
          urgent,
          grant: () => {
            signal.removeEventListener('abort', leave);
            resolve(once());
          },
        };
        const leave = (): void => {
          waiting.splice(waiting.indexOf(waiter), 1);
          reject(signal.reason instanceof Error ? signal.reason : new DOMException('Aborted', 'AbortError'));
        };
        signal.addEventListener('abort', leave, { once: true });
        waiting.push(waiter);
        next();
      });
    },
  };
}
