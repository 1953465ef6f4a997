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

interface Administration {
  readonly database: Database;
  readonly started: Promise<void>;
  /** Who has entered and not left yet. */
  users: number;
}

const administrations = new Map<string, Administration>();

/** One connection for all who are there at the same time: to connect takes longer than a statement. */
async function enterAdministration(server: ConnectionSettings): Promise<Database> {
  const name = addressOf(server);
  let administration = administrations.get(name);
  if (!administration) {
    const database = createDatabase({ connection: () => server, clock, log: createRecordingLog(), maxConnections: 1 });
    administration = { database, started: database.start(), users: 0 };
    administrations.set(name, administration);
  }
  administration.users += 1;
  await administration.started;
  return administration.database;
}

async function leaveAdministration(server: ConnectionSettings): Promise<void> {
  const administration = administrations.get(addressOf(server));
  if (!administration) return;
  administration.users -= 1;
  if (administration.users > 0) return;
  administrations.delete(addressOf(server));
  await administration.database.stop();
}

function addressOf({ host, port, user, database }: ConnectionSettings): string {
  return [host, port, user, database].join(' ');
}

/** Runs one statement that no database of its own can run, such as CREATE DATABASE. */
export async function administer(server: ConnectionSettings, sql: string): Promise<void> {
  const administration = await enterAdministration(server);
  try {
    await administration.execute(sql);
  } finally {
    await leaveAdministration(server);
  }
}

/** A copy of a database on this server. Started; `close` it in the end. */
export async function copyDatabase(
  server: ConnectionSettings,
  template: string,
  options: Partial<DatabaseOptions> = {},
): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  // Stayed in until the copy is dropped.
  const administration = await enterAdministration(server);
  await administration.execute(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`);
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
      await administration.execute(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await leaveAdministration(server);
    },
  };
}
