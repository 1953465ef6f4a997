import { AppError, isAppError } from '../../platform/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { OutboundHttp, OutboundResponse } from '../../platform/outbound-http.ts';
import { backoffMs, type Random } from '../../platform/retry.ts';

export interface FetchOptions {
  http: OutboundHttp;
  timings: FetchTimings;
  clock: Clock;
  random: Random;
  signal: AbortSignal;
}

export interface FetchTimings {
  /** For a whole file, whatever the line brings. */
  totalMs: number;
  /** Between the tries of what may have been a moment's trouble. */
  retry: { baseMs: number; capMs: number };
}

/** The largest file that is fetched. */
export const mostFetchedBytes = 64 * 1024 * 1024;
const tries = 3;
const redirects = 5;

/**
 * The bytes behind an address. Rejects, or ends the bytes early, with `media.unreachable` or `media.too_large`, whose sentence
 * says why.
 */
export async function fetchFile(url: string, options: FetchOptions): Promise<AsyncGenerator<Uint8Array>> {
  const response = await tryToFetch(url, options);
  return bytesOf(response);
}

async function tryToFetch(url: string, options: FetchOptions): Promise<OutboundResponse> {
  const { http, timings, clock, random, signal } = options;
  for (let attempt = 1; ; attempt += 1) {
    const isLast = attempt === tries;
    try {
      const response = await http.request(url, {
        maxRedirects: redirects,
        maxBodyBytes: mostFetchedBytes,
        totalTimeoutMs: timings.totalMs,
        signal,
      });
      if (response.status === 200) return response;
      response.body.destroy();
      const mayPass = response.status >= 500 || response.status === 429;
      if (isLast || !mayPass) throw answered(response);
    } catch (error) {
      signal.throwIfAborted();
      if (!isAppError(error) || isLast || !error.retryable) throw asMediaError(error);
    }
    await clock.sleep(backoffMs(attempt, timings.retry, random), signal);
  }
}

async function* bytesOf({ body }: OutboundResponse): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body) yield chunk as Uint8Array;
  } catch (error) {
    throw asMediaError(error);
  } finally {
    body.destroy();
  }
}

function asMediaError(error: unknown): unknown {
  if (!isAppError(error) || !error.code.startsWith('outbound.')) return error;
  if (error.code === 'outbound.too_large') {
    const limit = `${mostFetchedBytes / 1024 / 1024} MB`;
    return new AppError('media.too_large', { detail: `The file behind the address is larger than ${limit}.` });
  }
  return new AppError('media.unreachable', { detail: `The file could not be fetched: ${error.message}`, cause: error });
}

function answered({ status, url }: OutboundResponse): AppError {
  return new AppError('media.unreachable', {
    detail: `The file could not be fetched: ${url.host} answered ${status}.`,
  });
}
