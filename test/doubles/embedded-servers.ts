import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { systemClock as clock } from '../../src/platform/clock.ts';
import { createDatabase, type Database } from '../../src/platform/database.ts';
import {
  createEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from '../../src/platform/embedded-postgres.ts';
import { folderInMemory } from './memory-folder.ts';
import { createRecordingLog, type RecordingLog } from './recording-log.ts';

export interface EmbeddedServer {
  readonly server: EmbeddedPostgres;
  readonly db: Database;
  readonly log: RecordingLog;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export interface EmbeddedServers {
  /** Where a server goes whose data directory lies in a private folder. */
  readonly systemDirectory: string;
  newDataDirectory(): string;
  /** One that was started before, which is quicker than another initdb. */
  usedDataDirectory(): string;
  open(dataDirectory: string, options?: Partial<EmbeddedPostgresOptions>): EmbeddedServer;
}

/** Embedded servers in a temporary folder that anybody may enter and that goes at the end. */
export function useEmbeddedServers(): EmbeddedServers {
  let folder: string;
  let nextFolder = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(folderInMemory(), 'embedded-'));
    await chmod(folder, 0o755);
    const { start, stop } = open(join(folder, 'used'));
    await start();
    await stop();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  function newDataDirectory(): string {
    nextFolder += 1;
    return join(folder, `data-${String(nextFolder)}`);
  }

  function open(dataDirectory: string, options: Partial<EmbeddedPostgresOptions> = {}): EmbeddedServer {
    const log = createRecordingLog();
    const systemDirectory = join(folder, 'system');
    const server = createEmbeddedPostgres({ dataDirectory, systemDirectory, clock, log, ...options });
    const db = createDatabase({ connection: () => server.connection(), clock, log });
    return {
      server,
      db,
      log,
      start: async () => {
        await server.start();
        await db.start();
      },
      stop: async () => {
        await db.stop();
        await server.stop();
      },
    };
  }

  return {
    get systemDirectory() {
      return join(folder, 'system');
    },
    newDataDirectory,
    usedDataDirectory() {
      const dataDirectory = newDataDirectory();
      execFileSync('cp', ['-a', join(folder, 'used'), dataDirectory]);
      return dataDirectory;
    },
    open,
  };
}
