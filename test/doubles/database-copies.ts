import { randomBytes } from 'node:crypto';
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

/** Runs one statement that no database of its own can run, such as CREATE DATABASE. */
export async function administer(server: ConnectionSettings, sql: string): Promise<void> {
  const administration = createDatabase({
    connection: () => server,
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

/** A copy of a database on this server. Started; `close` it in the end. */
export async function copyDatabase(
  server: ConnectionSettings,
  template: string,
  options: Partial<DatabaseOptions> = {},
): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await administer(server, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`);
  const connection: ConnectionSettings = { ...server, database: name };
  const db = createDatabase({
    connection: () => connection,
    clock,
    log: createRecordingLog(),
    drainMs: 1_000,
    ...options,
  });
  await db.start();
  return {
    ...db,
    connection,
    close: async () => {
      await db.stop();
      await administer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}
