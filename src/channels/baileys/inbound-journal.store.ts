import type { ChangeKind } from '../../platform/commit-writer.ts';
import type { Queryable } from '../../platform/database.ts';
import type { SealedPlace, Secrets } from '../../platform/secrets.ts';

/** What a ciphertext said. `stanza` stands with messages between own devices, until their effects are stored. */
export interface JournalRow {
  /** SHA-256 of the ciphertext. */
  hash: Buffer;
  plaintext: Uint8Array;
  stanza: Uint8Array | null;
}

const insertSql = `
  INSERT INTO inbound_journal (account_id, hash, plaintext, stanza)
  SELECT account_id, hash, plaintext, stanza
  FROM unnest($1::text[], $2::bytea[], $3::bytea[], $4::bytea[]) AS g(account_id, hash, plaintext, stanza)
  ON CONFLICT DO NOTHING`;

export function journalKind(secrets: Secrets): ChangeKind<JournalRow> {
  return {
    name: 'inbound-journal',
    needsNoAnswer: true,
    async apply(tx, changes) {
      await tx.execute(insertSql, [
        changes.map(({ owner }) => owner),
        changes.map(({ row }) => row.hash),
        changes.map(({ owner, row }) => secrets.seal(bufferOf(row.plaintext), place(owner, row.hash, 'plaintext'))),
        changes.map(
          ({ owner, row }) => row.stanza && secrets.seal(bufferOf(row.stanza), place(owner, row.hash, 'stanza')),
        ),
      ]);
    },
  };
}

const settledSql = `
  UPDATE inbound_journal j SET stanza = NULL
  FROM unnest($1::text[], $2::bytea[]) AS g(account_id, hash) WHERE j.account_id = g.account_id AND j.hash = g.hash`;

/** Everything that followed from the message is stored. */
export const journalSettled: ChangeKind<Pick<JournalRow, 'hash'>> = {
  name: 'inbound-journal-settled',
  order: 1,
  needsNoAnswer: true,
  async apply(tx, changes) {
    await tx.execute(settledSql, [changes.map(({ owner }) => owner), changes.map(({ row }) => row.hash)]);
  },
};

const findSql = 'SELECT plaintext FROM inbound_journal WHERE account_id = $1 AND hash = $2';

export async function findPlaintext(
  db: Queryable,
  secrets: Secrets,
  accountId: string,
  hash: Buffer,
): Promise<Buffer | undefined> {
  const found = await db.one<{ plaintext: Buffer }>(findSql, [accountId, hash]);
  return found && secrets.open(found.plaintext, place(accountId, hash, 'plaintext'));
}

const openSql = `
  SELECT hash, stanza FROM inbound_journal WHERE account_id = $1 AND stanza IS NOT NULL ORDER BY created_at, hash`;

/** Stanzas between own devices whose effects may be missing, oldest first. */
export async function listOpenStanzas(db: Queryable, secrets: Secrets, accountId: string): Promise<Buffer[]> {
  const rows = await db.rows<{ hash: Buffer; stanza: Buffer }>(openSql, [accountId]);
  return rows.map(({ hash, stanza }) => secrets.open(stanza, place(accountId, hash, 'stanza')));
}

const sweepSql = `
  DELETE FROM inbound_journal WHERE (account_id, hash) IN (
    SELECT account_id, hash FROM inbound_journal WHERE created_at < now() - interval '7 days' AND stanza IS NULL LIMIT $1)`;

/** WhatsApp repeats a message for as long as it is not confirmed, but nothing that is older than this. */
export async function sweepJournal(db: Queryable, limit: number): Promise<number> {
  return db.execute(sweepSql, [limit]);
}

function place(accountId: string, hash: Buffer, column: 'plaintext' | 'stanza'): SealedPlace {
  return { table: 'inbound_journal', row: `${accountId}|${hash.toString('hex')}`, column };
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
