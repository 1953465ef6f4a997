import type { Queryable, Transaction } from './database.ts';

export interface EventRow {
  id: string;
  accountId: string;
  names: readonly string[];
  data: object;
}

export interface Position {
  accountId: string;
  sequence: number;
}

/**
 * What is put down with every event, by the same statement: an INSERT … SELECT from `published` (id, account_id, sequence,
 * names text[], data json, created_at, at timestamptz by the product's clock) that returns a `topic` for each row, which
 * is announced after the commit.
 */
export interface EventOutlet {
  /** A name in SQL. */
  readonly name: string;
  readonly sql: string;
}

// Counters and rows in one statement: a counter's row lock makes the sequence follow the order of commits, without gaps.
// All transactions take these locks in the order of accounts, so that they never wait for each other in a circle.
// Data is json until it is stored: an outlet gets the text as it was given.
function appendEventsSql(outlets: readonly EventOutlet[]): string {
  const asides = outlets.map(({ name, sql }) => `, ${name} AS (${sql})`).join('');
  const topics = outlets.map(({ name }) => `UNION ALL SELECT NULL, NULL, topic FROM ${name}`).join(' ');
  return `
  WITH given AS (
    SELECT * FROM json_to_recordset($1::json) AS g(
      "accountId" text, "after" int, "id" text, "names" text[], "data" json)
  ), counters AS (
    INSERT INTO event_counters AS c (account_id, last_sequence)
    SELECT "accountId", count(*) FROM given GROUP BY "accountId" ORDER BY "accountId"
    ON CONFLICT (account_id) DO UPDATE SET last_sequence = c.last_sequence + excluded.last_sequence
    RETURNING account_id, last_sequence
  ), written AS (
    INSERT INTO events (account_id, sequence, id, names, data)
    SELECT account_id, last_sequence - "after", id, names, data::jsonb FROM given JOIN counters ON account_id = "accountId"
    RETURNING account_id, sequence, id, created_at
  ), published AS (
    SELECT w.*, g.names, g.data, $2::timestamptz AS at FROM written w JOIN given g USING (id)
  )${asides}
  SELECT account_id AS "accountId", sequence, NULL AS topic FROM published ${topics}`;
}

/** Where an event stands, or a topic that an outlet gave. */
type Appended = (Position & { topic: null }) | { topic: string };

/**
 * Writes events of any accounts, of each in this order. Call it last in a transaction, because it holds the accounts'
 * counters until the commit.
 */
export type AppendEvents = (tx: Transaction, events: readonly EventRow[], at: Date) => Promise<Appended[]>;

export function createAppendEvents(outlets: readonly EventOutlet[]): AppendEvents {
  const sql = appendEventsSql(outlets);
  return async (tx, events, at) => {
    const counts = new Map<string, number>();
    const rows = events.toReversed().map(({ id, accountId, names, data }) => {
      const after = counts.get(accountId) ?? 0;
      counts.set(accountId, after + 1);
      return { id, accountId, names, data, after };
    });
    return tx.rows<Appended>(sql, [JSON.stringify(rows), at]);
  };
}

const lastSequencesSql = 'SELECT account_id AS "accountId", last_sequence AS "sequence" FROM event_counters';

/** How far each account's events have come. */
export async function findLastSequences(db: Queryable): Promise<Position[]> {
  return db.rows<Position>(lastSequencesSql);
}

/** An event as it was published. */
export interface PublishedEvent extends EventRow {
  sequence: number;
  createdAt: Date;
}

// The newest of each account by its primary key: no index of its own that every event would have to write.
const latestEventsSql = `
  SELECT e.id, e.sequence, e.account_id AS "accountId", e.names, e.data, e.created_at AS "createdAt"
  FROM event_counters c CROSS JOIN LATERAL (
    SELECT * FROM events WHERE events.account_id = c.account_id ORDER BY sequence DESC LIMIT $1
  ) e
  ORDER BY e.created_at DESC, e.account_id, e.sequence DESC LIMIT $1`;

/** The newest of all accounts. */
export async function listLatestEvents(db: Queryable, limit: number): Promise<PublishedEvent[]> {
  return db.rows<PublishedEvent>(latestEventsSql, [limit]);
}

// One statement, so that both come from the same moment. Without an event the row of the counter comes alone.
const eventsAfterSql = `
  SELECT c.last_sequence AS "lastSequence", e.id, c.account_id AS "accountId", e.sequence, e.names, e.data,
         e.created_at AS "createdAt"
  FROM event_counters c LEFT JOIN LATERAL (
    SELECT * FROM events WHERE events.account_id = c.account_id AND sequence > $2 ORDER BY sequence LIMIT $3
  ) e ON true
  WHERE c.account_id = $1 ORDER BY e.sequence`;

/** Of one account in ascending order, with the sequence of the newest that it ever had, 0 before the first. */
export async function findEventsAfter(
  db: Queryable,
  accountId: string,
  sequence: number,
  limit: number,
): Promise<{ events: PublishedEvent[]; lastSequence: number }> {
  type Row = PublishedEvent & { lastSequence: number };
  const rows = await db.rows<Row | { lastSequence: number; id: null }>(eventsAfterSql, [accountId, sequence, limit]);
  const events = rows.filter((row): row is Row => row.id !== null);
  return { events, lastSequence: rows[0]?.lastSequence ?? 0 };
}

// By the primary key: an index on the time would have to be written by every event. Of each account only what comes before
// its first newer event, whatever the times of later ones say, so that no gap opens between events that are kept.
const deleteOldSql = `
  WITH behind AS (
    SELECT c.account_id
    FROM event_counters c CROSS JOIN LATERAL (
      SELECT created_at FROM events WHERE account_id = c.account_id ORDER BY sequence LIMIT 1
    ) oldest
    WHERE oldest.created_at < now() - make_interval(days => $1) LIMIT $2
  ), old AS (
    SELECT account_id, e.sequence
    FROM behind CROSS JOIN LATERAL (
      SELECT sequence, bool_and(created_at < now() - make_interval(days => $1)) OVER (ORDER BY sequence) AS is_old
      FROM (SELECT * FROM events WHERE account_id = behind.account_id ORDER BY sequence LIMIT $3) first
    ) e
    WHERE e.is_old
  )
  DELETE FROM events USING old WHERE events.account_id = old.account_id AND events.sequence = old.sequence`;

/** The oldest of some accounts; returns how many there were. The counters stay, so that no sequence is used again. */
export async function deleteOldEvents(
  db: Queryable,
  days: number,
  most: { accounts: number; ofEach: number },
): Promise<number> {
  return db.execute(deleteOldSql, [days, most.accounts, most.ofEach]);
}
