import type { Request } from 'express';
import { ipKeyGenerator } from 'express-rate-limit';
import type { Clock } from '../../platform/clock.ts';
import { AppError } from '../../platform/errors.ts';
import type { KnownBrowsers } from './known-browsers.ts';

export interface LoginLimiter {
  /**
   * Does the work of a try, the hash, unless there were too many. A try counts until a minute after its work has ended, so
   * that what has waited does not add up either. Errors: `auth.too_many_tries` (429) with the wait.
   */
  run<Result>(request: Request, work: () => Promise<Result>): Promise<Result>;
}

const windowMs = 60_000;
const perAddress = 5;
const inAll = 30;
const perKnownBrowser = 5;

interface Try {
  /** Infinite while it is under way. */
  endedMs: number;
}

/** Tries of the last minute for each key; a window that slides, so that no two of them meet at a border. */
function createRecentTries(clock: Clock) {
  const tries = new Map<string, Try[]>();

  function recent(key: string): Try[] {
    const nowMs = clock.monotonicMs();
    return (tries.get(key) ?? []).filter(({ endedMs }) => endedMs > nowMs - windowMs);
  }

  return {
    /** How long until the key has room for one more; 0 when it has. */
    waitMs(key: string, limit: number): number {
      const found = recent(key);
      if (found.length < limit) return 0;
      const ends = found.map(({ endedMs }) => endedMs).sort((left, right) => left - right);
      const goesMs = (ends[ends.length - limit] ?? 0) + windowMs - clock.monotonicMs();
      return Math.min(goesMs, windowMs);
    },
    add(key: string, added: Try): void {
      // Only what was let through is kept, so there are never many keys.
      for (const each of tries.keys()) if (recent(each).length === 0) tries.delete(each);
      tries.set(key, [...recent(key), added]);
    },
  };
}

/**
 * Tries to sign in: 5 a minute for an address and 30 in all. A browser in which somebody signed in before has 5 a minute
 * of its own, whatever strangers do: nobody can lock the admin out.
 */
export function createLoginLimiter({ browsers, clock }: { browsers: KnownBrowsers; clock: Clock }): LoginLimiter {
  const tries = createRecentTries(clock);

  function limitsOf(request: Request): (readonly [key: string, limit: number])[] {
    const browser = browsers.of(request);
    if (browser !== undefined) return [[`browser ${browser}`, perKnownBrowser]];
    return [
      [`address ${ipKeyGenerator(request.ip ?? '')}`, perAddress],
      ['all', inAll],
    ];
  }

  return {
    async run(request, work) {
      const limits = limitsOf(request);
      const waitMs = Math.max(...limits.map(([key, limit]) => tries.waitMs(key, limit)));
      if (waitMs > 0) throw tooMany(Math.ceil(waitMs / 1_000));
      const added: Try = { endedMs: Infinity };
      for (const [key] of limits) tries.add(key, added);
      try {
        return await work();
      } finally {
        added.endedMs = clock.monotonicMs();
      }
    },
  };
}

function tooMany(retryAfterSeconds: number): AppError {
  return new AppError('auth.too_many_tries', {
    status: 429,
    detail: `Too many tries to sign in. Try again in ${retryAfterSeconds} s.`,
    retryable: true,
    retryAfterSeconds,
  });
}
