// `npm run admin:reset`: the way back in for whoever can run programs on the server, whether it runs or not.
import { fileURLToPath } from 'node:url';
import { type Config, ConfigError, loadEnvironment, readConfig } from './config.ts';
import { resetAdmin } from './features/access/access.ts';
import { createAudit } from './features/audit/audit.ts';
import { systemClock as clock } from './platform/clock.ts';
import { createDatabase } from './platform/database.ts';
import { connectionFromUrl, type ConnectionSettings } from './platform/database-connection.ts';
import { connectionToRunning, createEmbeddedPostgres } from './platform/embedded-postgres.ts';
import { verifyCanary } from './platform/encryption-canary.store.ts';
import { AppError, errorMessage, isAppError } from './platform/errors.ts';
import { createEventBus } from './platform/event-bus.ts';
import { completeSecrets } from './platform/generated-secrets.ts';
import { group, type Service } from './platform/lifecycle.ts';
import { createLog } from './platform/log.ts';
import { applySchema, readSchema } from './platform/schema-apply.ts';
import { createSecrets } from './platform/secrets.ts';

const log = createLog({ level: 'error', json: false });

/** The embedded database is the running server's, or else starts for as long as we need it. */
async function databaseServer(config: Config): Promise<{ services: Service[]; connection: () => ConnectionSettings }> {
  const { database, dataDir: dataDirectory } = config;
  if (database.kind === 'external') {
    return { services: [], connection: () => connectionFromUrl(database.url, database.ca) };
  }
  const embedded = createEmbeddedPostgres({ dataDirectory, clock, log });
  try {
    await embedded.start();
    return { services: [embedded], connection: () => embedded.connection() };
  } catch (error) {
    if (!isAppError(error, 'database.folder_in_use')) throw error;
    const running = await connectionToRunning({ dataDirectory, log });
    return { services: [], connection: () => running };
  }
}

async function reset(config: Config): Promise<string> {
  if (config.admin) {
    throw new AppError('admin.given', {
      detail:
        'The admin is given by ADMIN_USERNAME and ADMIN_PASSWORD, which win over a stored one. Change ADMIN_PASSWORD and ' +
        'restart the server, which ends all sessions; or remove both and run this again. Nothing was changed.',
    });
  }
  const { encryptionKey } = await completeSecrets(config, { dataDirectory: config.dataDir, clock, log });
  const { services, connection } = await databaseServer(config);
  const database = createDatabase({ connection, clock, log });
  const all = group('admin-reset', [...services, database]);
  const secrets = createSecrets({ key: encryptionKey });
  const audit = createAudit({ database, events: createEventBus(clock), sweepIntervalMs: 0, clock, log });
  try {
    await all.start();
    await applySchema(database, await readSchema(fileURLToPath(new URL('../schema.sql', import.meta.url))), {
      clock,
      log,
    });
    await verifyCanary(database, secrets);
    const { path, removed } = await resetAdmin(database, secrets, audit);
    const hint =
      removed === 'environment'
        ? 'It came from ADMIN_USERNAME and ADMIN_PASSWORD: while the server has these, its next start brings it back.\n'
        : '';
    return `The admin was removed and all sessions have ended.\n${hint}Choose a new one at ${config.publicUrl}${path}`;
  } finally {
    await all.stop();
  }
}

try {
  process.stdout.write(`${await reset(readConfig(loadEnvironment(process.cwd())))}\n`);
  process.exit(0);
} catch (error) {
  const sentences = error instanceof ConfigError ? error.mistakes : [errorMessage(error)];
  process.stderr.write(`${sentences.join('\n')}\n`);
  process.exit(1);
}
