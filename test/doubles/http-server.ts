import type { Authenticate } from '../../src/platform/identify.ts';
import { systemClock } from '../../src/platform/clock.ts';
import type { Database, Transaction } from '../../src/platform/database.ts';
import {
  createHttpServer,
  defaultHttpLimits,
  type HttpLimits,
  type HttpServer,
  type HttpServerOptions,
} from '../../src/platform/http.ts';
import { createIdempotency } from '../../src/platform/idempotency.store.ts';
import type { Route } from '../../src/platform/route.ts';
import { createRecordingLog, type LogLine } from './recording-log.ts';

/** Keeps nothing: for tests whose routes look at the fate of their transaction only. */
export function emptyDatabase(seen: string[] = []): Database {
  const tx: Transaction = {
    rows: async () => [],
    one: async () => undefined,
    execute: async () => 0,
    last: async () => undefined,
    beforeCommit: () => undefined,
    afterCommit: () => undefined,
  };
  return {
    ...tx,
    name: 'database',
    start: async () => undefined,
    stop: async () => undefined,
    async transaction(work) {
      try {
        const result = await work(tx);
        seen.push('commit');
        return result;
      } catch (error) {
        seen.push('rollback');
        throw error;
      }
    },
  };
}

/** `account-1` is the key of acc_1, `admin-1` an admin's; all others are wrong. */
export const knownKeys: Authenticate = async ({ apiKey }) => {
  const [kind, number] = apiKey.split('-');
  if (kind === 'account')
    return { kind: 'account', accountId: `acc_${number}`, keyId: `key_${apiKey}`, keyName: apiKey };
  return kind === 'admin' ? { kind: 'admin', keyId: `key_${apiKey}`, keyName: apiKey } : undefined;
};

export interface TestServer extends HttpServer {
  lines: LogLine[];
  /** One request; `body` is sent as JSON unless it is text or bytes. */
  call(method: string, path: string, options?: CallOptions): Promise<Reply>;
}

export interface CallOptions {
  key?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  json: Record<string, unknown>;
}

type Overrides = Partial<Omit<HttpServerOptions, 'limits'>> & { limits?: Partial<HttpLimits> };

export async function startHttpServer(routes: readonly Route[], overrides: Overrides = {}): Promise<TestServer> {
  const lines: LogLine[] = [];
  const { limits, ...others } = overrides;
  const server = createHttpServer({
    host: '127.0.0.1',
    port: 0,
    routes,
    trustProxyHops: 0,
    corsOrigins: [],
    authenticate: knownKeys,
    idempotency: createIdempotency(),
    database: emptyDatabase(),
    log: createRecordingLog(lines),
    clock: systemClock,
    title: 'Test',
    version: '1.2.3',
    publicUrl: 'http://localhost:3000',
    ...others,
    limits: { ...defaultHttpLimits, stopTimeoutMs: 1_000, ...limits },
  });
  await server.start();
  return Object.assign(Object.create(server) as HttpServer, {
    lines,
    async call(method: string, path: string, { key, body, headers }: CallOptions = {}): Promise<Reply> {
      const raw = typeof body === 'string' ? body : body instanceof Uint8Array ? new Uint8Array(body) : undefined;
      const response = await fetch(`${server.address}${path}`, {
        method,
        headers: {
          ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: raw ?? JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
      const json = (isJson ? JSON.parse(text) : {}) as Record<string, unknown>;
      return { status: response.status, headers: response.headers, text, json };
    },
  });
}
