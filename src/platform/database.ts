import type { Duplex } from 'node:stream';
import { Client, types, type ClientConfig } from 'pg';
import type { Clock } from './clock.ts';
import { createConnectionPool, type ConnectionPool } from './connection-pool.ts';
import type { ConnectionSettings } from './database-connection.ts';
import { asDatabaseError, errorCode, isServerFull, isUnavailable } from './database-errors.ts';
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

interface Connection {
  client: Client;
  dead: boolean;
  /** Statements that are on the wire. */
  running: number;
  /** Holds what is written until the present turn is over. */
  corked: boolean;
}

function parseInt8(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

const int8 = 20;
const date = 1082;

const typeParsers: ClientConfig['types'] = {
  getTypeParser: (oid: number, format?: 'text' | 'binary'): ((text: string) => unknown) => {
    if (oid === int8 && format !== 'binary') return parseInt8;
    if (oid === date && format !== 'binary') return (text) => text;
    return types.getTypeParser(oid, format === 'binary' ? 'binary' : 'text') as (text: string) => unknown;
  },
};

/** With `pipeline` statements that are begun together cost one round trip. */
function clientConfig(settings: ConnectionSettings, connectTimeoutMs: number): ClientConfig & { pipeline: boolean } {
  const { tls } = settings;
  return {
    host: settings.host,
    port: settings.port,
    user: settings.user,
    password: settings.password,
    database: settings.database,
    application_name: 'switchboard',
    keepAlive: true,
    pipeline: true,
    connectionTimeoutMillis: connectTimeoutMs,
    types: typeParsers,
    ...(settings.options !== undefined && { options: settings.options }),
    ssl: tls !== undefined && {
      rejectUnauthorized: tls.verify !== 'none',
      ...(tls.certificateAuthority !== undefined && { ca: tls.certificateAuthority }),
      ...(tls.verify === 'certificate' && { checkServerIdentity: () => undefined }),
    },
  };
}

/** The connection itself is of no more use; after a time-out of ours its statement still runs. */
function breaksConnection(error: unknown): boolean {
  return isUnavailable(error) && !/^(25|53|58)/.test(errorCode(error) ?? '');
}

/** Private in pg's types. */
function streamOf({ client }: Connection): Duplex {
  return (client as unknown as { connection: { stream: Duplex } }).connection.stream;
}

/** What is begun in one turn is one call of the system, and wakes the server once. */
function corkForThisTurn(connection: Connection): void {
  if (connection.corked) return;
  const stream = streamOf(connection);
  connection.corked = true;
  stream.cork();
  process.nextTick(() => {
    connection.corked = false;
    stream.uncork();
  });
}

/** Neither a named prepared statement nor a session setting, so that a transaction pooler may stand in between. */
async function run(
  connection: Connection,
  sql: string,
  parameters: readonly unknown[],
  timeoutMs: number,
): Promise<QueryResult> {
  const query = { text: sql, query_timeout: timeoutMs, ...(parameters.length > 0 && { values: [...parameters] }) };
  connection.running += 1;
  try {
    corkForThisTurn(connection);
    const result = (await connection.client.query(query)) as QueryResult | QueryResult[];
    if (!Array.isArray(result)) return result;
    const rowCount = result.reduce((sum, each) => sum + (each.rowCount ?? 0), 0);
    return { command: result.at(-1)?.command ?? '', rows: result.at(-1)?.rows ?? [], rowCount };
  } catch (error) {
    if (breaksConnection(error)) connection.dead = true;
    throw error;
  } finally {
    connection.running -= 1;
  }
}

/** In a pipeline `end` would wait for what is on the wire. */
function cut(connection: Connection): void {
  streamOf(connection).destroy();
}

async function openConnection(config: ClientConfig, died: (connection: Connection) => void, log: Log) {
  const client = new Client(config);
  const connection: Connection = { client, dead: false, running: 0, corked: false };
  client.on('error', (error) => {
    if (!connection.dead) log.warn('Lost a database connection', { code: errorCode(error) });
    connection.dead = true;
    died(connection);
  });
  client.on('end', () => {
    connection.dead = true;
    died(connection);
  });
  try {
    await client.connect();
  } catch (error) {
    connection.dead = true;
    void client.end().catch(() => undefined);
    throw error;
  }
  return connection;
}

function connectionPool(options: DatabaseOptions): ConnectionPool<Connection> {
  const pool: ConnectionPool<Connection> = createConnectionPool<Connection>({
    open: () =>
      openConnection(
        clientConfig(options.connection(), options.connectTimeoutMs ?? 10_000),
        (connection) => pool.forget(connection),
        options.log,
      ),
    close: async (connection) => {
      connection.dead = true;
      if (connection.running > 0) cut(connection);
      await connection.client.end();
    },
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
function pooled(pool: ConnectionPool<Connection>, defaultTimeoutMs: number, log: Log) {
  async function withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await pool.acquire();
    try {
      return await work(connection);
    } finally {
      pool.release(connection, connection.dead);
    }
  }

  const statement: RunSql = (sql, parameters = []) =>
    withConnection((connection) => run(connection, sql, parameters, defaultTimeoutMs));

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
        return await withConnection((connection) =>
          runTransaction({
            // The server's own time-out comes first: then the connection is still good.
            run: (sql, parameters = []) => run(connection, sql, parameters, statementTimeoutMs + 1_000),
            work,
            statementTimeoutMs,
            eager: options.eager ?? false,
            abandon: () => {
              connection.dead = true;
            },
            log,
          }),
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
  const pool = connectionPool(options);
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
