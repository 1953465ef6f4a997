import type { Request, Response } from 'express';
import { sendAnswer } from './answer.ts';
import { requireAccess } from './caller.ts';
import { type Clock, waitEnded } from './clock.ts';
import type { Database } from './database.ts';
import { AppError } from './errors.ts';
import type { Idempotency } from './idempotency.store.ts';
import type { SessionGate } from './identify.ts';
import type { Log } from './log.ts';
import { contentTypeOf, readJson, requireSize } from './request-body.ts';
import type { RequestContext } from './request-tracking.ts';
import type { Answer, Route, RouteInput } from './route.ts';
import { namedAsWritten, parse } from './parse.ts';

export interface RouteHandlerOptions {
  sessions?: Pick<SessionGate, 'requireCsrf'> | undefined;
  database: Database;
  idempotency: Idempotency;
  clock: Clock;
  log: Log;
  /** How long reading a body, and after it answering, may take. */
  requestTimeoutMs: number;
  /** How long an upload may take while its bytes keep coming. */
  uploadTimeoutMs: number;
}

type Input = RouteInput<unknown, unknown, unknown>;

const defaultBodyLimitBytes = 100_000;

/** Waits for `work` at most `ms`; what becomes of it afterwards is nobody's concern. */
async function within<T>(clock: Clock, ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  const done = new AbortController();
  const limit = clock.sleep(ms, done.signal).then(() => {
    throw late();
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    done.abort(waitEnded);
  }
}

function bodyTooSlow(): AppError {
  return new AppError('request.timeout', {
    status: 408,
    detail: 'The request did not arrive in time.',
    retryable: true,
  });
}

/** Never resolves; throws when no byte came for `stallMs` or the whole took longer than `limitMs`. */
async function watchUpload(request: Request, options: RouteHandlerOptions, done: AbortSignal): Promise<never> {
  const stallMs = options.requestTimeoutMs;
  for (let elapsedMs = 0; elapsedMs < options.uploadTimeoutMs; elapsedMs += stallMs) {
    const before = request.socket.bytesRead;
    await options.clock.sleep(stallMs, done);
    if (request.socket.bytesRead === before) break;
  }
  throw bodyTooSlow();
}

interface ReadBody {
  body: unknown;
  at: 'body' | 'form';
}

async function readBody(
  route: Route,
  request: Request,
  context: RequestContext,
  options: RouteHandlerOptions,
): Promise<ReadBody> {
  const { upload } = route;
  if (!upload || contentTypeOf(request) !== upload.contentType) {
    const reading = readJson(request, route.bodyLimitBytes ?? defaultBodyLimitBytes);
    return { body: await within(options.clock, options.requestTimeoutMs, reading, bodyTooSlow), at: 'body' };
  }
  requireSize(request, upload.limitBytes);
  const done = new AbortController();
  try {
    const reading = upload.read(request, context.running.signal);
    return { body: await Promise.race([reading, watchUpload(request, options, done.signal)]), at: 'form' };
  } finally {
    done.abort(waitEnded);
  }
}

interface ReadRequest {
  input: Input;
  /** What the caller sent, before the checks. */
  content: { query: unknown; body: unknown };
}

function readInput(
  route: Route,
  request: Request,
  context: RequestContext,
  { params, read }: { params: unknown; read: ReadBody | undefined },
): ReadRequest {
  const input: Input = {
    params,
    query: route.query ? parse(route.query, request.query, 'query') : {},
    body: route.body && read ? parse(route.body, read.body, read.at) : undefined,
    caller: context.caller,
    headers: {
      accept: request.get('accept'),
      ifMatch: request.get('if-match'),
      lastEventId: request.get('last-event-id'),
      userAgent: request.get('user-agent'),
    },
    address: request.ip ?? '',
    requestId: context.requestId,
    signal: context.running.signal,
  };
  return { input, content: { query: request.query, body: read?.body } };
}

async function answerOf(
  route: Route,
  input: Input,
  call: { key: string | undefined; path: string; content: unknown },
  options: RouteHandlerOptions,
): Promise<{ answer: Answer<unknown>; replayed: boolean }> {
  if (route.handle) return { answer: await route.handle(input), replayed: false };
  const { effect } = route;
  if (!effect) throw new Error(`${route.method} ${route.path} has nothing to run`);
  return options.database.transaction(async (tx) => {
    if (!route.idempotent || call.key === undefined) return { answer: await effect(input, tx), replayed: false };
    const defaultStatus = route.statuses?.[0] ?? 200;
    const identity = { caller: input.caller, route: `${route.method} ${call.path}`, key: call.key };
    return options.idempotency.run(tx, { ...identity, content: call.content, defaultStatus }, async () => {
      // The answer is written behind what the effect takes for its last statement.
      const answer = await effect(input, { ...tx, last: (sql, parameters) => tx.one(sql, parameters) });
      return answer.complete ? answer.complete(tx) : answer;
    });
  });
}

/** What `complete` and `after` make of a committed answer, or the answer itself when they fail: what it reports has happened. */
async function completed(
  answer: Answer<unknown>,
  signal: AbortSignal,
  { database, log }: RouteHandlerOptions,
): Promise<Answer<unknown>> {
  let current = answer;
  try {
    if (current.complete) current = await current.complete(database);
    while (current.after) current = await current.after(signal);
  } catch (error) {
    log.warn('The answer after the commit failed, sending the one before', { error });
  }
  return current;
}

/** Runs a route for one request: access, checks, the work itself, the answer. Throws what the error handler answers. */
export function createRouteHandler(route: Route, options: RouteHandlerOptions) {
  async function respond(
    request: Request,
    response: Response,
    context: RequestContext,
    { input, content }: ReadRequest,
  ): Promise<void> {
    if (route.stream) {
      context.streaming = true;
      await route.stream(input, response);
      if (!response.writableEnded) response.end();
      return;
    }
    const call = { key: request.get('idempotency-key'), path: request.path, content };
    const work = answerOf(route, input, call, options).then(async ({ answer, replayed }) => ({
      answer: replayed ? answer : await completed(answer, input.signal, options),
      replayed,
    }));
    const { answer, replayed } = await within(options.clock, options.requestTimeoutMs, work, () => {
      const error = new AppError('request.timeout', {
        status: 503,
        detail: `No answer within ${options.requestTimeoutMs / 1000} s. The request may still take effect.`,
        retryable: true,
        retryAfterSeconds: 5,
      });
      context.running.abort(error);
      options.log.warn('A request took too long', { route: `${route.method} ${route.path}` });
      return error;
    });
    if (replayed) response.setHeader('Idempotency-Replayed', 'true');
    const paged = route.list && answer.nextCursor === undefined ? { ...answer, nextCursor: null } : answer;
    sendAnswer(response, paged, route.statuses?.[0]);
  }

  return async (request: Request, response: Response, context: RequestContext): Promise<void> => {
    requireAccess(context.caller, route.access);
    // A browser sends its cookie by itself. What is open to everybody gives a session nothing.
    const isByCookie = context.caller.kind === 'session' && route.access !== 'anonymous';
    if (isByCookie && route.method !== 'GET') options.sessions?.requireCsrf(request);
    const params = route.params ? parse(route.params, request.params, 'params') : {};
    const read = route.body ? await readBody(route, request, context, options) : undefined;
    try {
      await respond(request, response, context, readInput(route, request, context, { params, read }));
    } catch (error) {
      throw route.body ? namedAsWritten(error, route.body, read?.body) : error;
    } finally {
      if (read?.at === 'form') await route.upload?.release?.(read.body);
    }
  };
}
