import type { Clock } from './clock.ts';
import { isUnavailable } from './database.ts';
import type { Service } from './lifecycle.ts';
import type { Log } from './log.ts';

export interface SweepOptions {
  name: string;
  intervalMs: number;
  /** Returns how many rows it dealt with. */
  sweep(): Promise<number>;
  /** A sweep that dealt with so many is followed by another at once. */
  batchSize?: number;
  clock: Clock;
  log: Log;
}

/** Tidies something up again and again, from the start on, until it is stopped. An error waits for the next round. */
export function createSweep(options: SweepOptions): Service {
  const { name, clock, log } = options;
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const count = await options.sweep();
        if (options.batchSize !== undefined && count >= options.batchSize) continue;
      } catch (error) {
        if (!isUnavailable(error)) log.error('A sweep failed', { name, error });
      }
      await clock.sleep(options.intervalMs, stopping.signal).catch(() => undefined);
    }
  }

  return {
    name,
    start() {
      running ??= run();
      return Promise.resolve();
    },
    async stop() {
      stopping.abort(new Error('The server is stopping'));
      await running;
    },
  };
}
