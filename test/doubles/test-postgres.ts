import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock as clock } from '../../src/platform/clock.ts';
import type { ConnectionSettings } from '../../src/platform/database-connection.ts';
import { createDatabase } from '../../src/platform/database.ts';
import { createEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { applySchema, readSchema } from '../../src/platform/schema-apply.ts';
import { folderInMemory } from './memory-folder.ts';
import { createRecordingLog } from './recording-log.ts';

export interface TestPostgres {
  /** Its database `template` has the schema. */
  readonly connection: ConnectionSettings;
  /** Stops it and removes its files. */
  stop(): Promise<void>;
}

/** It may lose everything at a crash, and is quick in return. */
const quick = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

async function makeTemplate(connection: ConnectionSettings): Promise<void> {
  const log = createRecordingLog();
  const administration = createDatabase({ connection: () => connection, clock, log });
  await administration.start();
  await administration.execute('CREATE DATABASE template');
  await administration.stop();
  const template = createDatabase({ connection: () => ({ ...connection, database: 'template' }), clock, log });
  await template.start();
  await applySchema(template, await readSchema(join(import.meta.dirname, '../../schema.sql')), { clock, log });
  await template.stop();
}

/** A real Postgres in a temporary folder. */
export async function startTestPostgres(settings: Readonly<Record<string, string>> = quick): Promise<TestPostgres> {
  const folder = await mkdtemp(join(folderInMemory(), 'switchboard-tests-'));
  await chmod(folder, 0o755);
  const server = createEmbeddedPostgres({
    dataDirectory: folder,
    clock,
    log: createRecordingLog(),
    settings: { max_connections: '100', ...settings },
  });
  await server.start();
  await makeTemplate(server.connection());
  return {
    connection: server.connection(),
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
