import type { NextFunction, Request, Response } from 'express';
import type { Caller } from './caller.ts';
import type { Clock } from './clock.ts';
import { newId } from './ids.ts';
import { withRequestId, type Log } from './log.ts';

/** What we know about a request while it runs. */
export interface RequestContext {
  requestId: string;
  caller: Caller;
  /** Aborted when the client goes away, the request takes too long or the server stops. */
  running: AbortController;
  /** A stream ends as soon as the server stops; others may finish. */
  streaming: boolean;
}

export interface RequestTracking {
  /** First middleware: gives the request its id and context. */
  open(request: Request, response: Response, next: NextFunction): void;
  contextOf(response: Response): RequestContext;
  /** Tells streams to end, lets the others finish for at most `limitMs`, then aborts them. */
  finish(limitMs: number): Promise<void>;
}

export function createRequestTracking(clock: Clock, log: Log): RequestTracking {
  const contexts = new WeakMap<Response, RequestContext>();
  const active = new Set<RequestContext>();
  let stopping = false;
  let idle: (() => void) | undefined;

  function closed(request: Request, response: Response, context: RequestContext, startedMs: number): void {
    active.delete(context);
    if (active.size === 0) idle?.();
    if (!response.writableFinished) context.running.abort(new DOMException('The client went away', 'AbortError'));
    withRequestId(context.requestId, () =>
      log.debug('Request ended', {
        method: request.method,
        path: request.originalUrl.split('?', 1)[0],
        status: response.statusCode,
        complete: response.writableFinished,
        ms: Math.round(clock.monotonicMs() - startedMs),
      }),
    );
  }

  return {
    open(request, response, next) {
      const given = request.get('x-request-id') ?? '';
      const requestId = /^[\w.:-]{1,64}$/.test(given) ? given : newId('req', clock.now());
      const context: RequestContext = {
        requestId,
        caller: { kind: 'anonymous' },
        running: new AbortController(),
        streaming: false,
      };
      const startedMs = clock.monotonicMs();
      contexts.set(response, context);
      active.add(context);
      response.setHeader('X-Request-Id', requestId);
      if (stopping) response.setHeader('Connection', 'close');
      response.once('close', () => closed(request, response, context, startedMs));
      withRequestId(requestId, next);
    },
    contextOf(response) {
      const context = contexts.get(response);
      if (!context) throw new Error('The request was not opened');
      return context;
    },
    async finish(limitMs) {
      stopping = true;
      const reason = new DOMException('The server is stopping', 'AbortError');
      for (const context of active) if (context.streaming) context.running.abort(reason);
      if (active.size === 0) return;
      const allEnded = new AbortController();
      idle = () => allEnded.abort();
      await clock.sleep(limitMs, allEnded.signal).catch(() => undefined);
      for (const context of active) context.running.abort(reason);
    },
  };
}
