import { randomUUID } from 'node:crypto';
import type { Database } from '../../platform/database.ts';
import { piecesOf } from '../../platform/pieces.ts';
import type { MediaStore } from './network.ts';

/** As large as the table lets a piece be. */
const pieceLength = 262_144;
const defaultCapacity = 200 * 1024 * 1024;

const insertSql = 'INSERT INTO sandbox_media (path, place, bytes) VALUES ($1, $2, $3)';
const removeSql = 'DELETE FROM sandbox_media WHERE path = $1';
const renameSql = 'UPDATE sandbox_media SET path = $1, written_at = now() WHERE path = $2';
const readSql = 'SELECT substring(bytes FROM $3 FOR $4) AS bytes FROM sandbox_media WHERE path = $1 AND place = $2';
const sizeSql = 'SELECT sum(octet_length(bytes))::int8 AS size FROM sandbox_media WHERE path = $1';
/** The newest files are kept, as many as fit. What was left half written by a kill becomes the oldest in the end. */
const removeOldestSql = `
  DELETE FROM sandbox_media WHERE path IN (
    SELECT path FROM (
      SELECT path, sum(sum(octet_length(bytes))) OVER (ORDER BY max(written_at) DESC, path DESC) AS kept
      FROM sandbox_media GROUP BY path) AS files
    WHERE kept > $1)`;

/**
 * The files of the sandbox's network in Postgres, one piece in memory at a time. Names are never given twice, so that two
 * processes cannot meet in one and no lease is needed.
 */
export function createSandboxMediaStore(database: Database, capacity = defaultCapacity): MediaStore {
  async function writePieces(name: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
    let place = 0;
    let size = 0;
    for await (const piece of piecesOf(chunks, pieceLength)) {
      size += piece.length;
      if (size > capacity) throw new Error('The file is larger than all that the sandbox keeps');
      await database.execute(insertSql, [name, place, piece]);
      place += 1;
    }
    return place;
  }

  return {
    async write(path, chunks) {
      const unfinished = `${path} ${randomUUID()}`;
      try {
        const pieces = await writePieces(unfinished, chunks);
        await database.transaction(async (tx) => {
          await tx.execute(removeSql, [path]);
          const renamed = await tx.execute(renameSql, [path, unfinished]);
          if (renamed !== pieces) throw new Error('The sandbox has no room for this file');
        });
      } catch (error) {
        // A database that is away keeps the pieces until they are the oldest.
        await database.execute(removeSql, [unfinished]).catch(() => undefined);
        throw error;
      }
      await database.execute(removeOldestSql, [capacity]);
    },
    async *read(path, { start, end }) {
      for (let at = start; at < end;) {
        const offset = at % pieceLength;
        const length = Math.min(pieceLength - offset, end - at);
        const place = Math.floor(at / pieceLength);
        const row = await database.one<{ bytes: Buffer }>(readSql, [path, place, offset + 1, length]);
        if (row?.bytes.length !== length) throw new Error('The file is gone, or ends earlier');
        yield row.bytes;
        at += length;
      }
    },
    async size(path) {
      const row = await database.one<{ size: number | null }>(sizeSql, [path]);
      return row?.size ?? undefined;
    },
    async remove(path) {
      await database.execute(removeSql, [path]);
    },
  };
}
