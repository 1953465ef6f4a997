import type { Transaction } from '../../platform/database.ts';
import { insertDeliveriesSql } from './outlet.store.ts';

export interface HeldBack {
  id: string;
  accountId: string;
}

const holdBackSql = `
  UPDATE webhooks w SET held_back_since = now(), behind_after = c.last_sequence, caught_up_at = NULL
  FROM event_counters c
  WHERE c.account_id = w.account_id AND w.held_back_since IS NULL AND w.behind_after IS NULL AND (
    SELECT count(*) FROM (
      SELECT FROM webhook_delivery_queue d WHERE d.webhook_id = w.id AND d.status = 'waiting' LIMIT $1) waiting
  ) >= $1
  RETURNING w.id, w.account_id AS "accountId"`;

/** Webhooks for which so much waits that events put down nothing else for them. */
export async function holdBack(tx: Transaction, mostWaiting: number): Promise<HeldBack[]> {
  return tx.rows<HeldBack>(holdBackSql, [mostWaiting]);
}

const behindSql = `
  SELECT w.id, w.behind_after AS "after", c.last_sequence AS "last", w.held_back_since IS NULL AS "settles",
         (SELECT count(*)::int FROM webhook_delivery_queue d WHERE d.webhook_id = w.id AND d.status = 'waiting') AS waiting
  FROM webhooks w JOIN event_counters c USING (account_id)
  WHERE w.active AND (w.held_back_since IS NOT NULL OR w.caught_up_at < now() - make_interval(secs => $1))
  ORDER BY w.id FOR NO KEY UPDATE OF w`;

export interface Behind {
  id: string;
  /** The event up to which all is put down, and the account's newest. */
  after: number;
  last: number;
  /** It had caught up; only what was being written then may be missing. */
  settles: boolean;
  waiting: number;
}

/** `settleSeconds`: longer than any statement can run. Those that are paused stay where they are until they go on. */
export async function lockBehind(tx: Transaction, settleSeconds: number): Promise<Behind[]> {
  return tx.rows<Behind>(behindSql, [settleSeconds]);
}

const followSql = `
  ${insertDeliveriesSql({
    events: '(SELECT * FROM events WHERE sequence > $2 AND sequence <= $3)',
    webhooks: 'w.id = $1',
    dueAt: '$4',
  })}
  ON CONFLICT (webhook_id, sequence) DO NOTHING`;

const moveSql = `
  UPDATE webhooks SET behind_after = CASE WHEN $4 THEN NULL ELSE $2::bigint END,
    held_back_since = CASE WHEN $3 THEN NULL ELSE held_back_since END,
    caught_up_at = CASE WHEN $4 THEN NULL WHEN $3 THEN now() ELSE caught_up_at END
  WHERE id = $1`;

/** Puts down what its webhook wants of the events after `after`, up to `upTo`. */
export async function follow(
  tx: Transaction,
  { id, after, last, settles }: Behind,
  upTo: number,
  at: Date,
): Promise<void> {
  await tx.execute(followSql, [id, after, upTo, at]);
  const caughtUp = upTo >= last;
  await tx.execute(moveSql, [id, upTo, caughtUp, caughtUp && settles]);
}
