import type { Queryable } from '../../platform/database.ts';

export interface KeyRow {
  id: string;
  accountId: string | null;
  /** Its name, or its hint. */
  name: string;
}

export interface NewKey {
  id: string;
  /** Null for an admin key. */
  accountId: string | null;
  name: string | null;
  hash: Buffer;
  hint: string;
  createdAt: Date;
}

const insertKeySql = `
  INSERT INTO api_keys (id, account_id, name, hash, hint, created_at) VALUES ($1, $2, $3, $4, $5, $6)`;

export async function insertKey(db: Queryable, key: NewKey): Promise<void> {
  await db.execute(insertKeySql, [key.id, key.accountId, key.name, key.hash, key.hint, key.createdAt]);
}

const findKeySql = `
  SELECT id, account_id AS "accountId", coalesce(name, hint) AS name FROM api_keys
  WHERE hash = $1 AND (ends_at IS NULL OR ends_at > now())`;

export async function findKey(db: Queryable, hash: Buffer): Promise<KeyRow | undefined> {
  return db.one<KeyRow>(findKeySql, [hash]);
}

const endKeysSql = `
  UPDATE api_keys SET ends_at = now() + make_interval(mins => $2)
  WHERE account_id = $1 AND (ends_at IS NULL OR ends_at > now() + make_interval(mins => $2))`;
const dropEndedSql = 'DELETE FROM api_keys WHERE account_id = $1 AND ends_at <= now()';

/** Ends an account's keys after the overlap, and forgets those that have ended. */
export async function endKeys(db: Queryable, accountId: string, overlapMinutes: number): Promise<void> {
  await db.execute(endKeysSql, [accountId, overlapMinutes]);
  await db.execute(dropEndedSql, [accountId]);
}

// Skips a key that another process writes or removes at this moment, so that no two ever wait for each other.
const markUsedSql = `
  UPDATE api_keys SET last_used_at = now()
  WHERE id IN (SELECT id FROM api_keys WHERE id = ANY($1) FOR UPDATE SKIP LOCKED)`;

export async function markUsed(db: Queryable, keyIds: readonly string[]): Promise<void> {
  await db.execute(markUsedSql, [keyIds]);
}

/** A key of an operator's script, as people see it. */
export interface AdminKey {
  id: string;
  name: string;
  hint: string;
  createdAt: Date;
  lastUsedAt: Date | null;
}

const adminKeyColumns = `
  id, coalesce(name, hint) AS name, hint, created_at AS "createdAt", last_used_at AS "lastUsedAt"`;
const listAdminKeysSql = `
  SELECT ${adminKeyColumns} FROM api_keys
  WHERE account_id IS NULL AND ($1::text IS NULL OR id > $1) ORDER BY id LIMIT $2`;

export async function listAdminKeys(db: Queryable, afterId: string | null, limit: number): Promise<AdminKey[]> {
  return db.rows<AdminKey>(listAdminKeysSql, [afterId, limit]);
}

const findAdminKeySql = `SELECT ${adminKeyColumns} FROM api_keys WHERE id = $1 AND account_id IS NULL`;

export async function findAdminKey(db: Queryable, id: string): Promise<AdminKey | undefined> {
  return db.one<AdminKey>(findAdminKeySql, [id]);
}

const deleteAdminKeySql = `DELETE FROM api_keys WHERE id = $1 AND account_id IS NULL RETURNING ${adminKeyColumns}`;

export async function deleteAdminKey(db: Queryable, id: string): Promise<AdminKey | undefined> {
  return db.one<AdminKey>(deleteAdminKeySql, [id]);
}
