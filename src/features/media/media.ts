import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { MediaType, OpenedFile } from '../../channels/content.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Queryable, Transaction } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { type FileClaim, peekFileType } from '../../platform/file-type.ts';
import { newId } from '../../platform/ids.ts';
import type { Service } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import type { OutboundHttp } from '../../platform/outbound-http.ts';
import type { Random } from '../../platform/retry.ts';
import type { Secrets } from '../../platform/secrets.ts';
import { createSweep } from '../../platform/sweep.ts';
import { fetchFile, type FetchTimings } from './fetched-file.ts';
import { KeptFile } from './kept-file.ts';
import {
  attachFile,
  discardFile,
  findFile,
  insertLink,
  readPieces,
  reserveFile,
  sweepFiles,
  writePieces,
} from './media.store.ts';
import { requireShown, typeForFile, voiceNoteType } from './media-rules.ts';
import { openFile } from './opened-file.ts';
import { createVoiceNotes, needsFfmpeg } from './voice-note.ts';

export type { FetchTimings } from './fetched-file.ts';
export { KeptFile } from './kept-file.ts';
export {
  createStoredFiles,
  type FileTry,
  forgetStoredFiles,
  type StoredFiles,
  type StoredUsage,
  TryOver,
  wantedFilesTopic,
} from './stored-files.ts';

/** The largest file that comes with a request. */
export const mostUploadedBytes = 10 * 1024 * 1024;

/** Where the bytes of a message's file are. */
export type FileSource = KeptFile | { url: string };

export interface FileRequest {
  source: FileSource;
  /** As what it goes; null = as what it is. */
  wanted: MediaType | null;
  claim: FileClaim;
}

/** Files on their way out. */
export interface Media extends Service {
  /** Keeps a file that comes with a request, piece by piece. Errors: `media.too_large`, `media.queue_full`. */
  receive(bytes: AsyncIterable<Uint8Array>, claim: FileClaim): Promise<KeptFile>;
  /** The same for bytes that are here, as a part of the transaction. */
  keep(tx: Transaction, bytes: Uint8Array, claim: FileClaim): Promise<KeptFile>;
  /** Removes a file that became no message's. */
  discard(file: KeptFile, tx?: Transaction): Promise<void>;
  /**
   * As what a file can go, as far as that can be told before it is opened. Errors: `media.wrong_type`, `media.needs_ffmpeg`,
   * `media.empty`.
   */
  typeOf(request: FileRequest): Promise<MediaType>;
  /** Gives a file to a message of the same transaction. */
  attach(tx: Transaction, messageId: string, request: FileRequest): Promise<void>;
  /** Opens the file of a message for sending. Errors: see `fetchFile` and `openFile`. */
  open(messageId: string, signal: AbortSignal): Promise<OpenedFile>;
  /** The same with bytes that are here and are no message's. */
  openBytes(
    bytes: Uint8Array,
    request: Pick<FileRequest, 'wanted' | 'claim'>,
    signal: AbortSignal,
  ): Promise<OpenedFile>;
  /** The bytes of a message that still waits; undefined where they are not here. */
  waiting(messageId: string): Promise<{ bytes: AsyncIterable<Uint8Array>; sizeBytes: number } | undefined>;
}

export interface MediaOptions {
  database: Database;
  secrets: Secrets;
  http: OutboundHttp;
  /** Of all files that wait. */
  queueBytes: number;
  timings: FetchTimings & { sweepMs: number };
  /** The program that makes voice notes, where it is another than `ffmpeg`. */
  ffmpeg?: string;
  clock: Clock;
  random: Random;
  log: Log;
}

export function createMedia(options: MediaOptions): Media {
  const { database, secrets, clock } = options;
  const voiceNotes = createVoiceNotes({ clock, ...(options.ffmpeg !== undefined && { program: options.ffmpeg }) });
  const sweep = createSweep({
    ...options,
    name: 'media-files',
    intervalMs: options.timings.sweepMs,
    sweep: () => sweepFiles(database),
  });

  async function reserve(tx: Transaction, sizeBytes: number): Promise<string> {
    const id = newId('fil', clock.now());
    if (!(await reserveFile(tx, { id, sizeBytes }, options.queueBytes))) throw queueFull(options.queueBytes);
    return id;
  }

  async function write(
    db: Queryable,
    id: string,
    bytes: AsyncIterable<Uint8Array>,
    claim: FileClaim,
  ): Promise<KeptFile> {
    const { type, stream } = await peekFileType(bytes, claim);
    const hash = createHash('sha256');
    const sizeBytes = await writePieces(db, secrets, id, measured(stream, hash));
    return new KeptFile(id, { sizeBytes, sha256: hash.digest('hex'), type, fileName: claim.filename ?? null });
  }

  return {
    name: 'media',
    start: () => sweep.start(),
    stop: () => sweep.stop(),
    async receive(bytes, claim) {
      const id = await database.transaction((tx) => reserve(tx, mostUploadedBytes));
      try {
        return await write(database, id, bytes, claim);
      } catch (error) {
        // Where the database is away, the sweep does it later.
        await discardFile(database, id).catch(() => undefined);
        throw error;
      }
    },
    async keep(tx, bytes, claim) {
      if (bytes.length > mostUploadedBytes) throw tooLarge();
      return write(tx, await reserve(tx, bytes.length), chunksOf(bytes), claim);
    },
    discard: (file, tx) => discardFile(tx ?? database, file.id),
    async typeOf({ source, wanted }) {
      if (!(source instanceof KeptFile)) return wanted ?? 'document';
      const { mimetype } = source.type;
      if (source.sizeBytes === 0) throw new AppError('media.empty', { status: 422, detail: 'The file is empty.' });
      const type = wanted ?? typeForFile(mimetype);
      requireShown(mimetype, type);
      if (type === 'voice' && mimetype !== voiceNoteType && !(await voiceNotes.isAvailable())) throw needsFfmpeg();
      return type;
    },
    async attach(tx, messageId, { source, wanted, claim }) {
      const facts = {
        messageId,
        url: null,
        wantedType: wanted,
        claimedMimetype: claim.mimetype ?? null,
        fileName: claim.filename ?? null,
      };
      if (!(source instanceof KeptFile)) {
        const id = newId('fil', clock.now());
        await insertLink(tx, id, { ...facts, url: secrets.seal(source.url, urlPlace(id)) });
      } else if (!(await attachFile(tx, source.id, facts))) {
        throw new Error('The uploaded file is gone');
      }
    },
    async open(messageId, signal) {
      const file = await findFile(database, messageId);
      if (!file) throw new AppError('media.gone', { detail: 'The file of this message is gone.' });
      const bytes =
        file.url === null
          ? readPieces(database, secrets, file)
          : await fetchFile(secrets.openText(file.url, urlPlace(file.id)), { ...options, signal });
      return openFile(bytes, {
        wanted: file.wantedType as MediaType | null,
        claim: { mimetype: file.claimedMimetype ?? undefined, filename: file.fileName ?? undefined },
        voiceNotes,
        signal,
      });
    },
    async openBytes(bytes, { wanted, claim }, signal) {
      if (bytes.length > mostUploadedBytes) throw tooLarge();
      return openFile(chunksOf(bytes), { wanted, claim, voiceNotes, signal });
    },
    async waiting(messageId) {
      const file = await findFile(database, messageId);
      if (!file || file.url !== null) return undefined;
      return { bytes: readPieces(database, secrets, file), sizeBytes: file.sizeBytes };
    },
  };
}

async function* measured(
  chunks: AsyncIterable<Uint8Array>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > mostUploadedBytes) throw tooLarge();
    hash.update(chunk);
    yield chunk;
  }
}

function chunksOf(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  return Readable.from([bytes]);
}

function urlPlace(id: string): { table: string; row: string; column: string } {
  return { table: 'media_files', row: id, column: 'url' };
}

function tooLarge(): AppError {
  return new AppError('media.too_large', {
    status: 413,
    detail: `A file that comes with a request has at most ${mostUploadedBytes / 1024 / 1024} MB. Larger ones are sent by their address.`,
  });
}

function queueFull(mostBytes: number): AppError {
  return new AppError('media.queue_full', {
    status: 429,
    retryable: true,
    retryAfterSeconds: 30,
    detail: `Files of ${mostBytes / 1024 / 1024} MB wait to be sent; that is the limit (MEDIA_QUEUE_MB).`,
  });
}
