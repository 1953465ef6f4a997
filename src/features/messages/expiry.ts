import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import type { Service } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import { createSweep } from '../../platform/sweep.ts';
import { forgetOldActs } from './acts.store.ts';
import { announceChange, statusOccurrence } from './message-events.ts';
import { expireQueued, giveUpUnconfirmed } from './queue.store.ts';

const batchSize = 200;

/** Ends messages whose time is over, and what waits for a message that never came, on every account, connected or not. */
export function createExpiry(options: {
  database: Database;
  events: EventBus;
  intervalMs: number;
  clock: Clock;
  log: Log;
}): Service {
  const { database, events } = options;
  return createSweep({
    ...options,
    name: 'message-expiry',
    batchSize,
    sweep: () =>
      database.transaction(async (tx) => {
        const ended = [...(await expireQueued(tx, batchSize)), ...(await giveUpUnconfirmed(tx, batchSize))];
        events.publish(tx, ended.map(statusOccurrence));
        tx.afterCommit(() => ended.forEach((row) => announceChange(events, row)));
        return Math.max(ended.length, await forgetOldActs(tx, batchSize));
      }),
  });
}
