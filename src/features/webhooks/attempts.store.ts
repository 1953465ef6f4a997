import type { Queryable, Transaction } from '../../platform/database.ts';
import { type DeliveryKey } from './delivery.ts';
import { brokenAfter, failingAfter, type MediaMode, type PausedReason } from './webhook.ts';

/** A delivery that this process attempts now, with what is needed for that. Sealed values as they are stored. */
export interface ClaimedDelivery extends DeliveryKey {
  accountId: string;
  eventId: string;
  event: string;
  body: string | null;
  attempts: number;
  tries: number;
  url: Buffer;
  headers: Buffer | null;
  secret: Buffer;
  formerSecret: Buffer | null;
  formerSecretEndsAt: Date | null;
  media: MediaMode;
  events: string[];
  timeoutSeconds: number;
  /** Attempts at a time that its webhook may have, and its place among those. */
  most: number;
  turn: number;
  /** More of its webhook may be due. */
  hasMore: boolean;
}

/** What this process may have more of. */
export interface Room {
  /** What it is at, and whether that was answered: then only its result is not stored yet. */
  busy: readonly (DeliveryKey & { isAnswered: boolean })[];
  /** Of webhooks of which some may be claimed ahead, how many times over what they may have under way. */
  rounds: readonly { webhookId: string; rounds: number }[];
  /** Attempts that may begin. */
  count: number;
  /** Of `count`, those that only a webhook with nothing under way may take. */
  reserved: number;
  /** Deliveries that may be claimed before they may begin. */
  ahead: number;
}

export interface ClaimRequest extends Room {
  /** Only of these webhooks; all without. */
  webhookIds: readonly string[] | undefined;
  at: Date;
}

/** How long a delivery that was claimed ahead is kept without beginning. */
export const aheadSeconds = 2;
/** Beside the time-out of the attempt: for a file that is read before it, and for storing how it ended. */
const claimMarginSeconds = 30;

// Of every webhook the first before the second of any. One that fails gets one at a time. Ahead is claimed only where
// nobody waits for a place.
const claimSql = `
  WITH busy AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS b("webhookId" text, "sequence" bigint, "isAnswered" boolean)
  ), allowed AS (
    SELECT w.id, (SELECT count(*)::int FROM busy WHERE "webhookId" = w.id AND NOT "isAnswered") AS taken,
           CASE WHEN w.failures >= ${failingAfter} THEN 1 ELSE w.max_in_flight END AS most,
           CASE WHEN w.failures = 0 THEN w.max_in_flight * coalesce(r."rounds", 0) ELSE 0 END AS ahead
    FROM webhooks w LEFT JOIN jsonb_to_recordset($6::jsonb) AS r("webhookId" text, "rounds" int) ON r."webhookId" = w.id
    WHERE w.active AND (w.not_before IS NULL OR w.not_before <= $2) AND ($3::text[] IS NULL OR w.id = ANY($3))
  ), room AS (
    SELECT id, most, taken, greatest(most + ahead - taken, 0) AS count FROM allowed
  ), candidates AS (
    SELECT room.id, room.most, d.sequence, d.due_at, count(*) OVER (PARTITION BY room.id) >= room.count AS has_more,
           room.taken + row_number() OVER (PARTITION BY room.id ORDER BY d.due_at, d.sequence) AS turn
    FROM room CROSS JOIN LATERAL (
      SELECT q.sequence, q.due_at FROM webhook_delivery_queue q
      WHERE q.webhook_id = room.id AND q.status = 'waiting' AND q.due_at <= $2
        AND (q.claimed_until IS NULL OR q.claimed_until <= now())
        AND NOT EXISTS (SELECT FROM busy WHERE busy."webhookId" = q.webhook_id AND busy."sequence" = q.sequence)
      ORDER BY q.due_at, q.sequence LIMIT room.count FOR UPDATE SKIP LOCKED
    ) d
  ), placed AS (
    SELECT *, row_number() OVER (PARTITION BY turn > most ORDER BY turn, due_at) AS place,
           count(*) FILTER (WHERE turn <= most) OVER () AS wanted
    FROM candidates
  )
  UPDATE webhook_delivery_queue d
  SET claimed_until = now() + make_interval(secs => w.timeout_seconds + ${claimMarginSeconds + aheadSeconds})
  FROM placed p JOIN webhooks w ON w.id = p.id
  WHERE d.webhook_id = p.id AND d.sequence = p.sequence
    AND p.place <= CASE WHEN p.turn = 1 THEN $4::int WHEN p.turn <= p.most THEN $4::int - $5::int
                   WHEN p.wanted <= $4::int - $5::int THEN $7::int ELSE 0 END
  RETURNING d.webhook_id AS "webhookId", d.sequence, d.account_id AS "accountId", d.event_id AS "eventId", d.event, d.body,
            d.attempts, d.tries, w.url, w.headers, w.secret, w.former_secret AS "formerSecret",
            w.former_secret_ends_at AS "formerSecretEndsAt", w.media, w.events, w.timeout_seconds AS "timeoutSeconds",
            p.most, p.turn::int, p.has_more AS "hasMore"`;

/** What is due, for as long as its attempt can take: nobody else takes it meanwhile. */
export async function claimDeliveries(db: Queryable, request: ClaimRequest): Promise<ClaimedDelivery[]> {
  const { busy, webhookIds, at, count, reserved, rounds, ahead } = request;
  const parameters = [JSON.stringify(busy), at, webhookIds ?? null, count, reserved, JSON.stringify(rounds), ahead];
  return db.rows<ClaimedDelivery>(claimSql, parameters);
}

const releaseSql = `
  UPDATE webhook_delivery_queue d SET claimed_until = NULL
  FROM jsonb_to_recordset($1::jsonb) AS g("webhookId" text, "sequence" bigint)
  WHERE d.webhook_id = g."webhookId" AND d.sequence = g."sequence" AND d.status = 'waiting'`;

/** Their attempts were ended before they led to anything; they count for nothing. */
export async function releaseDeliveries(db: Queryable, keys: readonly DeliveryKey[]): Promise<void> {
  await db.execute(releaseSql, [JSON.stringify(keys)]);
}

const releaseAllSql = `UPDATE webhook_delivery_queue SET claimed_until = NULL WHERE status = 'waiting' AND claimed_until > now()`;

/** Nobody else is alive who could be at any. */
export async function releaseAll(db: Queryable): Promise<void> {
  await db.execute(releaseAllSql);
}

const bodySql = `
  UPDATE webhook_delivery_queue SET body = coalesce(body, $3) WHERE webhook_id = $1 AND sequence = $2 RETURNING body`;

/** The one that is sent: the first that was stored. Undefined when the delivery is gone. */
export async function storeBody(
  db: Queryable,
  { webhookId, sequence }: DeliveryKey,
  body: string,
): Promise<string | undefined> {
  return (await db.one<{ body: string }>(bodySql, [webhookId, sequence, body]))?.body;
}

/** How an attempt ended, and what becomes of its delivery. */
export interface AttemptResult extends DeliveryKey {
  number: number;
  tries: number;
  status: 'waiting' | 'delivered' | 'dead';
  /** Of the next attempt, where there is one. */
  dueAt: Date | null;
  at: Date;
  durationMs: number;
  httpStatus: number | null;
  error: string | null;
  answer: string | null;
}

const recordSql = `
  WITH given AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS g(
      "webhookId" text, "sequence" bigint, "number" smallint, "tries" smallint, "status" text, "dueAt" timestamptz,
      "at" timestamptz, "durationMs" int, "httpStatus" smallint, "error" text, "answer" text)
  ), moved AS (
    UPDATE webhook_delivery_queue d
    SET status = g."status", attempts = g."number", tries = g."tries", due_at = coalesce(g."dueAt", d.due_at),
        claimed_until = NULL, last_status = g."httpStatus", last_error = g."error",
        ended_at = CASE WHEN g."status" <> 'waiting' THEN now() END
    FROM given g
    WHERE d.webhook_id = g."webhookId" AND d.sequence = g."sequence" AND d.attempts < g."number"
    RETURNING d.webhook_id, d.sequence
  )
  INSERT INTO webhook_attempts (webhook_id, sequence, number, at, duration_ms, status, error, answer)
  SELECT m.webhook_id, m.sequence, g."number", g."at", g."durationMs", g."httpStatus", g."error", g."answer"
  FROM moved m JOIN given g ON g."webhookId" = m.webhook_id AND g."sequence" = m.sequence`;

/** Storing a result again changes nothing. */
export async function recordAttempts(tx: Transaction, results: readonly AttemptResult[]): Promise<void> {
  await tx.execute(recordSql, [JSON.stringify(results)]);
}

/** What a number of attempts say about a webhook. */
export interface HealthChange {
  webhookId: string;
  succeeded: number;
  failed: number;
  /** How many failed after the last that succeeded, and when the first of those. */
  trailing: number;
  firstFailureAt: Date | null;
  lastFailureAt: Date | null;
  lastSuccessAt: Date | null;
  /** Until when the endpoint asked to be left alone. */
  notBefore: Date | null;
}

export interface HealthState {
  id: string;
  accountId: string;
  active: boolean;
  pausedReason: PausedReason | null;
  failures: number;
  firstFailureAt: Date | null;
}

const probeSeconds = 60;

// A success ends the breaker. What the endpoint asked for stands, whatever becomes of attempts that were under way.
const healthSql = `
  WITH given AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS g(
      "webhookId" text, "succeeded" int, "failed" int, "trailing" int, "firstFailureAt" timestamptz,
      "lastFailureAt" timestamptz, "lastSuccessAt" timestamptz, "notBefore" timestamptz)
  ), changed AS (
    SELECT g.*, CASE WHEN g."succeeded" > 0 THEN 0 ELSE w.failures END + g."trailing" AS failures
    FROM given g JOIN webhooks w ON w.id = g."webhookId" ORDER BY w.id FOR NO KEY UPDATE OF w
  ), counted AS (
    INSERT INTO webhook_hours AS h (webhook_id, hour, succeeded, failed)
    SELECT "webhookId", date_trunc('hour', now()), "succeeded", "failed" FROM changed
    ON CONFLICT (webhook_id, hour)
    DO UPDATE SET succeeded = h.succeeded + excluded.succeeded, failed = h.failed + excluded.failed
  )
  UPDATE webhooks w SET
    failures = c.failures,
    first_failure_at = CASE WHEN c.failures = 0 THEN NULL WHEN c."succeeded" > 0 THEN c."firstFailureAt"
                       ELSE coalesce(w.first_failure_at, c."firstFailureAt") END,
    last_failure_at = coalesce(c."lastFailureAt", w.last_failure_at),
    last_success_at = coalesce(c."lastSuccessAt", w.last_success_at),
    not_before = greatest(
      CASE WHEN c."succeeded" = 0 OR w.failures < ${brokenAfter} THEN w.not_before END, c."notBefore",
      CASE WHEN c.failures >= ${brokenAfter} THEN c."lastFailureAt" + interval '${probeSeconds} s' END)
  FROM changed c WHERE w.id = c."webhookId"
  RETURNING w.id, w.account_id AS "accountId", w.active, w.paused_reason AS "pausedReason", w.failures,
            w.first_failure_at AS "firstFailureAt"`;

/** What is known of these webhooks after their attempts; those that are gone are left out. */
export async function recordHealth(tx: Transaction, changes: readonly HealthChange[]): Promise<HealthState[]> {
  return tx.rows<HealthState>(healthSql, [JSON.stringify(changes)]);
}
