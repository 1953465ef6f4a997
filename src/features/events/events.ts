import type { Queryable } from './database.ts';
import { listLatestEvents, type PublishedEvent } from './events.store.ts';

export type { PublishedEvent } from './events.store.ts';

/** What was published, to be read again. */
export interface EventLog {
  /** The newest of all accounts, the newest first. */
  latest(limit: number): Promise<PublishedEvent[]>;
}

export function createEventLog(database: Queryable): EventLog {
  return { latest: (limit) => listLatestEvents(database, limit) };
}
