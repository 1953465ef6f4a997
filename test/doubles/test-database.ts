import { inject } from 'vitest';
import type { ConnectionSettings } from '../../src/platform/database-connection.ts';
import type { DatabaseOptions } from '../../src/platform/database.ts';
import { copyDatabase, type TestDatabase } from './database-copies.ts';

export type { TestDatabase } from './database-copies.ts';

export interface TestDatabaseOptions extends Partial<DatabaseOptions> {
  /** Without the schema: a database as a provider hands it over. */
  empty?: boolean;
}

/** A database of its own, with the schema applied, on this run's real Postgres. Started; `close` it in `afterAll`. */
export async function openTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const { empty = false, ...databaseOptions } = options;
  return copyDatabase(inject('testPostgres'), empty ? 'template0' : 'template', databaseOptions);
}

/** The same as `DATABASE_URL`. */
export function databaseUrlOf({ host, port, user, password, database }: ConnectionSettings): string {
  return `postgres://${user}:${password}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`;
}
