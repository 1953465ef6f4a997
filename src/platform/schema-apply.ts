import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Clock } from './clock.ts';
import type { Database, Transaction } from './database.ts';
import { errorCode } from './database-errors.ts';
import { AppError } from './errors.ts';
import type { Log } from './log.ts';
import { backoffMs, type Random } from './retry.ts';

export interface Schema {
  sql: string;
  /** Raised with every change of the schema that an older program could not live with. */
  version: number;
}

export interface ApplySchemaOptions {
  clock: Clock;
  log: Log;
  /** How long one attempt waits for tables that others are using; they in turn wait behind it. */
  lockTimeoutMs?: number;
  attempts?: number;
  signal?: AbortSignal;
  random?: Random;
}

/** Any number; the same for every program that applies a schema to this database. */
const advisoryLock = 7_409_227_131;
const retryBackoff = { baseMs: 500, capMs: 5_000 };
/** Another applier may be at work for long, and so may a new index. */
const statementTimeoutMs = 10 * 60_000;

/** Reads `schema.sql`, whose first line is `-- schema version N`. */
export async function readSchema(path: string): Promise<Schema> {
  const sql = await readFile(path, 'utf8');
  const version = Number(/^-- schema version (\d+)\n/.exec(sql)?.[1]);
  if (!Number.isSafeInteger(version)) throw new Error(`${path} does not begin with "-- schema version N"`);
  return { sql, version };
}

interface Recorded {
  version: number;
  checksum: string;
}

async function recorded(tx: Transaction): Promise<Recorded | undefined> {
  const table = await tx.one<{ exists: boolean }>(`SELECT to_regclass('schema_version') IS NOT NULL AS exists`);
  if (!table?.exists) return undefined;
  return tx.one<Recorded>('SELECT version, checksum FROM schema_version');
}

function newerDatabase(found: number, known: number): AppError {
  return new AppError('schema.newer', {
    detail: `This database was written by a newer Switchboard (schema ${String(found)}, this one knows ${String(known)}); start the newer one, or restore a backup from before the upgrade.`,
  });
}

/** True when it changed something. */
async function applyOnce(tx: Transaction, { sql, version }: Schema, lockTimeoutMs: number): Promise<boolean> {
  const checksum = createHash('sha256').update(sql).digest('hex');
  await tx.execute('SELECT pg_advisory_xact_lock($1::bigint)', [advisoryLock]);
  const before = await recorded(tx);
  if (before && before.version > version) throw newerDatabase(before.version, version);
  // Not even a no-op ALTER TABLE at every start: it would wait for, and block, the other instance of a rolling deploy.
  if (before?.version === version && before.checksum === checksum) return false;
  await tx.execute(`SET LOCAL lock_timeout = ${String(lockTimeoutMs)}`);
  await tx.execute(sql);
  await tx.execute(
    `INSERT INTO schema_version (version, checksum) VALUES ($1, $2)
     ON CONFLICT (only_row) DO UPDATE SET version = $1, checksum = $2, applied_at = now()`,
    [version, checksum],
  );
  return true;
}

/** 55P03: a table stayed in use; 40P01: a deadlock with another instance's work. */
function isLockTrouble(error: unknown): boolean {
  return ['55P03', '40P01'].includes(errorCode(error) ?? '');
}

/**
 * Brings the database to this schema in one transaction, while a concurrent applier waits. Errors: `schema.newer` when
 * the database is ahead of this program.
 */
export async function applySchema(db: Database, schema: Schema, options: ApplySchemaOptions): Promise<void> {
  const { clock, log, lockTimeoutMs = 5_000, attempts = 10, random = Math.random } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const changed = await db.transaction((tx) => applyOnce(tx, schema, lockTimeoutMs), { statementTimeoutMs });
      if (changed) log.info('Applied the database schema', { version: schema.version });
      return;
    } catch (error) {
      if (!isLockTrouble(error) || attempt >= attempts) throw error;
      log.warn('The database schema could not be applied, trying again', { code: errorCode(error), attempt });
      await clock.sleep(backoffMs(attempt, retryBackoff, random), options.signal);
    }
  }
}
