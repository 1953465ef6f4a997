import type { Change, ChangeKind } from '../../platform/commit-writer.ts';
import type { Queryable } from '../../platform/database.ts';
import type { SealedPlace, Secrets } from '../../platform/secrets.ts';

/** One key of an account's Signal store, its credentials included. `text` is called when it is stored; null deletes. */
export interface KeyRow {
  type: string;
  id: string;
  text: (() => string) | null;
}

const readKeysSql = `
  SELECT id, value FROM channel_keys WHERE account_id = $1 AND type = $2 AND id = ANY($3::text[])`;

/** Throws `secrets.unreadable`. */
export async function readKeys(
  db: Queryable,
  secrets: Secrets,
  accountId: string,
  type: string,
  ids: readonly string[],
): Promise<{ id: string; text: string }[]> {
  const rows = await db.rows<{ id: string; value: Buffer }>(readKeysSql, [accountId, type, ids]);
  return rows.map(({ id, value }) => ({ id, text: secrets.openText(value, place(accountId, type, id)) }));
}

const lastPreKeySql = `
  SELECT max(id::bigint) AS last FROM channel_keys WHERE account_id = $1 AND type = 'pre-key' AND id ~ '^[0-9]+$'`;

/** The highest number of a stored pre-key, 0 without any. */
export async function findLastPreKey(db: Queryable, accountId: string): Promise<number> {
  const found = await db.one<{ last: number | null }>(lastPreKeySql, [accountId]);
  return found?.last ?? 0;
}

const applyKeysSql = `
  WITH given AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[]) AS g(account_id, type, id, value)
  ), removed AS (
    DELETE FROM channel_keys k USING given g
    WHERE k.account_id = g.account_id AND k.type = g.type AND k.id = g.id AND g.value IS NULL
  )
  INSERT INTO channel_keys (account_id, type, id, value)
  SELECT account_id, type, id, value FROM given WHERE value IS NOT NULL
  ON CONFLICT (account_id, type, id) DO UPDATE SET value = excluded.value`;

/** All keys of a commit in one statement; of several values of one key only the last is sealed and stored. */
export function keyChangeKind(secrets: Secrets): ChangeKind<KeyRow> {
  return {
    name: 'channel-keys',
    needsNoAnswer: true,
    async apply(tx, changes) {
      const last = new Map<string, Change<KeyRow>>();
      for (const change of changes) last.set(`${change.owner} ${change.row.type} ${change.row.id}`, change);
      const given = [...last.values()];
      await tx.execute(applyKeysSql, [
        given.map(({ owner }) => owner),
        given.map(({ row }) => row.type),
        given.map(({ row }) => row.id),
        given.map(({ owner, row: { type, id, text } }) => text && secrets.seal(text(), place(owner, type, id))),
      ]);
    },
  };
}

const archiveSql = `
  INSERT INTO channel_key_archive (account_id, archived_at, reason, value)
  SELECT account_id, now(), $2, value FROM channel_keys WHERE account_id = $1 AND type = $3`;
const clearSql = 'DELETE FROM channel_keys WHERE account_id = $1';
const clearJournalSql = 'DELETE FROM inbound_journal WHERE account_id = $1';

/** Keeps the sealed credentials for a later look and removes every key of the account, and what it wrote down beside them. */
export const keysArchived: ChangeKind<{ reason: string }> = {
  name: 'channel-keys-archived',
  alone: true,
  async apply(tx, changes) {
    for (const { owner, row } of changes) {
      await tx.execute(archiveSql, [owner, row.reason, credentialsType]);
      await tx.execute(clearSql, [owner]);
      await tx.execute(clearJournalSql, [owner]);
    }
  },
};

export const credentialsType = 'creds';

function place(accountId: string, type: string, id: string): SealedPlace {
  return { table: 'channel_keys', row: `${accountId}|${type}|${id}`, column: 'value' };
}
