import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { systemClock as clock } from '../../src/platform/clock.ts';
import type { ConnectionSettings } from '../../src/platform/database-connection.ts';
import { createDatabase, type Database, type DatabaseOptions } from '../../src/platform/database.ts';
import { createRecordingLog } from './recording-log.ts';

export interface TestDatabase extends Database {
  /** Where it is, for tests that make a second pool on it. */
  readonly connection: ConnectionSettings;
  /** Stops the pool and drops the database. */
  close(): Promise<void>;
}

export interface TestDatabaseOptions extends Partial<DatabaseOptions> {
  /** Without the schema: a database as a provider hands it over. */
  empty?: boolean;
}

async function administer(sql: string): Promise<void> {
  const administration = createDatabase({
    connection: () => inject('testPostgres'),
    clock,
    log: createRecordingLog(),
    maxConnections: 1,
  });
  await administration.start();
  try {
    await administration.execute(sql);
  } finally {
    await administration.stop();
  }
}

/** A database of its own, with the schema applied, on this run's real Postgres. Started; `close` it in `afterAll`. */
export async function openTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { empty = false, ...databaseOptions } = options;
  const name = `test_${randomBytes(6).toString('hex')}`;
  await administer(`CREATE DATABASE ${name} TEMPLATE ${empty ? 'template0' : 'template'}`);
  const connection: ConnectionSettings = { ...inject('testPostgres'), database: name };
  const db = createDatabase({
    connection: () => connection,
    clock,
    log: createRecordingLog(),
    drainMs: 1_000,
    ...databaseOptions,
  });
  await db.start();
  return {
    ...db,
    connection,
    close: async () => {
      await db.stop();
      await administer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

/** The same as `DATABASE_URL`. */
export function databaseUrlOf({ host, port, user, password, database }: ConnectionSettings): string {
  return `postgres://${user}:${password}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`;
}
