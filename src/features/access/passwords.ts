import { Worker } from 'node:worker_threads';
import { AppError, invalidField } from '../../platform/errors.ts';
import type { Service } from '../../platform/lifecycle.ts';

export type PasswordJob =
  | { kind: 'hash'; password: string; cost: number }
  | { kind: 'compare'; password: string; hash: string };

export interface Passwords extends Service {
  /** A bcrypt hash. Errors: 422 for more than 72 bytes, `auth.busy` (503). */
  hash(password: string): Promise<string>;
  /** Takes as long without a hash as with one. Errors: `auth.busy` (503). */
  matches(password: string, hash: string | undefined): Promise<boolean>;
}

export interface PasswordsOptions {
  cost?: number;
  /** More jobs than this may not wait: more than the login limiter lets through in a minute. */
  maxWaiting?: number;
}

interface Waiting {
  job: PasswordJob;
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** bcrypt looks at no more. */
const longestPasswordBytes = 72;
/** Of a text that nobody knows: compared with where there is no other, so that time tells nothing. */
const hashOfNothing = '$2b$12$An1tyXL4/UOqzDk6MQQtAOhNGbKR0JaSX.VZasqYVsAaa7dKr4it.';

function truncates(password: string): boolean {
  return Buffer.byteLength(password) > longestPasswordBytes;
}

function stoppedError(): AppError {
  return new AppError('auth.stopping', { status: 503, detail: 'The server is stopping.', retryable: true });
}

/** bcrypt in one thread of its own, started by the first job, one job at a time. */
export function createPasswords({ cost = 12, maxWaiting = 50 }: PasswordsOptions = {}): Passwords {
  const waiting: Waiting[] = [];
  let running: Waiting | undefined;
  let worker: Worker | undefined;
  let stopped = false;

  function settle(end: (job: Waiting) => void): void {
    const ended = running;
    running = undefined;
    if (ended) end(ended);
    next();
  }

  function startWorker(): Worker {
    // It needs nothing of our environment, which holds secrets.
    const started = new Worker(new URL('./password-worker.js', import.meta.url), { execArgv: [], env: {} });
    started.on('message', (result: unknown) => settle((job) => job.resolve(result)));
    started.on('error', (error) => {
      if (worker === started) worker = undefined;
      settle((job) => job.reject(new AppError('auth.hashing_failed', { detail: 'Hashing failed.', cause: error })));
    });
    return started;
  }

  function next(): void {
    if (running || stopped) return;
    running = waiting.shift();
    if (!running) return;
    worker ??= startWorker();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
    worker.postMessage(running.job);
  }

  function run(job: PasswordJob): Promise<unknown> {
    if (stopped) return Promise.reject(stoppedError());
    if (waiting.length >= maxWaiting) {
      return Promise.reject(
        new AppError('auth.busy', {
          status: 503,
          detail: 'Too many people are signing in at this moment. Try again in a few seconds.',
          retryable: true,
          retryAfterSeconds: 5,
        }),
      );
    }
    return new Promise((resolve, reject) => {
      waiting.push({ job, resolve, reject });
      next();
    });
  }

  return {
    name: 'passwords',
    start: () => Promise.resolve(),
    async stop() {
      stopped = true;
      for (const each of [...waiting.splice(0), ...(running ? [running] : [])]) each.reject(stoppedError());
      running = undefined;
      await worker?.terminate();
      worker = undefined;
    },
    async hash(password) {
      if (truncates(password)) {
        throw invalidField('password', 'must be at most 72 bytes, of which some characters need two or more');
      }
      return String(await run({ kind: 'hash', password, cost }));
    },
    async matches(password, hash) {
      const comparable = truncates(password) ? undefined : hash;
      const isSame = await run({ kind: 'compare', password, hash: comparable ?? hashOfNothing });
      return comparable !== undefined && isSame === true;
    },
  };
}
