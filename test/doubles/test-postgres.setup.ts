import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { systemClock as clock } from '../../src/platform/clock.ts';
import type { ConnectionSettings } from '../../src/platform/database-connection.ts';
import { createDatabase } from '../../src/platform/database.ts';
import { createEmbeddedPostgres, type EmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { applySchema, readSchema } from '../../src/platform/schema-apply.ts';
import { createRecordingLog } from './recording-log.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The server of this run, with the database `template` that has the schema. */
    testPostgres: ConnectionSettings;
  }
}

let server: EmbeddedPostgres | undefined;
let folder: string | undefined;

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

/** One real Postgres for the whole run, which may lose everything at a crash and is quick in return. */
export async function setup(project: TestProject): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'switchboard-tests-'));
  await chmod(folder, 0o755);
  server = createEmbeddedPostgres({
    dataDirectory: folder,
    clock,
    log: createRecordingLog(),
    settings: { max_connections: '100', fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
  });
  await server.start();
  await makeTemplate(server.connection());
  project.provide('testPostgres', server.connection());
}

export async function teardown(): Promise<void> {
  await server?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
}
