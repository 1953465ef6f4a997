import type { Config } from './config.ts';
import type { Clock } from './platform/clock.ts';
import { createDatabase, type Database } from './platform/database.ts';
import { connectionFromUrl, type ConnectionSettings } from './platform/database-connection.ts';
import { createEmbeddedPostgres } from './platform/embedded-postgres.ts';
import { verifyCanary } from './platform/encryption-canary.store.ts';
import type { Service } from './platform/lifecycle.ts';
import type { Log } from './platform/log.ts';
import { applySchema, readSchema } from './platform/schema-apply.ts';
import type { Secrets } from './platform/secrets.ts';

export interface StorageOptions {
  config: Config;
  schemaPath: string;
  /** How many connections to the database may be opened. */
  databaseConnections: number;
  clock: Clock;
  random: () => number;
  log: Log;
}

/** The database with its schema; started before everything else. */
export function createStorage(options: StorageOptions, secrets: Secrets): { database: Database; services: Service[] } {
  const { server, connection } = databaseServer(options);
  const database = createDatabase({ ...options, connection, maxConnections: options.databaseConnections });
  const schema: Service = {
    name: 'schema',
    async start() {
      await applySchema(database, await readSchema(options.schemaPath), options);
      await verifyCanary(database, secrets);
    },
    stop: () => Promise.resolve(),
  };
  return { database, services: [...server, database, schema] };
}

function databaseServer(options: StorageOptions): { server: Service[]; connection: () => ConnectionSettings } {
  const { database, dataDir } = options.config;
  if (database.kind === 'external') {
    return { server: [], connection: () => connectionFromUrl(database.url, database.ca) };
  }
  const embedded = createEmbeddedPostgres({ ...options, dataDirectory: dataDir });
  return { server: [embedded], connection: () => embedded.connection() };
}
