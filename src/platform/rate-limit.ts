import type { NextFunction, Request, Response } from 'express';
import { rateLimit, type ClientRateLimitInfo, type Store } from 'express-rate-limit';
import type { Clock } from './clock.ts';
import { AppError } from './errors.ts';

const windowMs = 60_000;

/** Counts per key in windows of a minute, for at most `maxKeys` keys: the oldest go first. */
export function createWindowStore(clock: Clock, maxKeys: number): Store & { readonly size: number } {
  const windows = new Map<string, { hits: number; endsAt: Date }>();
  return {
    localKeys: true,
    get size() {
      return windows.size;
    },
    increment(key): ClientRateLimitInfo {
      const now = clock.now().getTime();
      let window = windows.get(key);
      if (!window || window.endsAt.getTime() <= now) {
        windows.delete(key);
        for (const [oldest, { endsAt }] of windows) {
          if (windows.size < maxKeys && endsAt.getTime() > now) break;
          windows.delete(oldest);
        }
        window = { hits: 0, endsAt: new Date(now + windowMs) };
        windows.set(key, window);
      }
      window.hits += 1;
      return { totalHits: window.hits, resetTime: window.endsAt };
    },
    decrement(key) {
      const window = windows.get(key);
      if (window && window.hits > 0) window.hits -= 1;
    },
    resetKey(key) {
      windows.delete(key);
    },
  };
}

export interface Limiter {
  /** Counts one request under the key and sets `RateLimit` and `RateLimit-Policy`; throws 429 when there were too many. */
  take(key: string, request: Request, response: Response): Promise<void>;
  /** Takes one request back, with its headers. */
  giveBack(key: string, response: Response): Promise<void>;
}

export interface LimiterOptions {
  /** Name of the policy in the headers. */
  name: string;
  perMinute: number;
  clock: Clock;
  maxKeys: number;
}

export function createLimiter({ name, perMinute, clock, maxKeys }: LimiterOptions): Limiter {
  const store = createWindowStore(clock, maxKeys);
  const keys = new WeakMap<Response, string>();
  const middleware = rateLimit({
    windowMs,
    limit: perMinute,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    identifier: name,
    store,
    keyGenerator: (_request: Request, response: Response) => keys.get(response) ?? 'unknown',
    // Its checks are about default keys and proxies, which do not apply, and are printed to the console.
    validate: false,
    handler: (_request: Request, response: Response, next: NextFunction) => {
      const retryAfterSeconds = Math.max(1, Number(response.getHeader('Retry-After') ?? 60));
      next(
        new AppError('request.rate_limited', {
          status: 429,
          detail: `More than ${perMinute} requests in a minute. Try again in ${retryAfterSeconds} s.`,
          retryable: true,
          retryAfterSeconds,
        }),
      );
    },
  });
  return {
    async take(key, request, response) {
      keys.set(response, key);
      await new Promise<void>((resolve, reject) => {
        const next = (error?: unknown): void => {
          if (error instanceof Error) reject(error);
          else resolve();
        };
        Promise.resolve(middleware(request, response, next)).catch(reject);
      });
    },
    async giveBack(key, response) {
      await store.decrement(key);
      response.removeHeader('RateLimit');
      response.removeHeader('RateLimit-Policy');
    },
  };
}
