import type { Queryable, Transaction } from '../../platform/database.ts';
import type { MediaMode, PausedReason, WebhookRow } from './webhook.ts';

const columns = `
  w.id, w.account_id AS "accountId", w.url, w.headers, w.events, w.media, w.timeout_seconds AS "timeoutSeconds",
  w.max_in_flight AS "maxInFlight", w.active, w.paused_reason AS "pausedReason", w.failures,
  w.first_failure_at AS "firstFailureAt", w.last_failure_at AS "lastFailureAt", w.last_success_at AS "lastSuccessAt",
  w.not_before AS "notBefore", w.held_back_since AS "heldBackSince", w.created_at AS "createdAt",
  w.updated_at AS "updatedAt",
  (SELECT count(*)::int FROM webhook_delivery_queue d WHERE d.webhook_id = w.id AND d.status = 'waiting') AS waiting,
  (SELECT count(*)::int FROM webhook_delivery_queue d WHERE d.webhook_id = w.id AND d.status = 'dead') AS dead,
  coalesce(h.succeeded, 0) AS succeeded, coalesce(h.failed, 0) AS failed`;

const withRates = `
  FROM webhooks w LEFT JOIN LATERAL (
    SELECT sum(succeeded)::int AS succeeded, sum(failed)::int AS failed FROM webhook_hours
    WHERE webhook_id = w.id AND hour > now() - interval '24 hours'
  ) h ON true`;

const listSql = `
  SELECT ${columns} ${withRates}
  WHERE ($1::text IS NULL OR w.account_id = $1) AND ($2::text IS NULL OR w.id > $2) ORDER BY w.id LIMIT $3`;

/** In order of creation, of one account or of all. */
export async function listWebhooks(
  db: Queryable,
  filter: { accountId: string | undefined; afterId: string | null; limit: number },
): Promise<WebhookRow[]> {
  return db.rows<WebhookRow>(listSql, [filter.accountId ?? null, filter.afterId, filter.limit]);
}

const findSql = `SELECT ${columns} ${withRates} WHERE w.id = $1`;

export async function findWebhook(db: Queryable, id: string): Promise<WebhookRow | undefined> {
  return db.one<WebhookRow>(findSql, [id]);
}

const lockSql = 'SELECT id FROM webhooks WHERE id = $1 FOR NO KEY UPDATE';

/** Holds it until the transaction ends, as it is then. */
export async function lockWebhook(tx: Transaction, id: string): Promise<WebhookRow | undefined> {
  const locked = await tx.one<{ id: string }>(lockSql, [id]);
  return locked && findWebhook(tx, id);
}

const attemptsSql = `
  SELECT coalesce(sum(succeeded), 0)::int AS succeeded, coalesce(sum(failed), 0)::int AS failed
  FROM webhook_hours WHERE hour > now() - interval '24 hours'`;

/** To all webhooks within the last 24 hours, to the hour. */
export async function countAttempts(db: Queryable): Promise<Pick<WebhookRow, 'succeeded' | 'failed'>> {
  const counts = await db.one<Pick<WebhookRow, 'succeeded' | 'failed'>>(attemptsSql);
  return counts ?? { succeeded: 0, failed: 0 };
}

const additionSql = `SELECT pg_advisory_xact_lock(hashtextextended('webhooks of ' || $1, 0))`;

/** Until the transaction ends nobody else adds one to this account. */
export async function holdAdditions(tx: Transaction, accountId: string): Promise<void> {
  await tx.execute(additionSql, [accountId]);
}

const countSql = 'SELECT count(*)::int AS count FROM webhooks WHERE account_id = $1';

export async function countWebhooks(db: Queryable, accountId: string): Promise<number> {
  return (await db.one<{ count: number }>(countSql, [accountId]))?.count ?? 0;
}

export interface StoredSettings {
  url: Buffer;
  headers: Buffer | null;
  events: readonly string[];
  media: MediaMode;
  timeoutSeconds: number;
  maxInFlight: number;
  active: boolean;
}

const insertSql = `
  INSERT INTO webhooks (id, account_id, secret, url, headers, events, media, timeout_seconds, max_in_flight, active,
                        paused_reason)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, CASE WHEN NOT $10 THEN 'by_hand' END)`;

export async function insertWebhook(
  tx: Transaction,
  webhook: StoredSettings & { id: string; accountId: string; secret: Buffer },
): Promise<void> {
  const { id, accountId, secret } = webhook;
  await tx.execute(insertSql, [id, accountId, secret, ...settingsValues(webhook)]);
}

// Whoever switches it on again begins anew: what it failed before is no reason to wait.
const updateSql = `
  UPDATE webhooks SET url = $2, headers = $3, events = $4, media = $5, timeout_seconds = $6, max_in_flight = $7,
    active = $8, paused_reason = CASE WHEN $8 THEN NULL ELSE coalesce(paused_reason, 'by_hand') END,
    failures = CASE WHEN $9 THEN 0 ELSE failures END,
    first_failure_at = CASE WHEN $9 THEN NULL ELSE first_failure_at END,
    not_before = CASE WHEN $9 THEN NULL ELSE not_before END,
    updated_at = now()
  WHERE id = $1`;

/** `anew`: it was paused, or leads elsewhere now. */
export async function updateWebhook(
  tx: Transaction,
  id: string,
  settings: StoredSettings,
  anew: boolean,
): Promise<void> {
  await tx.execute(updateSql, [id, ...settingsValues(settings), anew]);
}

function settingsValues(settings: StoredSettings): unknown[] {
  const { url, headers, events, media, timeoutSeconds, maxInFlight, active } = settings;
  return [url, headers, events, media, timeoutSeconds, maxInFlight, active];
}

const rotateSql = `
  UPDATE webhooks SET secret = $2, former_secret = $3,
    former_secret_ends_at = CASE WHEN $3::bytea IS NOT NULL THEN $4::timestamptz END, updated_at = now()
  WHERE id = $1`;

/** `former`: the secret until now, sealed for its new place, where it goes on being signed with for a while. */
export async function replaceSecret(
  tx: Transaction,
  id: string,
  secrets: { secret: Buffer; former: Buffer | null; formerEndsAt: Date | null },
): Promise<void> {
  await tx.execute(rotateSql, [id, secrets.secret, secrets.former, secrets.formerEndsAt]);
}

const secretSql = `
  SELECT secret, former_secret AS "formerSecret", former_secret_ends_at AS "formerSecretEndsAt"
  FROM webhooks WHERE id = $1`;

export interface StoredSecrets {
  secret: Buffer;
  formerSecret: Buffer | null;
  formerSecretEndsAt: Date | null;
}

export async function findSecrets(db: Queryable, id: string): Promise<StoredSecrets | undefined> {
  return db.one<StoredSecrets>(secretSql, [id]);
}

const deleteSql = `
  WITH gone AS (DELETE FROM webhooks WHERE id = $1 RETURNING id)
  DELETE FROM webhook_delivery_queue d USING gone WHERE d.webhook_id = gone.id`;

/** With its deliveries, whatever became of them. */
export async function deleteWebhook(tx: Transaction, id: string): Promise<void> {
  await tx.execute(deleteSql, [id]);
}

const pauseSql = `
  UPDATE webhooks SET active = false, paused_reason = $2, updated_at = now() WHERE id = $1 AND active RETURNING id`;

/** False when it was not active any more. */
export async function pauseWebhook(tx: Transaction, id: string, reason: PausedReason): Promise<boolean> {
  return (await tx.execute(pauseSql, [id, reason])) > 0;
}
