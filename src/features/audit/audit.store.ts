import type { Actor } from '../../platform/actor.ts';
import type { Queryable, Transaction } from '../../platform/database.ts';
import type { AuditAction } from './audit-actions.ts';
import type { AuditDetails } from './audit-changes.ts';

export interface ActRow {
  actor: Actor;
  action: AuditAction;
  account: { id: string; name: string } | null;
  details: AuditDetails;
}

export interface AuditRow {
  id: number;
  at: Date;
  actorKind: Actor['kind'];
  actorName: string;
  address: string | null;
  action: AuditAction;
  accountId: string | null;
  accountName: string | null;
  details: AuditDetails;
}

const insertSql = `
  INSERT INTO audit_log (actor_kind, actor_name, address, action, account_id, account_name, details)
  VALUES ($1, $2, $3, $4, $5, $6, $7)`;

export async function insertAct(tx: Transaction, { actor, action, account, details }: ActRow): Promise<void> {
  await tx.execute(insertSql, [
    actor.kind,
    actor.name,
    actor.address,
    action,
    account?.id ?? null,
    account?.name ?? null,
    JSON.stringify(details),
  ]);
}

export interface AuditFilter {
  /** Entries older than the one with this id. */
  before?: number | undefined;
  limit: number;
  accountId?: string | undefined;
  action?: AuditAction | undefined;
}

const listSql = `
  SELECT id, at, actor_kind AS "actorKind", actor_name AS "actorName", address, action, account_id AS "accountId",
         account_name AS "accountName", details
  FROM audit_log
  WHERE ($1::bigint IS NULL OR id < $1) AND ($2::text IS NULL OR account_id = $2) AND ($3::text IS NULL OR action = $3)
  ORDER BY id DESC LIMIT $4`;

/** Newest first. */
export async function listActs(db: Queryable, filter: AuditFilter): Promise<AuditRow[]> {
  return db.rows<AuditRow>(listSql, [
    filter.before ?? null,
    filter.accountId ?? null,
    filter.action ?? null,
    filter.limit,
  ]);
}

const deleteOldSql = `
  DELETE FROM audit_log WHERE id IN (
    SELECT id FROM audit_log WHERE at < now() - make_interval(days => $1) ORDER BY at LIMIT $2)`;

/** Returns how many there were, at most `limit`. */
export async function deleteOldActs(db: Queryable, days: number, limit: number): Promise<number> {
  return db.execute(deleteOldSql, [days, limit]);
}
