import type { Clock } from './clock.ts';
import { createConnectionPool, type ConnectionPool } from './connection-pool.ts';
import { type DatabaseClient, openClient } from './database-client.ts';
import type { ConnectionSettings } from './database-connection.ts';
import { asDatabaseError, isServerFull } from './database-errors.ts';
import { connectFirst } from './database-start.ts';
import {
  queryable,
  runTransaction,
  type Queryable,
  type QueryResult,
  type RunSql,
  type Transaction,
} from './database-transaction.ts';
import type { Service } from './lifecycle.ts';
import type { Log } from './log.ts';
import type { Random } from './retry.ts';
import { createStatementNames } from './statement-names.ts';

export { isUnavailable } from './database-errors.ts';
export type { Queryable, Transaction } from './database-transaction.ts';

export interface TransactionOptions {
  /** Limit of each statement, on the server too. */
  statementTimeoutMs?: number;
  /**
   * Statements that write need not wait until the transaction has begun either. Should BEGIN fail, they take effect one by
   * one: only for what is done again until it succeeds, and changes nothing the second time.
   */
  eager?: boolean;
  /** Goes before everybody else who waits for a connection: for what many others wait for. */
  urgent?: boolean;
  /** COMMIT travels with what `work` begins at once: one round trip. It must not begin anything later. */
  atOnce?: boolean;
}

export interface Database extends Queryable, Service {
  /** Commits when `work` resolves, rolls back when it rejects. `work` must not use the database beside its `tx`. */
  transaction<T>(work: (tx: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
}

export interface DatabaseOptions {
  /** Asked at each connect, because the embedded server chooses its address when it starts. */
  connection: () => ConnectionSettings;
  clock: Clock;
  log: Log;
  maxConnections?: number;
  /** How long `start` tries to reach a server that is down or starting up. */
  startLimitMs?: number;
  connectTimeoutMs?: number;
  statementTimeoutMs?: number;
  /** How long a caller waits for a first connection when the server has none left (53300). */
  fullWaitMs?: number;
  /** How long a caller waits while all our connections are in use. */
  busyWaitMs?: number;
  idleLimitMs?: number;
  /** How long `stop` lets statements finish. */
  drainMs?: number;
  random?: Random;
}

const defaultIdleLimitMs = 30_000;

function clientPool(options: DatabaseOptions): ConnectionPool<DatabaseClient> {
  const names = createStatementNames();
  const pool: ConnectionPool<DatabaseClient> = createConnectionPool<DatabaseClient>({
    open: () =>
      openClient({
        settings: options.connection(),
        connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
        names,
        died: (client) => pool.forget(client),
        log: options.log,
      }),
    close: (client) => client.close(),
    isServerFull,
    maxConnections: options.maxConnections ?? 5,
    fullWaitMs: options.fullWaitMs ?? 5_000,
    busyWaitMs: options.busyWaitMs ?? 30_000,
    idleLimitMs: options.idleLimitMs ?? defaultIdleLimitMs,
    clock: options.clock,
    random: options.random ?? Math.random,
  });
  return pool;
}

/** Runs statements on connections of the pool. */
function pooled(pool: ConnectionPool<DatabaseClient>, defaultTimeoutMs: number, log: Log) {
  async function withClient<T>(work: (client: DatabaseClient) => Promise<T>, urgent = false): Promise<T> {
    const client = await pool.acquire({ urgent });
    try {
      return await work(client);
    } finally {
      pool.release(client, client.dead);
    }
  }

  const statement: RunSql = (sql, parameters = []) =>
    withClient((client) => client.run(sql, parameters, defaultTimeoutMs));

  return {
    statement,
    query: async (sql: string, parameters: readonly unknown[] = []): Promise<QueryResult> => {
      try {
        return await statement(sql, parameters);
      } catch (error) {
        throw asDatabaseError(error);
      }
    },
    transaction: async <T>(work: (tx: Transaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> => {
      const statementTimeoutMs = options.statementTimeoutMs ?? defaultTimeoutMs;
      try {
        return await withClient(
          (client) =>
            runTransaction({
              // The server's own time-out comes first: then the connection is still good.
              run: (sql, parameters = []) => client.run(sql, parameters, statementTimeoutMs + 1_000),
              work,
              statementTimeoutMs,
              eager: options.eager ?? false,
              atOnce: options.atOnce ?? false,
              abandon: () => client.abandon(),
              log,
            }),
          options.urgent,
        );
      } catch (error) {
        throw asDatabaseError(error);
      }
    },
  };
}

/** A pool on one database that grows from 1 connection to `maxConnections` (5). */
export function createDatabase(options: DatabaseOptions): Database {
  const { clock, log, random = Math.random } = options;
  const stopping = new AbortController();
  const pool = clientPool(options);
  const { statement, query, transaction } = pooled(pool, options.statementTimeoutMs ?? 30_000, log);
  let starting: Promise<void> | undefined;
  let stopped: Promise<void> | undefined;
  let reaping: Promise<void> | undefined;

  async function serverVersion(): Promise<number> {
    const { rows } = await statement(`SELECT current_setting('server_version_num')::int AS version`);
    return (rows[0] as { version: number } | undefined)?.version ?? 0;
  }

  async function closeIdleConnections(): Promise<void> {
    while (!stopping.signal.aborted) {
      await clock.sleep((options.idleLimitMs ?? defaultIdleLimitMs) / 2, stopping.signal);
      pool.closeIdle();
    }
  }

  async function start(): Promise<void> {
    const limitMs = options.startLimitMs ?? 60_000;
    const { signal } = stopping;
    await connectFirst({ serverVersion, to: options.connection, limitMs, signal, clock, log, random });
    reaping = closeIdleConnections().catch(() => undefined);
  }

  async function stop(): Promise<void> {
    stopping.abort();
    await starting?.catch(() => undefined);
    await reaping;
    await pool.close(options.drainMs ?? 10_000);
  }

  return {
    name: 'database',
    ...queryable(query),
    transaction,
    start: () => (starting ??= start()),
    stop: () => (stopped ??= stop()),
  };
}
