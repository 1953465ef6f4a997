import type { Queryable } from '../../platform/database.ts';

export interface KeyRow {
  id: string;
  accountId: string | null;
  /** Its name, or its hint. */
  name: string;
}

const insertKeySql = 'INSERT INTO api_keys (id, account_id, hash, hint) VALUES ($1, $2, $3, $4)';

export async function insertKey(
  db: Queryable,
  key: { id: string; accountId: string | null; hash: Buffer; hint: string },
): Promise<void> {
  await db.execute(insertKeySql, [key.id, key.accountId, key.hash, key.hint]);
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
