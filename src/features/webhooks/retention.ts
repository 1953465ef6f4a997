import type { Clock } from '../../platform/clock.ts';
import type { Queryable } from '../../platform/database.ts';
import type { Service } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import { createSweep } from '../../platform/sweep.ts';
import { deleteEnded, deleteOldHours, deleteOrphans, giveUpOld } from './deliveries.store.ts';

const keptDays = 7;
/** Longer than the schedule, so that only what a pause or a breaker holds waits as long. */
const waitingDays = 14;
const batchSize = 1_000;

export interface RetentionOptions {
  database: Queryable;
  intervalMs: number;
  clock: Clock;
  log: Log;
}

/** Removes deliveries 7 days after they ended, and ends those that were held for 14. */
export function createRetention(options: RetentionOptions): Service {
  const { database } = options;
  return createSweep({
    ...options,
    name: 'webhook-retention',
    batchSize,
    async sweep() {
      await deleteOrphans(database);
      await deleteOldHours(database, keptDays);
      const givenUp = await giveUpOld(database, waitingDays, batchSize);
      return Math.max(givenUp, await deleteEnded(database, keptDays, batchSize));
    },
  });
}
