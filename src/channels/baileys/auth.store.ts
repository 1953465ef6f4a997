import type { ChangeKind } from '../../platform/commit-writer.ts';
import type { Queryable } from '../../platform/database.ts';

/** One key of an account's Signal store, its credentials included. `value` is sealed; null deletes. */
export interface KeyRow {
  type: string;
  id: string;
  value: Buffer | null;
}

const readKeysSql = `
  SELECT id, value FROM channel_keys WHERE account_id = $1 AND type = $2 AND id = ANY($3::text[])`;

export async function readKeys(
  db: Queryable,
  accountId: string,
  type: string,
  ids: readonly string[],
): Promise<{ id: string; value: Buffer }[]> {
  return db.rows<{ id: string; value: Buffer }>(readKeysSql, [accountId, type, ids]);
}

const applyKeysSql = `
  WITH given AS (
    SELECT * FROM unnest($2::text[], $3::text[], $4::bytea[]) AS g(type, id, value)
  ), removed AS (
    DELETE FROM channel_keys k USING given g
    WHERE k.account_id = $1 AND k.type = g.type AND k.id = g.id AND g.value IS NULL
  )
  INSERT INTO channel_keys (account_id, type, id, value)
  SELECT $1, type, id, value FROM given WHERE value IS NOT NULL
  ON CONFLICT (account_id, type, id) DO UPDATE SET value = excluded.value`;

/** All keys of a batch in one statement, so that no half of it can ever be stored. */
export const keyChange: ChangeKind<KeyRow> = {
  name: 'channel-keys',
  async apply(tx, accountId, rows) {
    const last = new Map(rows.map((row) => [`${row.type}\u0000${row.id}`, row]));
    const given = [...last.values()];
    await tx.execute(applyKeysSql, [
      accountId,
      given.map((row) => row.type),
      given.map((row) => row.id),
      given.map((row) => row.value),
    ]);
  },
};

const archiveSql = `
  INSERT INTO channel_key_archive (account_id, archived_at, reason, value)
  SELECT account_id, now(), $2, value FROM channel_keys WHERE account_id = $1 AND type = $3`;
const clearSql = 'DELETE FROM channel_keys WHERE account_id = $1';

/** Keeps the sealed credentials for a later look and removes every key of the account. */
export const keysArchived: ChangeKind<{ reason: string }> = {
  name: 'channel-keys-archived',
  async apply(tx, accountId, rows) {
    await tx.execute(archiveSql, [accountId, rows[0]?.reason ?? '', credentialsType]);
    await tx.execute(clearSql, [accountId]);
  },
};

export const credentialsType = 'creds';
