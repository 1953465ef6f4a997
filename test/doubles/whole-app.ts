import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, appTimings, createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { systemClock } from '../../src/platform/clock.ts';
import type { Log } from '../../src/platform/log.ts';
import { databaseUrl } from './database-url.ts';
import { createRecordingLog } from './recording-log.ts';
import { openTestDatabase, type TestDatabase } from './test-database.ts';

export interface WholeApp extends App {
  readonly database: TestDatabase;
  readonly adminKey: string;
  readonly encryptionKey: string;
}

/** The product as `main.ts` composes it, in this process, on a database of its own; `stop` removes what it left. */
export async function startWholeApp(options: { log?: Log; env?: Record<string, string> } = {}): Promise<WholeApp> {
  const adminKey = 'the-admin-key-of-this-test-0123456789';
  const encryptionKey = 'the-encryption-key-of-this-test-0123456789';
  const database = await openTestDatabase({ empty: true });
  const folder = mkdtempSync(join(tmpdir(), 'whole-app-'));
  const config = readConfig({
    HOST: '127.0.0.1',
    PORT: '0',
    DATABASE_URL: databaseUrl(database.connection),
    DATA_DIR: folder,
    ADMIN_API_KEY: adminKey,
    ENCRYPTION_KEY: encryptionKey,
    ...options.env,
  });
  const app = createApp({
    config,
    encryptionKey,
    sessionSecret: 'the session secret of the tests, 32 and more',
    version: '0.0.0-test',
    schemaPath: join(import.meta.dirname, '../../schema.sql'),
    assetsDirectory: join(import.meta.dirname, '../../dist/public'),
    timings: appTimings,
    databaseConnections: 1,
    clock: systemClock,
    random: Math.random,
    probe: () => undefined,
    log: options.log ?? createRecordingLog(),
  });
  await app.start();
  return {
    name: app.name,
    start: () => app.start(),
    async stop() {
      await app.stop();
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
    setupLink: () => app.setupLink(),
    get address() {
      return app.address;
    },
    database,
    adminKey,
    encryptionKey,
  };
}
