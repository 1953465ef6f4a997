import type { Readable } from 'node:stream';
import { type Clock, waitEnded } from './clock.ts';
import type { AllowedHost } from './outbound-address.ts';
import {
  type ConnectionOptions,
  type Dial,
  type ResolveHost,
  systemDial,
  systemResolve,
} from './outbound-connection.ts';
import { redirected, timedOut } from './outbound-errors.ts';
import { type Exchange, exchange, type ExchangeLimits, reasonOf } from './outbound-exchange.ts';
import { headersForStrangers, requestHeaders } from './outbound-headers.ts';
import { createKeptConnections } from './outbound-kept.ts';
import { isRedirect, readUrl, redirectTarget } from './outbound-target.ts';
import type { Answer, Sending, SentBody } from './outbound-transfer.ts';

export type { AllowedHost } from './outbound-address.ts';

export interface OutboundRequest {
  /** `GET` by default. */
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /**
   * Not among them: what belongs to the connection (`Host`, `Content-Length`, `Transfer-Encoding`, `Accept-Encoding`, …).
   */
  headers?: Readonly<Record<string, string>>;
  /** A stream is destroyed when it was not read to its end. */
  body?: SentBody;
  /** Ends the request, and the body that is still being read, with the signal's reason. */
  signal?: AbortSignal;
  /** For the look-up, the connection and TLS together, of each hop; 10 s by default. */
  connectTimeoutMs?: number;
  /** The longest silence of the other side, before its answer and within it; 30 s by default. A slow reader is no silence. */
  idleTimeoutMs?: number;
  /** From the call to the last byte of the body, redirects and the reader's own time included; 60 s by default. */
  totalTimeoutMs?: number;
  /** Of the answer's body, on the wire and again once it is decompressed; 1 MB by default. */
  maxBodyBytes?: number;
  /** `refuse` (the default) fails with `outbound.too_large`; `cut` ends the body there as if that were all. */
  whenTooLarge?: 'refuse' | 'cut';
  /**
   * How many redirects of a GET or HEAD are followed; none by default, and the caller gets the 3xx. Never from https to
   * http. Headers that are not harmless stay with the first origin.
   */
  maxRedirects?: number;
}

export interface OutboundResponse extends Answer {
  /** Where the answer comes from, redirects followed. */
  url: URL;
}

export interface OutboundHttp {
  /**
   * Resolves with the head of the answer, whatever its status. The body keeps the connection until it was read to its end
   * or destroyed, at the latest until the time is over; what goes wrong with it until then fails the body.
   *
   * Rejects with the signal's reason, or with an `AppError`: `outbound.invalid_url`, `outbound.invalid_header`,
   * `outbound.private_address`, `outbound.unreachable` (name, connection, TLS, an answer that ends early),
   * `outbound.timeout`, `outbound.too_large`, `outbound.redirected` (a redirect that may not be followed, or one too many),
   * `outbound.invalid_answer` (no HTTP, broken compression).
   */
  request(url: string, request?: OutboundRequest): Promise<OutboundResponse>;
}

export interface OutboundHttpOptions {
  /** Private addresses that may be reached. */
  allowedHosts: readonly AllowedHost[];
  userAgent: string;
  clock: Clock;
  resolve?: ResolveHost;
  dial?: Dial;
  /** PEM of the roots to trust instead of Node's. */
  certificateAuthorities?: string;
  /** How long a connection may wait for another request to the same origin; none does by default. */
  keepConnectionsMs?: number;
}

const defaults = {
  connectTimeoutMs: 10_000,
  idleTimeoutMs: 30_000,
  totalTimeoutMs: 60_000,
  maxBodyBytes: 1_000_000,
  whenTooLarge: 'refuse',
  maxRedirects: 0,
} as const satisfies OutboundRequest;

/**
 * The client through which every request leaves that this server makes by itself or for somebody. It reaches public
 * addresses only (each is checked when it is connected to), knows no proxy, and takes a connection of its own for each
 * request, so that nothing is left behind when one ends, unless it is told to keep those that may be used again.
 */
export function createOutboundHttp(options: OutboundHttpOptions): OutboundHttp {
  const connection: ConnectionOptions = {
    allowedHosts: options.allowedHosts,
    resolve: options.resolve ?? systemResolve,
    dial: options.dial ?? systemDial,
    certificateAuthorities: options.certificateAuthorities,
    kept:
      options.keepConnectionsMs === undefined
        ? undefined
        : createKeptConnections({ idleMs: options.keepConnectionsMs, clock: options.clock }),
    clock: options.clock,
  };

  async function follow(
    first: URL,
    sending: Sending,
    limits: ExchangeLimits & { maxRedirects: number },
    signal: AbortSignal,
  ): Promise<Exchange & { url: URL }> {
    let url = first;
    let { headers } = sending;
    const mayFollow = limits.maxRedirects > 0 && (sending.method === 'GET' || sending.method === 'HEAD');
    for (let followed = 0; ; followed += 1) {
      const { answer, finished } = await exchange({
        url,
        sending: { ...sending, headers },
        limits,
        connection,
        signal,
      });
      const location = isRedirect(answer.status) ? answer.headers.get('location') : undefined;
      if (!mayFollow || location === undefined) return { answer, finished, url };
      answer.body.destroy();
      if (followed === limits.maxRedirects) throw redirected(url.host, `more than ${limits.maxRedirects} times`);
      const next = redirectTarget(url, location);
      if (next.origin !== url.origin) headers = headersForStrangers(headers);
      url = next;
    }
  }

  return {
    async request(text, request = {}) {
      const { signal: asked, method = 'GET', headers = {}, body, ...given } = request;
      const limits = { ...defaults, ...given };
      const url = readUrl(text);
      const sending = { method, headers: requestHeaders(headers, options.userAgent), body };
      const ending = endingOf(asked);
      options.clock.sleep(limits.totalTimeoutMs, ending.over).then(
        () => ending.fail(timedOut(url.host, 'was not done', limits.totalTimeoutMs)),
        () => undefined,
      );
      try {
        const { answer, finished, url: last } = await follow(url, sending, limits, ending.signal);
        finished.then(
          () => ending.end(),
          () => undefined,
        );
        return { ...answer, url: last };
      } catch (error) {
        ending.end();
        if (typeof body === 'object' && 'stream' in body) body.stream.destroy();
        throw error;
      }
    },
  };
}

interface Ending {
  /** Aborts when the caller gives up or the time is over. */
  readonly signal: AbortSignal;
  /** Aborts when there is nothing left to end. */
  readonly over: AbortSignal;
  fail(error: Error): void;
  end(): void;
}

function endingOf(asked: AbortSignal | undefined): Ending {
  const failing = new AbortController();
  const over = new AbortController();
  const giveUp = (): void => {
    if (asked) failing.abort(reasonOf(asked));
  };
  if (asked?.aborted) giveUp();
  asked?.addEventListener('abort', giveUp, { once: true });
  return {
    signal: failing.signal,
    over: over.signal,
    fail: (error) => failing.abort(error),
    end() {
      asked?.removeEventListener('abort', giveUp);
      over.abort(waitEnded);
    },
  };
}

/** The whole body as UTF-8: for answers whose `maxBodyBytes` is small. Throws what fails the body. */
export async function readText({ body }: { body: Readable }): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
