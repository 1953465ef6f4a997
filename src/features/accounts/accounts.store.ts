import type { ChangeKind } from '../../platform/commit-writer.ts';
import type { Queryable } from '../../platform/database.ts';
import type { EventBus, Occurrence } from '../../platform/event-bus.ts';
import type { NotificationKind, Notifications } from '../notifications/notifications.ts';
import { needKinds } from './account-need.ts';
import type { AccountStatus, NextStep, Status } from './account-status.ts';
import {
  type AccountKind,
  type AccountSettings,
  defaultDuplicateWindowSeconds,
  defaultQueueLimit,
  settingsWithDefaults,
  type StoredSettings,
} from './account-settings.ts';

export interface AccountRow {
  id: string;
  name: string;
  kind: AccountKind;
  paused: boolean;
  linkedAt: Date | null;
  status: Status;
  statusMessage: string;
  statusReason: string | null;
  nextStep: NextStep | null;
  statusSince: Date;
  qr: Buffer | null;
  qrAttempt: number;
  qrAttempts: number;
  qrRevision: number;
  qrExpiresAt: Date | null;
  pairingCode: Buffer | null;
  pairingCodePhone: string | null;
  pairingCodeExpiresAt: Date | null;
  pairingCodeAskedAt: Date | null;
  pairingCodeRevision: number;
  notice: string | null;
  phone: string | null;
  lid: string | null;
  restrictedUntil: Date | null;
  settings: StoredSettings;
  createdAt: Date;
  apiKeyHint: string | null;
}

export const columns = `
  a.id, a.name, a.kind, a.paused, a.linked_at AS "linkedAt", a.status, a.status_message AS "statusMessage",
  a.status_reason AS "statusReason", a.next_step AS "nextStep", a.status_since AS "statusSince", a.qr,
  a.qr_attempt AS "qrAttempt", a.qr_attempts AS "qrAttempts", a.qr_revision AS "qrRevision",
  a.qr_expires_at AS "qrExpiresAt", a.pairing_code AS "pairingCode", a.pairing_code_phone AS "pairingCodePhone",
  a.pairing_code_expires_at AS "pairingCodeExpiresAt", a.pairing_code_asked_at AS "pairingCodeAskedAt",
  a.pairing_code_revision AS "pairingCodeRevision", a.notice, a.phone, a.lid,
  CASE WHEN a.restricted_until > now() THEN a.restricted_until END AS "restrictedUntil", a.settings, a.created_at AS "createdAt",
  (SELECT k.hint FROM api_keys k WHERE k.account_id = a.id AND k.ends_at IS NULL ORDER BY k.id DESC LIMIT 1)
    AS "apiKeyHint"`;

/**
 * Of an account `a`, for a statement that accepts a message: whether it takes any (one that is only reconnecting does), how
 * many may wait, and for how long the same again is a retry.
 */
export const sendingTerms = `
  a.linked_at IS NOT NULL AND NOT a.paused AND a.status NOT IN ('auth_failed', 'error')
    AND a.status_reason IS DISTINCT FROM 'replaced' AS accepts,
  coalesce((a.settings #>> '{pacing,queueLimit}')::int, ${defaultQueueLimit}) AS "queueLimit",
  coalesce((a.settings ->> 'duplicateWindowSeconds')::int, ${defaultDuplicateWindowSeconds}) AS "retrySeconds"`;

const insertSql = `
  INSERT INTO whatsapp_accounts (id, name, kind, status, status_message, settings)
  VALUES ($1, $2, $3, 'initializing', 'Starting', $4)`;

export async function insertAccount(
  db: Queryable,
  account: { id: string; name: string; kind: AccountKind; settings: StoredSettings },
): Promise<void> {
  await db.execute(insertSql, [account.id, account.name, account.kind, JSON.stringify(account.settings)]);
}

export async function findAccount(db: Queryable, id: string): Promise<AccountRow | undefined> {
  return db.one<AccountRow>(`SELECT ${columns} FROM whatsapp_accounts a WHERE a.id = $1`, [id]);
}

const listSql = `
  SELECT ${columns} FROM whatsapp_accounts a
  WHERE $1::text IS NULL OR a.id > $1
  ORDER BY a.id LIMIT $2`;

/** Accounts in order of creation, from the one after `afterId` on. */
export async function listAccounts(db: Queryable, afterId: string | null, limit: number): Promise<AccountRow[]> {
  return db.rows<AccountRow>(listSql, [afterId, limit]);
}

const outlinesSql = `
  SELECT id, kind, phone, paused, linked_at IS NOT NULL AS linked, status_reason AS "statusReason", settings
  FROM whatsapp_accounts ORDER BY id`;

/** What decides whether an account runs, and how. */
export interface AccountOutline {
  id: string;
  kind: AccountKind;
  phone: string | null;
  paused: boolean;
  linked: boolean;
  statusReason: string | null;
  settings: AccountSettings;
}

export async function listOutlines(db: Queryable): Promise<AccountOutline[]> {
  const rows = await db.rows<Omit<AccountOutline, 'settings'> & { settings: StoredSettings }>(outlinesSql);
  return rows.map((row) => ({ ...row, settings: settingsWithDefaults(row.kind, row.settings) }));
}

const updateSql = `
  UPDATE whatsapp_accounts
  SET name = coalesce($2, name), settings = coalesce($3::jsonb, settings)
  WHERE id = $1`;

export async function updateAccount(
  db: Queryable,
  id: string,
  change: { name: string | undefined; settings: StoredSettings | undefined },
): Promise<void> {
  await db.execute(updateSql, [id, change.name ?? null, change.settings ? JSON.stringify(change.settings) : null]);
}

const pausedSql = `
  UPDATE whatsapp_accounts SET paused = $2 WHERE id = $1 AND paused <> $2`;

/** Returns whether that changed anything. */
export async function setPaused(db: Queryable, id: string, paused: boolean): Promise<boolean> {
  return (await db.execute(pausedSql, [id, paused])) > 0;
}

const lockSql = 'SELECT id FROM whatsapp_accounts WHERE id = $1 FOR NO KEY UPDATE';

export async function lockAccount(db: Queryable, id: string): Promise<boolean> {
  return (await db.one(lockSql, [id])) !== undefined;
}

/** Returns whether there was one. */
export async function deleteAccount(db: Queryable, id: string): Promise<boolean> {
  return (await db.execute('DELETE FROM whatsapp_accounts WHERE id = $1', [id])) > 0;
}

const numberInUseSql = `
  SELECT id, name FROM whatsapp_accounts
  WHERE phone = $2 AND id <> $1 AND linked_at IS NOT NULL LIMIT 1`;

/** Another account of this server that is linked to the number. */
export async function findByNumber(
  db: Queryable,
  id: string,
  phone: string,
): Promise<{ id: string; name: string } | undefined> {
  return db.one<{ id: string; name: string }>(numberInUseSql, [id, phone]);
}

export interface StatusChange {
  status: AccountStatus;
  /** Sealed; null when no code is shown. */
  qr: { code: Buffer; attempt: number; attempts: number; expiresAt: Date } | null;
  /** The same for the code to type. */
  pairingCode: { code: Buffer; phone: string; expiresAt: Date; askedAt: Date } | null;
  self: { phone: string | null; lid: string | null } | null;
  /** Until when nothing may be tried, where the network has said so. */
  restrictedUntil: Date | null;
}

const statusSql = `
  UPDATE whatsapp_accounts
  SET status_since = CASE WHEN status = $2 AND status_reason IS NOT DISTINCT FROM $4 THEN status_since ELSE now() END,
      status = $2, status_message = $3, status_reason = $4, next_step = $5,
      qr = $6, qr_attempt = $7, qr_expires_at = $8, qr_attempts = $12,
      qr_revision = qr_revision + CASE WHEN $6::bytea IS NOT NULL
        AND (qr_attempt, qr_expires_at) IS DISTINCT FROM ($7, $8::timestamptz) THEN 1 ELSE 0 END,
      pairing_code = $13, pairing_code_phone = $14, pairing_code_expires_at = $15,
      pairing_code_asked_at = coalesce($16, pairing_code_asked_at),
      pairing_code_revision = pairing_code_revision
        + CASE WHEN $16::timestamptz IS DISTINCT FROM pairing_code_asked_at AND $13::bytea IS NOT NULL THEN 1 ELSE 0 END,
      phone = coalesce($9, phone), lid = coalesce($10, lid), restricted_until = coalesce($17, restricted_until)
  WHERE id = $1 AND paused = $11`;

/** Writes nothing when the account is paused and the writer believes otherwise, or the other way round. */
export async function writeStatus(db: Queryable, id: string, change: StatusChange, paused: boolean): Promise<boolean> {
  const { status, qr, pairingCode, self } = change;
  const count = await db.execute(statusSql, [
    id,
    status.status,
    status.message,
    status.reason,
    status.nextStep,
    qr?.code ?? null,
    qr?.attempt ?? 0,
    qr?.expiresAt ?? null,
    self?.phone ?? null,
    self?.lid ?? null,
    paused,
    qr?.attempts ?? 0,
    pairingCode?.code ?? null,
    pairingCode?.phone ?? null,
    pairingCode?.expiresAt ?? null,
    pairingCode?.askedAt ?? null,
    change.restrictedUntil,
  ]);
  return count > 0;
}

export interface ToldStatus extends StatusChange {
  occurrences: readonly Occurrence[];
  /** What a person is to be told. */
  need: NotificationKind | null;
}

/** The account's state as its channel tells it; the last of a batch counts. */
export function statusChangeKind(
  events: EventBus,
  notifications: Pick<Notifications, 'notify' | 'settle'>,
): ChangeKind<ToldStatus> {
  return {
    name: 'account-status',
    order: 5,
    async apply(tx, changes) {
      const online: string[] = [];
      for (const owner of new Set(changes.map((change) => change.owner))) {
        const rows = changes.filter((change) => change.owner === owner).map(({ row }) => row);
        const last = rows.at(-1);
        if (!last || !(await writeStatus(tx, owner, last, false))) continue;
        const occurrences = rows.flatMap((row) => row.occurrences);
        events.publish(tx, occurrences);
        const { need, status } = last;
        if (status.status === 'ready') online.push(owner);
        if (need === null) continue;
        const path = `/accounts/${owner}`;
        await notifications.notify(tx, { accountId: owner, kind: need, sentence: status.message, path });
      }
      if (online.length > 0) await notifications.settle(tx, online, needKinds);
    },
  };
}

const neverLinkedSql = `
  UPDATE whatsapp_accounts
  SET status = $1, status_message = $2, status_reason = $3, next_step = $4, status_since = now(), qr = NULL,
      qr_attempt = 0, qr_expires_at = NULL, pairing_code = NULL, pairing_code_phone = NULL,
      pairing_code_expires_at = NULL
  WHERE id = $5 AND linked_at IS NULL AND status IN ('initializing', 'qr_ready') AND NOT paused`;

/** Codes of an earlier process are worth nothing. */
export async function forgetOldCodes(db: Queryable, id: string, status: AccountStatus): Promise<void> {
  await db.execute(neverLinkedSql, [status.status, status.message, status.reason, status.nextStep, id]);
}

const restrictSql = `
  UPDATE whatsapp_accounts a SET restricted_until = g.until
  FROM unnest($1::text[], $2::timestamptz[]) AS g(id, until)
  WHERE a.id = g.id AND a.restricted_until IS DISTINCT FROM g.until`;

/** Until when the network refuses something; the last of a commit counts. */
export function restrictionKind(events: EventBus): ChangeKind<{ until: Date | null }> {
  return {
    name: 'account-restriction',
    async apply(tx, changes) {
      const last = new Map(changes.map(({ owner, row }) => [owner, row.until]));
      await tx.execute(restrictSql, [[...last.keys()], [...last.values()]]);
      tx.afterCommit(() => {
        for (const id of last.keys()) events.announce(`account:${id}`);
      });
    },
  };
}
