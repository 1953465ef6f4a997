import type { Queryable, Transaction } from '../../platform/database.ts';
import type { Attempt, DeliveryKey, DeliveryRow, DeliveryStatus } from './delivery.ts';
import { insertDeliveriesSql } from './outlet.store.ts';

const columns = `
  webhook_id AS "webhookId", sequence, account_id AS "accountId", event_id AS "eventId", event, status, attempts,
  due_at AS "dueAt", last_status AS "lastStatus", last_error AS "lastError", replay, created_at AS "createdAt",
  ended_at AS "endedAt"`;

const listSql = `
  SELECT ${columns} FROM webhook_delivery_queue
  WHERE webhook_id = $1 AND ($2::bigint IS NULL OR sequence < $2)
    AND ($3::text IS NULL OR status = $3) AND ($4::boolean IS NULL OR (attempts > 0) = $4)
  ORDER BY sequence DESC LIMIT $5`;

export interface DeliveryFilter {
  webhookId: string;
  status: DeliveryStatus | undefined;
  beforeSequence: number | undefined;
  limit: number;
}

/** Of the newest events first. */
export async function listDeliveries(db: Queryable, filter: DeliveryFilter): Promise<DeliveryRow[]> {
  const { webhookId, status, beforeSequence, limit } = filter;
  const waits = status === 'waiting' || status === 'retrying';
  const values = [waits ? 'waiting' : (status ?? null), waits ? status === 'retrying' : null];
  return db.rows<DeliveryRow>(listSql, [webhookId, beforeSequence ?? null, ...values, limit]);
}

export interface ErrorCount {
  error: string;
  count: number;
}

const errorsSql = `
  SELECT coalesce(last_error, 'Why is not known.') AS error, count(*)::int AS count FROM webhook_delivery_queue
  WHERE webhook_id = $1 AND status = 'dead' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $2`;

/** Why deliveries were given up, the most frequent reasons first. */
export async function countDeadErrors(db: Queryable, webhookId: string, limit: number): Promise<ErrorCount[]> {
  return db.rows<ErrorCount>(errorsSql, [webhookId, limit]);
}

const findSql = `SELECT ${columns}, body FROM webhook_delivery_queue WHERE webhook_id = $1 AND sequence = $2`;

export async function findDelivery(
  db: Queryable,
  { webhookId, sequence }: DeliveryKey,
): Promise<(DeliveryRow & { body: string | null }) | undefined> {
  return db.one<DeliveryRow & { body: string | null }>(findSql, [webhookId, sequence]);
}

const attemptsSql = `
  SELECT number, at, duration_ms AS "durationMs", status, error, answer FROM webhook_attempts
  WHERE webhook_id = $1 AND sequence = $2 ORDER BY number`;

export async function listAttempts(db: Queryable, { webhookId, sequence }: DeliveryKey): Promise<Attempt[]> {
  return db.rows<Attempt>(attemptsSql, [webhookId, sequence]);
}

const again = `status = 'waiting', tries = 0, due_at = $2, ended_at = NULL, replay = true`;

const retrySql = `UPDATE webhook_delivery_queue SET ${again} WHERE webhook_id = $1 AND sequence = $3`;

/** From the beginning of the schedule, whatever became of it. False when there is none. */
export async function retryDelivery(tx: Transaction, { webhookId, sequence }: DeliveryKey, at: Date): Promise<boolean> {
  return (await tx.execute(retrySql, [webhookId, at, sequence])) > 0;
}

const retryDeadSql = `
  UPDATE webhook_delivery_queue SET ${again}
  WHERE webhook_id = $1 AND status = 'dead' AND ($3::timestamptz IS NULL OR created_at >= $3)
    AND ($4::timestamptz IS NULL OR created_at <= $4)`;

export interface TimeRange {
  from: Date;
  to: Date;
}

/** Those that were given up, of events of this time. Returns how many there were. */
export async function retryDead(
  tx: Transaction,
  webhookId: string,
  { from, to }: Partial<TimeRange>,
  at: Date,
): Promise<number> {
  return tx.execute(retryDeadSql, [webhookId, at, from ?? null, to ?? null]);
}

// What waits anyway is not put off or brought forward.
const replaySql = `
  ${insertDeliveriesSql({
    events: '(SELECT * FROM events WHERE created_at >= $3 AND created_at <= $4)',
    webhooks: 'w.id = $1',
    dueAt: '$2',
  })}
  ORDER BY e.sequence LIMIT $5
  ON CONFLICT (webhook_id, sequence) DO UPDATE SET ${again} WHERE webhook_delivery_queue.status <> 'waiting'`;

/** What happened within this time and the webhook wants, the first `limit` of it. Returns how many there were. */
export async function replayEvents(
  tx: Transaction,
  webhookId: string,
  { from, to }: TimeRange,
  limits: { at: Date; limit: number },
): Promise<number> {
  return tx.execute(replaySql, [webhookId, limits.at, from, to, limits.limit]);
}

const unholdSql = 'UPDATE webhooks SET not_before = NULL WHERE id = $1 AND not_before IS NOT NULL';

/** Somebody wants to know now whether it works again. */
export async function endHold(tx: Transaction, webhookId: string): Promise<void> {
  await tx.execute(unholdSql, [webhookId]);
}

const deleteEndedSql = `
  DELETE FROM webhook_delivery_queue WHERE (webhook_id, sequence) IN (
    SELECT webhook_id, sequence FROM webhook_delivery_queue
    WHERE ended_at < now() - make_interval(days => $1) ORDER BY ended_at LIMIT $2)`;

/** Returns how many there were. */
export async function deleteEnded(db: Queryable, days: number, limit: number): Promise<number> {
  return db.execute(deleteEndedSql, [days, limit]);
}

const giveUpSql = `
  UPDATE webhook_delivery_queue SET status = 'dead', ended_at = now(),
    last_error = 'It waited for more than ' || $1 || ' days.'
  WHERE (webhook_id, sequence) IN (
    SELECT webhook_id, sequence FROM webhook_delivery_queue
    WHERE status = 'waiting' AND created_at < now() - make_interval(days => $1) LIMIT $2)`;

/** Ends what was held for so long, by a pause or a breaker. Returns how many there were. */
export async function giveUpOld(db: Queryable, days: number, limit: number): Promise<number> {
  return db.execute(giveUpSql, [days, limit]);
}

const orphansSql = `
  DELETE FROM webhook_delivery_queue d
  WHERE d.status = 'waiting' AND NOT EXISTS (SELECT FROM webhooks w WHERE w.id = d.webhook_id)`;

/** What an event put down while its webhook was being deleted. */
export async function deleteOrphans(db: Queryable): Promise<number> {
  return db.execute(orphansSql);
}

const hoursSql = `DELETE FROM webhook_hours WHERE hour < now() - make_interval(days => $1)`;

export async function deleteOldHours(db: Queryable, days: number): Promise<number> {
  return db.execute(hoursSql, [days]);
}
