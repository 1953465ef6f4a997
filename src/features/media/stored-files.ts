import type { ChangeKind } from '../../platform/commit-writer.ts';
import type { Database } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import type { Lease } from '../../platform/leases.ts';
import type { Log } from '../../platform/log.ts';
import type { Secrets } from '../../platform/secrets.ts';
import {
  claimFiles,
  type FileClaim,
  type FileTry,
  findStored,
  finishTry,
  giveUpFile,
  makeRoom,
  postponeTry,
  readStored,
  type StoredUsage,
  TryOver,
  usageOfStored,
  wantedFileKind,
  writeStored,
} from './stored-files.store.ts';

export { type FileTry, forgetStoredFiles, type StoredUsage, TryOver } from './stored-files.store.ts';

/** Announced when files wait to be fetched. */
export const wantedFilesTopic = 'wanted-files';

/** Files of messages that came in, kept sealed in the database up to a limit; those that were stored first go first. */
export interface StoredFiles {
  /** That a message's file is to be stored; goes into the batch of its message. */
  readonly wanted: ChangeKind<{ messageId: string }>;
  /** Tries to store files that are due. */
  claim(claim: FileClaim): Promise<FileTry[]>;
  /**
   * Stores a file in the name of its account's lease, as it comes. Throws `media.too_large` for what could never be kept,
   * `media.store_busy` where others need the room, `TryOver`, or what ends the bytes early.
   */
  store(file: FileTry, incoming: IncomingFile, lease: Pick<Lease, 'name' | 'epoch'>): Promise<void>;
  postpone(file: FileTry, waitMs: number): Promise<void>;
  giveUp(file: FileTry): Promise<void>;
  /** Undefined where the file of this message is not here. */
  open(messageId: string): Promise<{ bytes: AsyncIterable<Uint8Array>; sizeBytes: number } | undefined>;
  usage(): Promise<StoredUsage & { limitBytes: number }>;
}

export interface IncomingFile {
  bytes: AsyncIterable<Uint8Array>;
  /** As its sender says; null where nobody does. */
  sizeBytes: number | null;
}

const roomStep = 1024 * 1024;

export interface StoredFilesOptions {
  database: Database;
  secrets: Secrets;
  events: EventBus;
  /** Of all files that are kept. */
  mostBytes: number;
  log: Log;
}

export function createStoredFiles({ database, secrets, events, mostBytes, log }: StoredFilesOptions): StoredFiles {
  async function expect(file: FileTry, sizeBytes: number): Promise<void> {
    if (sizeBytes > mostBytes) throw tooLarge(mostBytes);
    const removed = await database.transaction((tx) => makeRoom(tx, file, { sizeBytes, mostBytes }));
    if (removed === undefined) throw busy();
    if (removed > 0) log.info('Stored files were removed to make room', { files: removed });
  }

  /** What is longer than was said takes its room as it comes. */
  async function* within(file: FileTry, { bytes, sizeBytes }: IncomingFile): AsyncGenerator<Uint8Array> {
    let size = 0;
    let room = sizeBytes ?? 0;
    for await (const chunk of bytes) {
      size += chunk.length;
      if (size > room) {
        room = Math.max(size, Math.min(size + roomStep, mostBytes));
        await expect(file, room);
      }
      yield chunk;
    }
  }

  return {
    wanted: wantedFileKind(events, wantedFilesTopic),
    claim: (claim) => claimFiles(database, claim),
    async store(file, incoming, lease) {
      await expect(file, incoming.sizeBytes ?? 0);
      const sizeBytes = await writeStored(database, secrets, file, within(file, incoming));
      if (!(await finishTry(database, file, { sizeBytes, lease }))) throw new TryOver();
    },
    postpone: (file, waitMs) => postponeTry(database, file, waitMs),
    giveUp: (file) => giveUpFile(database, file),
    async open(messageId) {
      const file = await findStored(database, messageId);
      return file && { bytes: readStored(database, secrets, file), sizeBytes: file.sizeBytes };
    },
    usage: async () => ({ ...(await usageOfStored(database)), limitBytes: mostBytes }),
  };
}

function tooLarge(mostBytes: number): AppError {
  return new AppError('media.too_large', {
    detail: `The file is larger than all that may be stored: ${mostBytes / 1024 / 1024} MB (MEDIA_STORE_MB).`,
  });
}

function busy(): AppError {
  return new AppError('media.store_busy', {
    retryable: true,
    detail: 'Other files that are being fetched need the room.',
  });
}
