import type { Queryable, Transaction } from './database.ts';

export interface EventRow {
  id: string;
  names: readonly string[];
  data: unknown;
}

// Counter and rows in one statement: the counter's row lock makes the sequence follow the order of commits, without gaps.
const appendEventsSql = `
  WITH counter AS (
    INSERT INTO event_counters AS c (account_id, last_sequence) VALUES ($1, $2)
    ON CONFLICT (account_id) DO UPDATE SET last_sequence = c.last_sequence + $2
    RETURNING last_sequence - $2 AS before
  )
  INSERT INTO events (account_id, sequence, id, names, data)
  SELECT $1, counter.before + e.position, e.event ->> 'id',
         ARRAY(SELECT jsonb_array_elements_text(e.event -> 'names')), e.event -> 'data'
  FROM counter, jsonb_array_elements($3::jsonb) WITH ORDINALITY AS e(event, position)
  RETURNING sequence`;

/**
 * Call it last in a transaction, because it holds the account's counter until the commit. Returns the sequence of the last
 * event.
 */
export async function appendEvents(tx: Transaction, accountId: string, events: readonly EventRow[]): Promise<number> {
  const rows = events.map(({ id, names, data }) => ({ id, names, data }));
  const written = await tx.rows<{ sequence: number }>(appendEventsSql, [
    accountId,
    events.length,
    JSON.stringify(rows),
  ]);
  return Math.max(...written.map(({ sequence }) => sequence));
}

const lastSequencesSql = 'SELECT account_id AS "accountId", last_sequence AS "lastSequence" FROM event_counters';

/** How far each account's events have come. */
export async function findLastSequences(db: Queryable): Promise<{ accountId: string; lastSequence: number }[]> {
  return db.rows<{ accountId: string; lastSequence: number }>(lastSequencesSql);
}

/** An event as it was published. */
export interface PublishedEvent extends EventRow {
  accountId: string;
  createdAt: Date;
}

// The newest of each account by its primary key: no index of its own that every event would have to write.
const latestEventsSql = `
  SELECT e.id, e.account_id AS "accountId", e.names, e.data, e.created_at AS "createdAt"
  FROM event_counters c CROSS JOIN LATERAL (
    SELECT * FROM events WHERE events.account_id = c.account_id ORDER BY sequence DESC LIMIT $1
  ) e
  ORDER BY e.created_at DESC, e.account_id, e.sequence DESC LIMIT $1`;

/** The newest of all accounts. */
export async function listLatestEvents(db: Queryable, limit: number): Promise<PublishedEvent[]> {
  return db.rows<PublishedEvent>(latestEventsSql, [limit]);
}
