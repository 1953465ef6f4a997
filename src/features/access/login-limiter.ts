import type { Request } from 'express';
import { ipKeyGenerator } from 'express-rate-limit';
import type { Clock } from '../../platform/clock.ts';
import { AppError } from '../../platform/errors.ts';
import type { KnownBrowsers } from './known-browsers.ts';

export interface LoginLimiter {
  /** Counts a try, before anything is hashed for it. Errors: `auth.too_many_tries` (429) with the wait. */
  take(request: Request): void;
}

const windowMs = 60_000;
const perAddress = 5;
const inAll = 30;
const perKnownBrowser = 5;

/** Times of the last minute for each key; a window that slides, so that no two of them meet at a border. */
function createRecentTimes(clock: Clock) {
  const times = new Map<string, number[]>();

  function recent(key: string): number[] {
    const nowMs = clock.monotonicMs();
    return (times.get(key) ?? []).filter((at) => at > nowMs - windowMs);
  }

  return {
    /** How long until the key has room for one more; 0 when it has. */
    waitMs(key: string, limit: number): number {
      const found = recent(key);
      const first = found[found.length - limit];
      return first === undefined ? 0 : first + windowMs - clock.monotonicMs();
    },
    add(key: string): void {
      // Only what was let through is kept, so there are never many keys.
      for (const each of times.keys()) if (recent(each).length === 0) times.delete(each);
      times.set(key, [...recent(key), clock.monotonicMs()]);
    },
  };
}

/**
 * Tries to sign in: 5 a minute for an address and 30 in all. A browser in which somebody signed in before has 5 a minute
 * of its own, whatever strangers do: nobody can lock the admin out.
 */
export function createLoginLimiter({ browsers, clock }: { browsers: KnownBrowsers; clock: Clock }): LoginLimiter {
  const times = createRecentTimes(clock);

  return {
    take(request) {
      const browser = browsers.of(request);
      const limits: [key: string, limit: number][] =
        browser === undefined
          ? [
              [`address ${ipKeyGenerator(request.ip ?? '')}`, perAddress],
              ['all', inAll],
            ]
          : [[`browser ${browser}`, perKnownBrowser]];
      const waitMs = Math.max(...limits.map(([key, limit]) => times.waitMs(key, limit)));
      if (waitMs > 0) {
        const retryAfterSeconds = Math.ceil(waitMs / 1_000);
        throw new AppError('auth.too_many_tries', {
          status: 429,
          detail: `Too many tries to sign in. Try again in ${retryAfterSeconds} s.`,
          retryable: true,
          retryAfterSeconds,
        });
      }
      for (const [key] of limits) times.add(key);
    },
  };
}
