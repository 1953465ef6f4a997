// A process of its own around an embedded Postgres, for tests that kill it: run with <data directory> [mode]
import { systemClock as clock } from '../../src/platform/clock.ts';
import { createDatabase } from '../../src/platform/database.ts';
import { createEmbeddedPostgres } from '../../src/platform/embedded-postgres.ts';
import { isAppError } from '../../src/platform/errors.ts';
import { createRecordingLog } from './recording-log.ts';

const [dataDirectory = '', mode = 'hold', systemDirectory = '/var/lib/switchboard'] = process.argv.slice(2);
const log = createRecordingLog();
const server = createEmbeddedPostgres({ dataDirectory, systemDirectory, clock, log });
const db = createDatabase({ connection: () => server.connection(), clock, log });

/** Says each row's number once its commit was acknowledged. */
async function insertRows(): Promise<never> {
  for (;;) {
    const row = await db.one<{ number: number }>('INSERT INTO numbers DEFAULT VALUES RETURNING number');
    process.stdout.write(`row ${String(row?.number)}\n`);
  }
}

async function stop(): Promise<void> {
  await db.stop();
  await server.stop();
}

process.once('SIGTERM', () => void stop().then(() => process.exit(0)));
try {
  process.stdout.write('starting\n');
  await server.start();
  await db.start();
  process.stdout.write(`ready ${String(process.pid)}\n`);
  if (mode === 'insert') {
    // Once: two that make it at the same moment collide.
    await db.execute('CREATE TABLE IF NOT EXISTS numbers (number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY)');
    await Promise.all([insertRows(), insertRows(), insertRows()]);
  }
  if (mode === 'once') await stop();
} catch (error) {
  await stop();
  process.stdout.write(`failed ${isAppError(error) ? error.code : ''} ${String(error)}\n`);
  process.exitCode = 1;
}
