import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Clock } from './clock.ts';
import type { Database } from './database.ts';
import { AppError } from './errors.ts';
import { createHttpApp, type Pages } from './http-app.ts';
import type { Idempotency } from './idempotency.store.ts';
import { createIdentify, type Authenticate, type SessionGate } from './identify.ts';
import { newId } from './ids.ts';
import type { Service } from './lifecycle.ts';
import type { Log } from './log.ts';
import { openApiDocument } from './openapi.ts';
import type { DescribedWebhook } from './openapi-webhooks.ts';
import { problemOf } from './problem.ts';
import { createRequestTracking } from './request-tracking.ts';
import { createRouteHandler } from './route-handler.ts';
import { defineRoute, type Route } from './route.ts';

export interface HttpLimits {
  perKeyPerMinute: number;
  perSessionPerMinute: number;
  perAddressPerMinute: number;
  headerTimeoutMs: number;
  requestTimeoutMs: number;
  uploadTimeoutMs: number;
  keepAliveTimeoutMs: number;
  maxConnections: number;
  /** How long `stop` lets running requests finish. */
  stopTimeoutMs: number;
}

export const defaultHttpLimits: HttpLimits = {
  perKeyPerMinute: 3_000,
  perSessionPerMinute: 1_200,
  perAddressPerMinute: 120,
  headerTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  uploadTimeoutMs: 300_000,
  keepAliveTimeoutMs: 65_000,
  maxConnections: 10_000,
  stopTimeoutMs: 10_000,
};

export interface HttpServerOptions {
  host: string;
  port: number;
  routes: readonly Route[];
  trustProxyHops: number;
  corsOrigins: readonly string[];
  authenticate: Authenticate;
  /** Without it no cookie counts. */
  sessions?: SessionGate;
  idempotency: Idempotency;
  database: Database;
  limits: HttpLimits;
  log: Log;
  clock: Clock;
  /** Name of the product, for the document. */
  title: string;
  version: string;
  /** Without a slash at the end. */
  publicUrl: string;
  /** For the document: what this server sends to others. */
  webhooks?: readonly DescribedWebhook[];
  pages?: Pages;
}

export interface HttpServer extends Service {
  /** `http://127.0.0.1:3000`, with the real port; throws before `start`. */
  readonly address: string;
  /** For what attaches itself to the server, such as Socket.IO. */
  readonly server: Server;
}

/** GET /api/openapi.json, which describes itself too. */
function openApiRoute(options: HttpServerOptions): Route {
  let document: string | undefined;
  const route: Route = defineRoute({
    method: 'GET',
    path: '/openapi.json',
    summary: 'This document',
    tag: 'System',
    access: 'anonymous',
    produces: ['application/json'],
    stream: async (_input, response) => {
      document ??= JSON.stringify(openApiDocument([...options.routes, route], options));
      response.type('application/json').send(document);
    },
  });
  return route;
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException): void => {
      const unknownName = `The name ${host} is not known: set HOST to 0.0.0.0 or to an address of this machine.`;
      const sentences: Record<string, string> = {
        EADDRINUSE: `Port ${port} is already in use: set PORT to a free one, or end the program that uses it.`,
        EACCES: `Port ${port} may not be opened by this user: set PORT to 1024 or more.`,
        EADDRNOTAVAIL: `The address ${host} does not belong to this machine: set HOST to 0.0.0.0 or one that does.`,
        ENOTFOUND: unknownName,
        EAI_AGAIN: unknownName,
      };
      const detail = sentences[error.code ?? ''] ?? `Cannot listen on ${host}:${port}: ${error.message}`;
      reject(new AppError('http.cannot_listen', { detail, cause: error }));
    };
    server.once('error', onError);
    server.listen(port, host, () => {
      server.off('error', onError);
      resolve();
    });
  });
}

/** What Node could not read as HTTP never reaches Express; it gets the same kind of answer. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket, options: HttpServerOptions): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const [status, code, detail] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ([431, 'request.headers_too_large', 'The headers are larger than 16 kB.'] as const)
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ([408, 'request.timeout', 'The request did not arrive in time.'] as const)
        : ([400, 'request.malformed', 'This is not a valid HTTP request.'] as const);
  const requestId = newId('req', options.clock.now());
  const body = JSON.stringify(problemOf(new AppError(code, { status, detail }), requestId, options.publicUrl));
  socket.end(
    [
      `HTTP/1.1 ${status} ${code}`,
      'Connection: close',
      'Content-Type: application/problem+json',
      `X-Request-Id: ${requestId}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}

function urlOf(server: Server): string {
  const bound = server.address() as AddressInfo | null;
  if (!bound) throw new AppError('http.not_started', { detail: 'The HTTP server is not listening.' });
  const everywhere = bound.address === '0.0.0.0' || bound.address === '::';
  const host = everywhere ? 'localhost' : bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  return `http://${host}:${bound.port}`;
}

/** The HTTP server with everything that holds for every route. Construction opens nothing. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { limits, clock, log } = options;
  const tracking = createRequestTracking(clock, log);
  const handlerOptions = { ...options, ...limits };
  const app = createHttpApp({
    ...options,
    pages: options.pages,
    routes: [...options.routes, openApiRoute(options)],
    handlerOf: (route) => createRouteHandler(route, handlerOptions),
    identify: createIdentify({ ...options, ...limits }),
    tracking,
  });
  const server = createServer(
    {
      headersTimeout: limits.headerTimeoutMs,
      // The longest that any route allows; shorter limits are kept where the body is read.
      requestTimeout: Math.max(limits.uploadTimeoutMs, limits.requestTimeoutMs) + 10_000,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: Math.max(100, Math.min(2_000, limits.headerTimeoutMs / 4)),
    },
    app,
  );
  server.maxConnections = limits.maxConnections;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) =>
    answerUnreadable(error, socket as Socket, options),
  );
  let stopping: Promise<void> | undefined;

  async function stop(): Promise<void> {
    if (!server.listening) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    await tracking.finish(limits.stopTimeoutMs);
    server.closeAllConnections();
    await closed;
  }

  return {
    name: 'http',
    server,
    get address() {
      return urlOf(server);
    },
    start: () => listen(server, options.host, options.port),
    stop: () => (stopping ??= stop()),
  };
}
