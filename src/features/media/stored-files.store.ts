import type { ChangeKind } from '../../platform/commit-writer.ts';
import type { Queryable, Transaction } from '../../platform/database.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import type { Lease } from '../../platform/leases.ts';
import type { Secrets } from '../../platform/secrets.ts';
import { readPiecesOf, writePiecesOf } from './sealed-pieces.ts';

const wantSql = `
  INSERT INTO stored_files (message_id, account_id)
  SELECT m.id, m.account_id FROM messages m
  WHERE m.id = ANY($1::text[]) AND m.deleted_at IS NULL AND m.original IS NOT NULL
  ON CONFLICT DO NOTHING`;

/** Files to be stored of messages of the same commit. What came before, or is deleted already, is left out. */
export function wantedFileKind(events: EventBus, topic: string): ChangeKind<{ messageId: string }> {
  return {
    name: 'wanted-files',
    // After the messages themselves.
    order: 3,
    async apply(tx, changes) {
      await tx.execute(wantSql, [changes.map(({ row }) => row.messageId)]);
      tx.afterCommit(() => events.announce(topic));
    },
  };
}

/** A try to store a message's file, the only one whose pieces are taken. */
export interface FileTry {
  messageId: string;
  accountId: string;
  attempt: number;
  /** Earlier tries after which the network had another file, or none. */
  refusals: number;
}

// Leases are locked only where something is due. What a try that ended with its process has left goes with the next one.
const claimSql = `
  WITH given AS (SELECT * FROM unnest($1::text[], $2::bigint[]) AS g(name, epoch)
  ), due AS (
    SELECT f.message_id, f.account_id FROM stored_files f JOIN given g ON g.name = f.account_id
    WHERE f.stored_at IS NULL AND f.next_try_at <= now() AND NOT f.message_id = ANY($3::text[])
    ORDER BY f.next_try_at, f.message_id LIMIT $4
  ), owned AS (
    SELECT l.account_id FROM account_leases l JOIN given g ON l.account_id = g.name AND l.epoch = g.epoch
    WHERE l.account_id IN (SELECT account_id FROM due)
    ORDER BY l.account_id FOR SHARE OF l
  ), next AS (
    SELECT f.message_id FROM stored_files f JOIN due d ON d.message_id = f.message_id
    JOIN owned o ON o.account_id = f.account_id
    WHERE f.stored_at IS NULL FOR UPDATE OF f SKIP LOCKED
  ), cleared AS (DELETE FROM stored_pieces p USING next WHERE p.message_id = next.message_id)
  UPDATE stored_files f SET attempt = f.attempt + 1, size_bytes = 0 FROM next WHERE f.message_id = next.message_id
  RETURNING f.message_id AS "messageId", f.account_id AS "accountId", f.attempt, f.refusals`;

export interface FileClaim {
  /** Of the accounts whose files may be fetched; nothing is claimed of those whose lease is not the present one. */
  leases: readonly Pick<Lease, 'name' | 'epoch'>[];
  /** Messages whose files are being fetched here. */
  underWay: readonly string[];
  count: number;
}

/** The files that have waited longest, of those that are due. */
export async function claimFiles(db: Queryable, { leases, underWay, count }: FileClaim): Promise<FileTry[]> {
  const owners = [leases.map(({ name }) => name), leases.map(({ epoch }) => epoch)];
  return db.rows<FileTry>(claimSql, [...owners, underWay, count]);
}

const presentSql = 'message_id = $1 AND attempt = $2 AND stored_at IS NULL';
const lockSql = `SELECT pg_advisory_xact_lock(hashtextextended('stored files', 0))`;
const expectSql = `
  UPDATE stored_files SET size_bytes = $3::bigint
  WHERE ${presentSql} AND $3::bigint + (
    SELECT coalesce(sum(size_bytes), 0) FROM stored_files WHERE stored_at IS NULL AND message_id <> $1) <= $4::bigint`;
// One that somebody else is about to remove or to read the size of is left to the next time.
const makeRoomSql = `
  DELETE FROM stored_files WHERE message_id IN (
    SELECT message_id FROM stored_files WHERE message_id IN (
      SELECT message_id FROM (
        SELECT message_id, sum(size_bytes) OVER (ORDER BY stored_at, message_id) - size_bytes AS before
        FROM stored_files WHERE stored_at IS NOT NULL) AS oldest
      WHERE before < (SELECT sum(size_bytes) FROM stored_files) - $1::bigint)
    FOR UPDATE SKIP LOCKED)`;

/**
 * Makes room for so many bytes by removing the files that were stored first; tells how many. Undefined where there is none at
 * present, because what is being fetched needs it, or where the try is over.
 */
export async function makeRoom(
  tx: Transaction,
  file: FileTry,
  { sizeBytes, mostBytes }: { sizeBytes: number; mostBytes: number },
): Promise<number | undefined> {
  // Whoever makes room at the same time waits, and sees this one.
  await tx.rows(lockSql);
  const isExpected = await tx.execute(expectSql, [file.messageId, file.attempt, sizeBytes, mostBytes]);
  return isExpected === 1 ? tx.execute(makeRoomSql, [mostBytes]) : undefined;
}

const pieceSql = `
  INSERT INTO stored_pieces (message_id, attempt, place, bytes)
  SELECT message_id, attempt, $3::int, $4::bytea FROM stored_files WHERE ${presentSql} FOR SHARE`;

/** Thrown where the message was deleted, or somebody else has begun another try. */
export class TryOver extends Error {}

/** Stores the bytes as they come, one piece in memory at a time; returns how many they were. */
export async function writeStored(
  db: Queryable,
  secrets: Secrets,
  file: FileTry,
  chunks: AsyncIterable<Uint8Array>,
): Promise<number> {
  return writePiecesOf(chunks, async (piece, place) => {
    const sealed = secrets.seal(piece, placeOf(file, place));
    if ((await db.execute(pieceSql, [file.messageId, file.attempt, place, sealed])) !== 1) throw new TryOver();
  });
}

const finishSql = `
  WITH owned AS (SELECT 1 FROM account_leases WHERE account_id = $4 AND epoch = $5 FOR SHARE)
  UPDATE stored_files SET stored_at = clock_timestamp(), size_bytes = $3 FROM owned WHERE ${presentSql}`;

/** All of it is here, unless the account is another process's by now; false then. */
export async function finishTry(
  db: Queryable,
  file: FileTry,
  { sizeBytes, lease }: { sizeBytes: number; lease: Pick<Lease, 'name' | 'epoch'> },
): Promise<boolean> {
  const given = [file.messageId, file.attempt, sizeBytes, lease.name, lease.epoch];
  return (await db.execute(finishSql, given)) === 1;
}

const postponeSql = `
  WITH postponed AS (
    UPDATE stored_files SET size_bytes = 0, next_try_at = now() + make_interval(secs => $3::float8), refusals = $4
    WHERE ${presentSql}
    RETURNING message_id, attempt)
  DELETE FROM stored_pieces p USING postponed f WHERE p.message_id = f.message_id AND p.attempt = f.attempt`;

/** It is tried again after so long, with the refusals that the try has now. */
export async function postponeTry(db: Queryable, file: FileTry, waitMs: number): Promise<void> {
  await db.execute(postponeSql, [file.messageId, file.attempt, waitMs / 1_000, file.refusals]);
}

const giveUpSql = `DELETE FROM stored_files WHERE ${presentSql}`;

export async function giveUpFile(db: Queryable, file: FileTry): Promise<void> {
  await db.execute(giveUpSql, [file.messageId, file.attempt]);
}

const forgetSql = 'DELETE FROM stored_files WHERE message_id = ANY($1::text[])';

/** Removes what is stored of these messages, and what would be. */
export async function forgetStoredFiles(tx: Transaction, messageIds: readonly string[]): Promise<void> {
  if (messageIds.length > 0) await tx.execute(forgetSql, [messageIds]);
}

const findSql = `
  SELECT message_id AS "messageId", attempt, size_bytes AS "sizeBytes"
  FROM stored_files WHERE message_id = $1 AND stored_at IS NOT NULL`;

/** One that is here: the try that brought it, and its length. */
export interface StoredFile extends Pick<FileTry, 'messageId' | 'attempt'> {
  sizeBytes: number;
}

export async function findStored(db: Queryable, messageId: string): Promise<StoredFile | undefined> {
  return db.one(findSql, [messageId]);
}

const readSql = 'SELECT bytes FROM stored_pieces WHERE message_id = $1 AND attempt = $2 AND place = $3';

/** The bytes of a file. Ends early with an error when the file goes meanwhile. */
export function readStored(db: Queryable, secrets: Secrets, file: StoredFile): AsyncGenerator<Uint8Array> {
  return readPiecesOf(file.sizeBytes, async (place) => {
    const piece = await db.one<{ bytes: Buffer }>(readSql, [file.messageId, file.attempt, place]);
    return piece && secrets.open(piece.bytes, placeOf(file, place));
  });
}

const usageSql = `
  SELECT count(stored_at)::int AS files, coalesce(sum(size_bytes) FILTER (WHERE stored_at IS NOT NULL), 0)::int8 AS bytes,
         count(*) FILTER (WHERE stored_at IS NULL)::int AS waiting
  FROM stored_files`;

export interface StoredUsage {
  files: number;
  bytes: number;
  /** Files that are still to be fetched. */
  waiting: number;
}

export async function usageOfStored(db: Queryable): Promise<StoredUsage> {
  return (await db.one<StoredUsage>(usageSql)) ?? { files: 0, bytes: 0, waiting: 0 };
}

type Piece = Pick<FileTry, 'messageId' | 'attempt'>;

function placeOf({ messageId, attempt }: Piece, place: number): { table: string; row: string; column: string } {
  return { table: 'stored_pieces', row: `${messageId} ${attempt} ${place}`, column: 'bytes' };
}
