import type { Database, Queryable, Transaction } from '../../platform/database.ts';
import type { Secrets } from '../../platform/secrets.ts';
import { readPiecesOf, writePiecesOf } from './sealed-pieces.ts';

/** Of the pieces in which files are stored, but for the last. */
/** Longer than an upload may take. */
const forgottenAfter = '15 minutes';

const lockSql = `SELECT pg_advisory_xact_lock(hashtextextended('media queue', 0))`;
const reserveSql = `
  INSERT INTO media_files (id, size_bytes)
  SELECT $1, $2::int WHERE (SELECT coalesce(sum(size_bytes), 0) FROM media_files) + $2::int <= $3::bigint`;

/** Makes a file of which so many bytes may come; false where all files together would be larger than `mostBytes`. */
export async function reserveFile(
  tx: Transaction,
  file: { id: string; sizeBytes: number },
  mostBytes: number,
): Promise<boolean> {
  // Whoever reserves at the same time waits, and sees this one.
  await tx.rows(lockSql);
  return (await tx.execute(reserveSql, [file.id, file.sizeBytes, mostBytes])) === 1;
}

const pieceSql = 'INSERT INTO media_pieces (file_id, place, bytes) VALUES ($1, $2, $3)';
const sizeSql = 'UPDATE media_files SET size_bytes = $2 WHERE id = $1';

/** Stores the bytes as they come, one piece in memory at a time, and how many they were. */
export async function writePieces(
  db: Queryable,
  secrets: Secrets,
  id: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<number> {
  const size = await writePiecesOf(chunks, async (piece, place) => {
    await db.execute(pieceSql, [id, place, secrets.seal(piece, placeOf(id, place))]);
  });
  await db.execute(sizeSql, [id, size]);
  return size;
}

const readSql = 'SELECT bytes FROM media_pieces WHERE file_id = $1 AND place = $2';

/** The bytes of a file. Ends early with an error when the file goes meanwhile. */
export function readPieces(
  db: Queryable,
  secrets: Secrets,
  { id, sizeBytes }: { id: string; sizeBytes: number },
): AsyncGenerator<Uint8Array> {
  return readPiecesOf(sizeBytes, async (place) => {
    const piece = await db.one<{ bytes: Buffer }>(readSql, [id, place]);
    return piece && secrets.open(piece.bytes, placeOf(id, place));
  });
}

export interface FileFacts {
  messageId: string;
  url: Buffer | null;
  wantedType: string | null;
  claimedMimetype: string | null;
  fileName: string | null;
}

const attachSql = `
  UPDATE media_files SET message_id = $2, wanted_type = $3, claimed_mimetype = $4, file_name = $5
  WHERE id = $1 AND message_id IS NULL`;

/** Gives an uploaded file to its message; false where it is gone. */
export async function attachFile(db: Queryable, id: string, facts: FileFacts): Promise<boolean> {
  const { messageId, wantedType, claimedMimetype, fileName } = facts;
  return (await db.execute(attachSql, [id, messageId, wantedType, claimedMimetype, fileName])) === 1;
}

const insertLinkSql = `
  INSERT INTO media_files (id, message_id, url, wanted_type, claimed_mimetype, file_name, size_bytes)
  VALUES ($1, $2, $3, $4, $5, $6, 0)`;

export async function insertLink(db: Queryable, id: string, facts: FileFacts): Promise<void> {
  const { messageId, url, wantedType, claimedMimetype, fileName } = facts;
  await db.execute(insertLinkSql, [id, messageId, url, wantedType, claimedMimetype, fileName]);
}

const findSql = `
  SELECT id, message_id AS "messageId", url, wanted_type AS "wantedType", claimed_mimetype AS "claimedMimetype",
         file_name AS "fileName", size_bytes AS "sizeBytes"
  FROM media_files WHERE message_id = $1`;

export interface FileRow extends FileFacts {
  id: string;
  sizeBytes: number;
}

export async function findFile(db: Queryable, messageId: string): Promise<FileRow | undefined> {
  return db.one<FileRow>(findSql, [messageId]);
}

const discardSql = 'DELETE FROM media_files WHERE id = $1 AND message_id IS NULL';

/** Removes what was uploaded and is no message's. */
export async function discardFile(db: Queryable, id: string): Promise<void> {
  await db.execute(discardSql, [id]);
}

const sweepSql = `
  DELETE FROM media_files f
  WHERE (f.message_id IS NULL AND f.created_at < now() - interval '${forgottenAfter}')
     OR EXISTS (SELECT 1 FROM messages m WHERE m.id = f.message_id AND m.status NOT IN ('queued', 'sending'))`;

/** Removes the files of messages that have ended, and uploads that a kill left behind. */
export async function sweepFiles(database: Database): Promise<number> {
  return database.execute(sweepSql);
}

function placeOf(id: string, place: number): { table: string; row: string; column: string } {
  return { table: 'media_pieces', row: `${id} ${place}`, column: 'bytes' };
}
