import type { TestProject } from 'vitest/node';
import type { ConnectionSettings } from '../../src/platform/database-connection.ts';
import { startTestPostgres, type TestPostgres } from './test-postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The server of this run, with the database `template` that has the schema. */
    testPostgres: ConnectionSettings;
  }
}

let server: TestPostgres | undefined;

/** One real Postgres for the whole run. */
export async function setup(project: TestProject): Promise<void> {
  server = await startTestPostgres();
  project.provide('testPostgres', server.connection);
}

export async function teardown(): Promise<void> {
  await server?.stop();
}
