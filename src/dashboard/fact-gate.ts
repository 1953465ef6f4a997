import { setMaxListeners } from 'node:events';
import type { Clock } from '../platform/clock.ts';

export interface FactGate {
  /** Lets the topic through at once, or at the end of its pause when it has just been let through. */
  open(topic: string): void;
  close(): void;
}

/** At most one passage of each topic in `pauseMs`, the first without delay, the last never lost. */
export function createFactGate(pauseMs: number, clock: Clock, pass: (topic: string) => void): FactGate {
  const closing = new AbortController();
  // Every topic in its pause waits for it.
  setMaxListeners(0, closing.signal);
  /** Topics in their pause: whether they were asked for again meanwhile. */
  const pausing = new Map<string, boolean>();

  async function pause(topic: string): Promise<void> {
    do {
      pausing.set(topic, false);
      pass(topic);
      await clock.sleep(pauseMs, closing.signal);
    } while (pausing.get(topic) === true);
  }

  return {
    open(topic) {
      if (closing.signal.aborted) return;
      if (pausing.has(topic)) {
        pausing.set(topic, true);
        return;
      }
      pause(topic)
        .catch(() => undefined)
        .finally(() => pausing.delete(topic));
    },
    close: () => closing.abort(new Error('The server is stopping')),
  };
}
