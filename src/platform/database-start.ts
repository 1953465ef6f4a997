import type { Clock } from './clock.ts';
import { errorCode, explainRefusal, isUnavailable, type ConnectionNames } from './database-errors.ts';
import { AppError, errorMessage } from './errors.ts';
import type { Log } from './log.ts';
import { backoffMs, type Random } from './retry.ts';

export interface FirstConnection {
  /** Connects and asks for `server_version_num`. */
  serverVersion: () => Promise<number>;
  /** Where it connects to, for the sentences. */
  to: () => ConnectionNames;
  limitMs: number;
  signal: AbortSignal;
  clock: Clock;
  log: Log;
  random: Random;
}

const oldestServer = 130_000;
const startBackoff = { baseMs: 250, capMs: 10_000 };

function unreachable({ to, limitMs }: FirstConnection, cause: unknown): AppError {
  const { host, port } = to();
  const seconds = String(Math.round(limitMs / 1000));
  return new AppError('database.unreachable', {
    detail: `The database at ${host}:${String(port)} could not be reached within ${seconds} s (${errorMessage(cause)}); check DATABASE_URL and that the server runs.`,
    cause,
  });
}

function assertNewEnough(version: number): void {
  if (version >= oldestServer) return;
  throw new AppError('database.too_old', {
    detail: `The database is PostgreSQL ${String(Math.floor(version / 10_000))}; version 13 or newer is needed.`,
  });
}

/** Tries again while the server is down or starting up; fails at once, with one sentence, where waiting cannot help. */
export async function connectFirst(options: FirstConnection): Promise<void> {
  const { clock, log, signal, limitMs } = options;
  const begunMs = clock.monotonicMs();
  for (let attempt = 0; ; attempt += 1) {
    try {
      assertNewEnough(await options.serverVersion());
      return;
    } catch (error) {
      const refusal = explainRefusal(error, options.to());
      if (refusal || !isUnavailable(error) || signal.aborted) throw refusal ?? error;
      const waitMs = backoffMs(attempt, startBackoff, options.random);
      if (clock.monotonicMs() - begunMs + waitMs > limitMs) throw unreachable(options, error);
      log.warn('The database cannot be reached yet, trying again', { code: errorCode(error), waitMs });
      await clock.sleep(waitMs, signal);
    }
  }
}
