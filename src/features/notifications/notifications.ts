import type { Clock } from '../../platform/clock.ts';
import type { Queryable, Transaction } from '../../platform/database.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import { newId } from '../../platform/ids.ts';
import type { Service } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import { createSweep } from '../../platform/sweep.ts';
import {
  deleteOldNotifications,
  listUnread,
  markKindsRead,
  markOneRead,
  type NewNotification,
  type NotificationKind,
  type UnreadNotification,
  upsertUnread,
} from './notifications.store.ts';

export type { NotificationKind, UnreadNotification } from './notifications.store.ts';

/** What a person must see, kept for 90 days. Every change announces `notifications` after its commit. */
export interface Notifications extends Service {
  /** Belongs into the transaction of what happened. Of an account and kind one at most is unread: it takes up the newest. */
  notify(tx: Transaction, notification: Omit<NewNotification, 'id'>): Promise<void>;
  /** Nobody needs to see these any more, because what they told of is over. */
  settle(tx: Transaction, accountIds: readonly string[], kinds: readonly NotificationKind[]): Promise<void>;
  /** The newest first, but for those about accounts that are shown anyway. */
  unread(exceptAccounts: readonly string[], limit: number): Promise<UnreadNotification[]>;
  /** A person has seen it. */
  markRead(id: string): Promise<void>;
}

export interface NotificationsOptions {
  database: Queryable;
  events: EventBus;
  sweepIntervalMs: number;
  clock: Clock;
  log: Log;
}

const retentionDays = 90;
const batchSize = 1_000;

export function createNotifications(options: NotificationsOptions): Notifications {
  const { database, events, clock } = options;
  const changed = (): void => events.announce('notifications');
  const sweep = createSweep({
    ...options,
    name: 'notifications',
    intervalMs: options.sweepIntervalMs,
    batchSize,
    sweep: () => deleteOldNotifications(database, retentionDays, batchSize),
  });
  return {
    ...sweep,
    async notify(tx, notification) {
      await upsertUnread(tx, { id: newId('ntf', clock.now()), ...notification });
      tx.afterCommit(changed);
    },
    async settle(tx, accountIds, kinds) {
      if ((await markKindsRead(tx, accountIds, kinds)) > 0) tx.afterCommit(changed);
    },
    unread: (exceptAccounts, limit) => listUnread(database, exceptAccounts, limit),
    async markRead(id) {
      await markOneRead(database, id);
      changed();
    },
  };
}
