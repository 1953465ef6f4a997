import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import type { Service } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import { createSweep } from '../../platform/sweep.ts';
import type { Notifications } from '../notifications/notifications.ts';
import { follow, holdBack, lockBehind } from './backlog.store.ts';
import { deliveryTopic } from './topics.ts';

export interface BacklogOptions {
  database: Database;
  events: EventBus;
  notifications: Pick<Notifications, 'notify'>;
  /** Deliveries that may wait for one webhook. */
  mostWaiting: number;
  intervalMs: number;
  clock: Clock;
  log: Log;
}

/** Events that are looked at in one go, at most. */
const mostAtOnce = 1_000;
/** Longer than the database lets any statement run: by then nobody writes who saw the webhook as held back. */
const settleSeconds = 60;

/**
 * Keeps what waits for a webhook within a limit. What happens beyond it is not lost: it follows from the events, as long as
 * they are kept, when there is room again.
 */
export function createBacklog(options: BacklogOptions): Service {
  const { database, events, clock, log, mostWaiting } = options;
  // It begins when half may wait, so that it never leads beyond the limit.
  const step = Math.min(mostAtOnce, Math.ceil(mostWaiting / 2));

  async function holdBackWhereFull(): Promise<void> {
    await database.transaction(async (tx) => {
      for (const { id, accountId } of await holdBack(tx, mostWaiting)) {
        await options.notifications.notify(tx, {
          accountId,
          kind: 'webhook.held_back',
          sentence: `${mostWaiting} deliveries wait for a webhook. Newer events follow when fewer wait.`,
          path: `/webhooks/${id}`,
        });
        tx.afterCommit(() => {
          log.warn('So much waits for a webhook that newer events are held back', { id, accountId });
          events.announce(`webhook:${id}`);
        });
      }
    });
  }

  /** Returns whether there is more to do. */
  async function followWhereThereIsRoom(): Promise<boolean> {
    return database.transaction(async (tx) => {
      let more = false;
      for (const behind of await lockBehind(tx, settleSeconds)) {
        // Half of it, so that a full one does not go back and forth with every event.
        if (!behind.settles && behind.waiting > mostWaiting / 2) continue;
        const upTo = Math.min(behind.last, behind.after + step);
        await follow(tx, behind, upTo, clock.now());
        more ||= upTo < behind.last;
        tx.afterCommit(() => {
          events.announce(`${deliveryTopic}${behind.id}`);
          events.announce(`webhook:${behind.id}`);
        });
      }
      return more;
    });
  }

  return createSweep({
    ...options,
    name: 'webhook-backlog',
    batchSize: 1,
    async sweep() {
      await holdBackWhereFull();
      return (await followWhereThereIsRoom()) ? 1 : 0;
    },
  });
}
