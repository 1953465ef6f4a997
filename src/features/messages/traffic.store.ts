import type { Queryable } from '../../platform/database.ts';
import { actTypesSql } from './messages.store.ts';

/** What an account sent and received since a moment, and what waits now. */
export interface Traffic {
  /** Messages through this server, confirmed by the network. */
  sent: number;
  received: number;
  /** Queued or under way. */
  waiting: number;
}

// Each count reads one index: departures, arrivals, queue.
const trafficSql = `
  SELECT a.id AS "accountId",
    (SELECT count(*) FROM messages m
     WHERE m.account_id = a.id AND m.direction = 'outgoing' AND m.sending_at >= $2 AND m.sent_at IS NOT NULL
       AND m.type <> ALL (${actTypesSql}))::int
      AS sent,
    (SELECT count(*) FROM messages m
     WHERE m.account_id = a.id AND m.direction = 'incoming' AND m.received_at >= $2)::int AS received,
    (SELECT count(*) FROM messages m
     WHERE m.account_id = a.id AND m.status IN ('queued', 'sending'))::int AS waiting
  FROM unnest($1::text[]) AS a(id)`;

export async function countTraffic(
  db: Queryable,
  accountIds: readonly string[],
  since: Date,
): Promise<Map<string, Traffic>> {
  const rows = await db.rows<Traffic & { accountId: string }>(trafficSql, [accountIds, since]);
  return new Map(rows.map(({ accountId, ...traffic }) => [accountId, traffic]));
}

export async function countMessages(db: Queryable, accountId: string): Promise<number> {
  const row = await db.one<{ count: number }>('SELECT count(*)::int AS count FROM messages WHERE account_id = $1', [
    accountId,
  ]);
  return row?.count ?? 0;
}
