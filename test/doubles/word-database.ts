import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { systemClock as clock } from '../../src/platform/clock.ts';
import { createDatabase, type Database, type DatabaseOptions } from '../../src/platform/database.ts';
import { createPostgresProxy, type PostgresProxy } from './postgres-proxy.ts';
import { createRecordingLog, type RecordingLog } from './recording-log.ts';
import { openTestDatabase, type TestDatabase } from './test-database.ts';

export interface WordDatabase {
  /** Straight to the server. */
  readonly db: TestDatabase;
  readonly proxy: PostgresProxy;
  readonly log: RecordingLog;
  /** A pool on the same database, through the proxy. */
  open(options?: Partial<DatabaseOptions>): Database;
  /** The same, started. */
  opensNow(options?: Partial<DatabaseOptions>): Promise<Database>;
  /** Server processes that serve anybody but the asker. */
  backends(): Promise<number[]>;
}

/** A real database with one table, `word`, empty before each test, and pools on it behind a network that fails. */
export function useWordDatabase(): WordDatabase {
  let db: TestDatabase;
  let proxy: PostgresProxy;
  let log: RecordingLog;
  const opened: Database[] = [];

  beforeAll(async () => {
    db = await openTestDatabase({ empty: true });
    await db.execute(
      'CREATE TABLE word (word text CONSTRAINT word_once UNIQUE, number int CONSTRAINT number_once UNIQUE)',
    );
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    proxy = await createPostgresProxy(db.connection);
    log = createRecordingLog();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((each) => each.stop()));
    await proxy.close();
    await db.execute('TRUNCATE word');
  });

  function open(options: Partial<DatabaseOptions> = {}): Database {
    const database = createDatabase({ connection: () => proxy.connection(), clock, log, drainMs: 1_000, ...options });
    opened.push(database);
    return database;
  }

  return {
    get db() {
      return db;
    },
    get proxy() {
      return proxy;
    },
    get log() {
      return log;
    },
    open,
    async opensNow(options) {
      const database = open(options);
      await database.start();
      return database;
    },
    async backends() {
      const found = await db.rows<{ pid: number }>(
        'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
      );
      return found.map(({ pid }) => pid);
    },
  };
}
