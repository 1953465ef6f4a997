import { join } from 'node:path';
import type { AppTimings } from '../../src/app-timings.ts';
import { appTimings, createApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { systemClock } from '../../src/platform/clock.ts';
import type { ConnectionSettings } from '../../src/platform/database-connection.ts';
import { createSecrets, type Secrets } from '../../src/platform/secrets.ts';
import { adminKey, type Calls, callsTo } from './calls.ts';
import { storeAdmin } from './person.ts';
import { createRecordingLog, type RecordingLog } from './recording-log.ts';
import { databaseUrlOf, openTestDatabase, type TestDatabase } from './test-database.ts';

export interface RunningApp extends Calls {
  readonly address: string;
  readonly database: TestDatabase;
  readonly log: RecordingLog;
  /** Opens what the app has sealed. */
  readonly secrets: Secrets;
  setupLink(): Promise<string | undefined>;
  /** Stops the app, and drops its database unless that was given. */
  stop(): Promise<void>;
}

export interface RunningAppOptions {
  timings?: Partial<AppTimings>;
  environment?: Record<string, string>;
  /** Instead of one of its own: for a restart, or for two instances. */
  database?: TestDatabase;
  /** With the `admin` of journeys from the start, so that nothing is hashed at full cost. */
  admin?: boolean;
  /** Puts something between the app and its database; returns where the app finds it. */
  through?(connection: ConnectionSettings): Promise<ConnectionSettings>;
}

const encryptionKey = 'the encryption key of the tests, 32 and more';

/** The whole product in this process, on a database of its own, with the waits that a test wants. */
export async function startApp(options: RunningAppOptions = {}): Promise<RunningApp> {
  const database = options.database ?? (await openTestDatabase());
  if (options.admin === true) await storeAdmin(database);
  const log = createRecordingLog();
  const app = createApp({
    config: readConfig({
      PORT: '0',
      HOST: '127.0.0.1',
      DATABASE_URL: databaseUrlOf((await options.through?.(database.connection)) ?? database.connection),
      ENCRYPTION_KEY: encryptionKey,
      ADMIN_API_KEY: adminKey,
      RATE_LIMIT_PER_KEY: '100000',
      ...options.environment,
    }),
    encryptionKey,
    sessionSecret: 'the session secret of the tests, 32 and more',
    version: '0.0.0-test',
    schemaPath: join(import.meta.dirname, '../../schema.sql'),
    assetsDirectory: join(import.meta.dirname, '../../dist/public'),
    timings: { ...appTimings, ...options.timings },
    // Whoever needs a second one while he holds the first would wait for ever when all are in use.
    databaseConnections: 1,
    clock: systemClock,
    random: Math.random,
    probe: () => undefined,
    log,
  });
  await app.start();
  return {
    address: app.address,
    ...callsTo(app.address),
    database,
    log,
    secrets: createSecrets({ key: encryptionKey }),
    setupLink: () => app.setupLink(),
    async stop() {
      await app.stop();
      if (!options.database) await database.close();
    },
  };
}
