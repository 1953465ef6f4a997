import type { IncomingMessage } from 'node:http';
import type { Response } from 'express';
import type Joi from 'joi';
import type { Access, Caller } from './caller.ts';
import type { Queryable, Transaction } from './database.ts';
import { declaredFields } from './schema.ts';

export type { Access, Caller } from './caller.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type SuccessStatus = 200 | 201 | 202;

/** What every route knows about a request beside its checked fields. */
export interface RequestFacts {
  caller: Caller;
  headers: {
    accept: string | undefined;
    ifMatch: string | undefined;
    lastEventId: string | undefined;
    userAgent: string | undefined;
  };
  /** The caller's address as far as the trusted proxies tell. */
  address: string;
  requestId: string;
  /** Aborts when the client goes away, when the request has taken too long, and for streams when the server stops. */
  signal: AbortSignal;
}

export interface RouteInput<P, Q, B> extends RequestFacts {
  params: P;
  query: Q;
  body: B;
}

export interface Answer<T> {
  /** The first of the route's `statuses` by default. */
  status?: SuccessStatus;
  data: T;
  /** Present, and null on the last page, when the route answers with a list. */
  nextCursor?: string | null;
  headers?: Record<string, string>;
  /** As `etagOf` makes it. */
  etag?: string;
  /** Stored instead of `data` under an Idempotency-Key, for an answer that shows a secret once. */
  masked?: T;
  /** The account with whose deletion the stored answer goes; by default that of the account key. */
  accountId?: string;
  /**
   * Reads what an effect need not know to take place; its answer is sent in place of this one. Runs after the commit, or
   * before it where the answer is stored under an Idempotency-Key. When it fails after the commit, this one is sent.
   */
  complete?: (db: Queryable) => Promise<Answer<T>>;
  /**
   * Runs after the commit; its answer is sent in place of this one and is not stored. When it fails, this one is sent:
   * what it reports has happened.
   */
  after?: (signal: AbortSignal) => Promise<Answer<T>>;
}

/** A form with a file, beside the JSON that the route takes too. */
export interface Upload {
  contentType: string;
  limitBytes: number;
  /**
   * Turns the request into the value that the body schema checks, in which texts may stand for numbers, flags and lists. A
   * request that announces more than `limitBytes` does not come here; one that announces nothing must be cut at the limit by
   * `read`, with a 413.
   */
  read: (request: IncomingMessage, signal: AbortSignal) => Promise<unknown>;
  /** Called with what `read` gave once the request is over, however it ended: undoes what nobody took over. */
  release?: (body: unknown) => Promise<void>;
}

/** What a route needs to say about itself; the schemas give the checks, the types and the OpenAPI document. */
export interface RouteFacts<P, Q, B> {
  method: Method;
  /** Under /api, in Express form: `/accounts/:id`. */
  path: string;
  /** Mounted at / instead of /api. */
  root?: boolean;
  summary: string;
  description?: string;
  tag: string;
  /** account: an account key or an operator; admin: an operator (admin key or session); session: a session only. */
  access: Access;
  params?: Joi.AnySchema<P>;
  query?: Joi.AnySchema<Q>;
  body?: Joi.AnySchema<B>;
  upload?: Upload;
  /** Codes of the errors that callers of this route may want to tell apart. */
  errors?: readonly string[];
  /** Statuses of refusals that not every such route has; for the document. */
  problems?: readonly number[];
  /** Success statuses, the usual one first; 200 by default. */
  statuses?: readonly [SuccessStatus, ...SuccessStatus[]];
  /** 100 kB by default. */
  bodyLimitBytes?: number;
  /** exempt: answered before authentication and limits, for /ping and /healthz. */
  rate?: 'standard' | 'exempt';
  /** Honours `If-Match` and sends an `ETag`; for the document. */
  etag?: boolean;
}

interface Answering<A> {
  /** Schema of `data`. */
  answer: Joi.AnySchema<A>;
  /** `data` is a list and comes with `nextCursor`. */
  list?: boolean;
  /** What `nextCursor` is, where it is not the `cursor` of a next page; for the document. */
  nextCursor?: string;
}

interface Handling<P, Q, B, A> extends Answering<A> {
  handle: (input: RouteInput<P, Q, B>) => Promise<Answer<NoInfer<A>>>;
  effect?: never;
  idempotent?: never;
  stream?: never;
}

interface Effecting<P, Q, B, A> extends Answering<A> {
  /** Runs in one transaction: what it throws rolls everything back. */
  effect: (input: RouteInput<P, Q, B>, tx: Transaction) => Promise<Answer<NoInfer<A>>>;
  /** Honours `Idempotency-Key`. */
  idempotent?: boolean;
  handle?: never;
  stream?: never;
}

interface Streaming<P, Q, B, A> extends Partial<Answering<A>> {
  /** Writes and ends the response itself; `sendAnswer` sends the usual JSON form. What it throws first is a problem. */
  stream: (input: RouteInput<P, Q, B>, response: Response) => Promise<void>;
  /** Content types that it may answer with. */
  produces: readonly [string, ...string[]];
  handle?: never;
  effect?: never;
  idempotent?: never;
}

export type NoFields = Record<string, never>;

export type RouteDefinition<P, Q, B, A> = RouteFacts<P, Q, B> &
  (Handling<P, Q, B, A> | Effecting<P, Q, B, A> | Streaming<P, Q, B, A>);

/** A route whose types are forgotten: its schemas guarantee what its handler gets. */
export type Route = RouteDefinition<unknown, unknown, unknown, unknown>;

export function pathParameters(path: string): string[] {
  return Array.from(path.matchAll(/:(\w+)/g), (match) => match[1] ?? '');
}

/** Checks a definition for mistakes of ours, which end the start of the process, and forgets its types. */
export function defineRoute<P = NoFields, Q = NoFields, B = undefined, A = unknown>(
  definition: RouteDefinition<P, Q, B, A>,
): Route {
  const route = definition as unknown as Route;
  const label = `${route.method} ${route.path}`;
  const mistake = (sentence: string): never => {
    throw new Error(`Route ${label}: ${sentence}`);
  };
  if (!/^(\/(:?\w[\w.-]*))+$/.test(route.path)) mistake('the path must look like /accounts/:id');
  if (route.summary.trim() === '') mistake('a summary is missing');
  if (route.body && (route.method === 'GET' || route.method === 'DELETE')) mistake(`${route.method} has no body`);
  if (route.upload && !route.body) mistake('an upload needs a body schema');
  const inPath = pathParameters(route.path).sort().join();
  if (declaredFields(route.params).join() !== inPath) mistake('params must declare exactly those of the path');
  if (route.list && route.answer?.type !== 'array') mistake('the answer of a list must be listOf(…)');
  return route;
}
