import { errorMessage } from './errors.ts';
import type { Service } from './lifecycle.ts';
import type { Log } from './log.ts';
import { ownerOfError } from './stray-errors.ts';

export interface ProcessOptions {
  log: Log;
  /** A failure is logged and ends nothing. */
  onStarted(): Promise<void>;
  /** A stop that takes longer is cut off. */
  stopLimitMs?: number;
}

const usualStopLimitMs = 25_000;
const strayErrorWindowMs = 60_000;
const mostStrayErrors = 20;

/**
 * Starts a service, waits for SIGTERM or SIGINT and stops it. Resolves with the exit code: 0 after a clean stop, 1 when it
 * did not stop in time. Rejects when it cannot start.
 */
export async function runUntilSignal(service: Service, options: ProcessOptions): Promise<number> {
  const { log } = options;
  const ended = new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal));
    surviveStrayErrors(log, resolve);
  });
  const starting = service.start();
  const first = await Promise.race([ended, starting.then(() => undefined)]);
  if (first === undefined) {
    options.onStarted().catch((error: unknown) => log.error('What follows the start failed', { error }));
  }
  const reason = first ?? (await ended);
  log.info('Stopping', { reason });
  const isClean = await stopWithin(service, options.stopLimitMs ?? usualStopLimitMs, log);
  await starting.catch(() => undefined);
  return isClean && reason.startsWith('SIG') ? 0 : 1;
}

async function stopWithin(service: Service, limitMs: number, log: Log): Promise<boolean> {
  const late = setTimeout(() => {
    log.error('The stop took too long and is cut off', { limitMs });
    process.exit(1);
  }, limitMs);
  try {
    await service.stop();
    return true;
  } catch (error) {
    log.error('The stop was not clean', { error: errorMessage(error) });
    return false;
  } finally {
    clearTimeout(late);
  }
}

/** An error of one owner's work ends that work; many in a minute that nobody owns mean that the process is broken. */
function surviveStrayErrors(log: Log, giveUp: (reason: string) => void): void {
  // Whoever read the log may have gone. To log that would be one more error.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  let times: number[] = [];
  const onStray = (error: unknown): void => {
    const owner = ownerOfError();
    if (owner) {
      log.error('An error that nobody handled', { owner: owner.name, error });
      owner.failed(error);
      return;
    }
    const nowMs = performance.now();
    times = [...times.filter((at) => nowMs - at < strayErrorWindowMs), nowMs];
    log.error('An error that nobody handled', { error, inTheLastMinute: times.length });
    if (times.length >= mostStrayErrors) giveUp('too many unhandled errors');
  };
  process.on('unhandledRejection', onStray);
  process.on('uncaughtException', onStray);
}
