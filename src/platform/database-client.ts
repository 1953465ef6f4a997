import type { Duplex } from 'node:stream';
import { Client, types, type ClientConfig } from 'pg';
import type { ConnectionSettings } from './database-connection.ts';
import { errorCode, isUnavailable } from './database-errors.ts';
import type { QueryResult } from './database-transaction.ts';
import type { Log } from './log.ts';
import type { StatementNames } from './statement-names.ts';

/** One connection to the server. */
export interface DatabaseClient {
  /** It must not be used again. */
  readonly dead: boolean;
  /** Statements that are begun before an answer comes run in this order and cost one round trip. */
  run(sql: string, parameters: readonly unknown[], timeoutMs: number): Promise<QueryResult>;
  abandon(): void;
  close(): Promise<void>;
}

export interface ClientOptions {
  settings: ConnectionSettings;
  connectTimeoutMs: number;
  names: StatementNames;
  /** Told once it is of no more use, whoever noticed. */
  died: (client: DatabaseClient) => void;
  log: Log;
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
function clientConfig({ settings, connectTimeoutMs }: ClientOptions): ClientConfig & { pipeline: boolean } {
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

/** Private in pg's types. */
interface ClientInternals {
  readonly processID: number;
  readonly connection: { readonly stream: Duplex };
}

/** The connection itself is of no more use; after a time-out of ours its statement still runs. */
function breaksConnection(error: unknown): boolean {
  return isUnavailable(error) && !/^(25|53|58)/.test(errorCode(error) ?? '');
}

/**
 * Whether the process that answers is the one that greeted: a pooler greets by itself and has a process of the server
 * for each transaction.
 */
async function isDirect(client: Client, timeoutMs: number): Promise<boolean> {
  const query = { text: 'SELECT pg_backend_pid() AS pid', query_timeout: timeoutMs };
  const { rows } = await client.query<{ pid: number }>(query);
  return rows[0]?.pid === (client as unknown as ClientInternals).processID;
}

/** Without a session setting, and with named statements only on a connection that is its own. */
export async function openClient(options: ClientOptions): Promise<DatabaseClient> {
  const { names, died, log } = options;
  const client = new Client(clientConfig(options));
  const stream = (): Duplex => (client as unknown as ClientInternals).connection.stream;
  let dead = false;
  /** Statements that are on the wire. */
  let running = 0;
  let corked = false;
  let mayName = false;

  /** What is begun in one turn is one call of the system, and wakes the server once. */
  function corkForThisTurn(): void {
    if (corked) return;
    const corkedStream = stream();
    corked = true;
    corkedStream.cork();
    process.nextTick(() => {
      corked = false;
      corkedStream.uncork();
    });
  }

  const opened: DatabaseClient = {
    get dead() {
      return dead;
    },
    async run(sql, parameters, timeoutMs) {
      const name = mayName && parameters.length > 0 ? names.nameOf(sql) : undefined;
      const query = {
        text: sql,
        query_timeout: timeoutMs,
        ...(parameters.length > 0 && { values: [...parameters] }),
        ...(name !== undefined && { name }),
      };
      running += 1;
      try {
        corkForThisTurn();
        const result = (await client.query(query)) as QueryResult | QueryResult[];
        if (!Array.isArray(result)) return result;
        const rowCount = result.reduce((sum, each) => sum + (each.rowCount ?? 0), 0);
        return { command: result.at(-1)?.command ?? '', rows: result.at(-1)?.rows ?? [], rowCount };
      } catch (error) {
        if (name !== undefined) names.failed(error);
        if (breaksConnection(error)) dead = true;
        throw error;
      } finally {
        running -= 1;
      }
    },
    abandon: () => void (dead = true),
    async close() {
      dead = true;
      // In a pipeline `end` would wait for what is on the wire.
      if (running > 0) stream().destroy();
      await client.end();
    },
  };

  client.on('error', (error) => {
    if (!dead) log.warn('Lost a database connection', { code: errorCode(error) });
    dead = true;
    died(opened);
  });
  client.on('end', () => {
    dead = true;
    died(opened);
  });
  try {
    await client.connect();
    mayName = await isDirect(client, options.connectTimeoutMs);
  } catch (error) {
    dead = true;
    void client.end().catch(() => undefined);
    throw error;
  }
  return opened;
}
