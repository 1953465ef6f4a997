import type { Clock } from '../../platform/clock.ts';
import type { Queryable } from '../../platform/database.ts';
import { AppError, invalidField } from '../../platform/errors.ts';
import {
  deleteOldEvents,
  findEventsAfter,
  listLatestEvents,
  type PublishedEvent,
} from '../../platform/events.store.ts';
import type { Service } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import { createSweep } from '../../platform/sweep.ts';
import type { Accounts } from '../accounts/accounts.ts';

export { eventSample } from './event-samples.ts';
export { eventWebhooks } from './event-webhooks.ts';
export type { PublishedEvent } from '../../platform/events.store.ts';

/** What was published, to be read again for 7 days; older events are removed. */
export interface EventLog extends Service {
  /** The newest of all accounts, the newest first. */
  latest(limit: number): Promise<PublishedEvent[]>;
  /**
   * The events of one account that follow the one with this sequence, or its oldest, in ascending order. Without a gap:
   * throws `events.cursor_expired` when some that follow are not kept any more, 422 for a sequence still to come, and
   * `account.not_found`.
   */
  after(accountId: string, sequence: number | undefined, limit: number): Promise<PublishedEvent[]>;
}

export interface EventLogOptions {
  database: Queryable;
  accounts: Pick<Accounts, 'get'>;
  sweepIntervalMs: number;
  clock: Clock;
  log: Log;
}

const retentionDays = 7;
const batch = { accounts: 50, ofEach: 200 };

export function createEventLog(options: EventLogOptions): EventLog {
  const { database, accounts } = options;
  const sweep = createSweep({
    ...options,
    name: 'events',
    intervalMs: options.sweepIntervalMs,
    batchSize: 1,
    sweep: () => deleteOldEvents(database, retentionDays, batch),
  });
  return {
    ...sweep,
    latest: (limit) => listLatestEvents(database, limit),
    async after(accountId, sequence, limit) {
      const { events, lastSequence } = await findEventsAfter(database, accountId, sequence ?? 0, limit);
      // Without any event there may be no such account either.
      if (lastSequence === 0) await accounts.get(accountId);
      if (sequence === undefined) return events;
      const following = events[0]?.sequence ?? lastSequence + 1;
      if (sequence + 1 < following) throw expired(sequence, following);
      if (sequence > lastSequence) throw invalidField('after', `is still to come: the newest event is ${lastSequence}`);
      return events;
    },
  };
}

function expired(after: number, oldest: number): AppError {
  return new AppError('events.cursor_expired', {
    status: 410,
    detail:
      `Of the events after ${after}, those before ${oldest} are not kept any more. ` +
      `Go on with after=${oldest - 1}, or without it to begin with the oldest.`,
    errors: [{ field: 'after', message: 'is older than what is kept' }],
  });
}
