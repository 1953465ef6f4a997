import type { Clock } from '../../platform/clock.ts';
import { isUnavailable } from '../../platform/database.ts';
import { isAppError } from '../../platform/errors.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import type { Lease } from '../../platform/leases.ts';
import type { Service } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import { type Backoff, backoffMs, type Random } from '../../platform/retry.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { type FileTry, type StoredFiles, TryOver, wantedFilesTopic } from '../media/media.ts';
import type { MessageMedia } from './message-media.ts';

export interface FileKeeperOptions {
  accounts: Pick<Accounts, 'running' | 'watchChannels'>;
  storedFiles: StoredFiles;
  files: Pick<MessageMedia, 'fetch'>;
  events: EventBus;
  timings: FileKeeperTimings;
  clock: Clock;
  random: Random;
  log: Log;
}

export interface FileKeeperTimings {
  /** How often is looked for what is due, when nothing wakes it. */
  pollMs: number;
  retry: Backoff;
}

/** Each holds a piece or two in memory. */
const atOnce = 4;

/** What no other try changes. */
const hopeless: readonly string[] = ['media.none', 'media.too_large', 'message.not_found'];
/** What the network says of the file; so often it is asked once more. */
const refusals: readonly string[] = ['media.expired', 'media.corrupt'];
const mostRefusals = 5;
/** A week or more with the usual waits. */
const mostTries = 500;

interface Work {
  accountId: string;
  ending: AbortController;
  done: Promise<void>;
}

/** Fetches the files that are to be stored, of the accounts that run in this process, a few at a time. */
export function createFileKeeper(options: FileKeeperOptions): Service {
  const { accounts, storedFiles, clock, log, timings } = options;
  const stopping = new AbortController();
  const present = new Set<string>();
  const underWay = new Map<string, Work>();
  let wakeUp = new AbortController();
  let running: Promise<void> | undefined;
  const ends: (() => void)[] = [];

  function wake(): void {
    wakeUp.abort();
    wakeUp = new AbortController();
  }

  function follow(accountId: string): void {
    if (accounts.running(accountId)) {
      present.add(accountId);
      wake();
      return;
    }
    present.delete(accountId);
    for (const work of underWay.values()) if (work.accountId === accountId) work.ending.abort();
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const asleep = wakeUp;
      try {
        await begin();
      } catch (error) {
        if (!isUnavailable(error)) log.error('The files to store could not be read', { error });
      }
      await clock.sleep(timings.pollMs, AbortSignal.any([stopping.signal, asleep.signal])).catch(() => undefined);
    }
  }

  async function begin(): Promise<void> {
    const leases = [...present].flatMap((id) => accounts.running(id)?.lease ?? []).filter(({ holds }) => holds);
    const count = atOnce - underWay.size;
    if (leases.length === 0 || count <= 0) return;
    const claimed = await storedFiles.claim({ leases, underWay: [...underWay.keys()], count });
    for (const file of claimed) {
      const lease = leases.find(({ name }) => name === file.accountId);
      if (lease) launch(file, lease);
    }
  }

  function launch(file: FileTry, lease: Lease): void {
    const ending = new AbortController();
    const signal = AbortSignal.any([stopping.signal, lease.lost, ending.signal]);
    const done = keep(file, lease, signal)
      .catch((error: unknown) => {
        // Its row stays as it is, and is claimed again.
        if (!isUnavailable(error)) log.error('A file to store failed', { ...namesOf(file), error });
      })
      .finally(() => {
        underWay.delete(file.messageId);
        wake();
      });
    underWay.set(file.messageId, { accountId: file.accountId, ending, done });
  }

  async function keep(file: FileTry, lease: Lease, signal: AbortSignal): Promise<void> {
    try {
      const { stream, details } = await options.files.fetch(file.messageId, signal);
      try {
        await storedFiles.store(file, { bytes: stream, sizeBytes: details.sizeBytes }, lease);
      } finally {
        stream.destroy();
      }
    } catch (error) {
      if (error instanceof TryOver) return;
      await failed(file, error, signal);
    }
  }

  async function failed(file: FileTry, error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) {
      await storedFiles.postpone(file, 0);
      return;
    }
    if (isUnavailable(error)) throw error;
    const code = isAppError(error) ? error.code : 'internal';
    const context = { ...namesOf(file), attempt: file.attempt, code, ...(code === 'internal' && { error }) };
    const tried = { ...file, refusals: file.refusals + (refusals.includes(code) ? 1 : 0) };
    if (hopeless.includes(code) || tried.refusals >= mostRefusals || file.attempt >= mostTries) {
      log.warn('A file is not stored', context);
      await storedFiles.giveUp(file);
      return;
    }
    log.info('A file could not be stored yet', context);
    await storedFiles.postpone(tried, backoffMs(file.attempt - 1, timings.retry, options.random));
  }

  return {
    name: 'file-keeper',
    start() {
      if (running) return Promise.resolve();
      ends.push(accounts.watchChannels(follow), options.events.listen(wantedFilesTopic, wake));
      running = run();
      return Promise.resolve();
    },
    async stop() {
      for (const end of ends.splice(0)) end();
      stopping.abort(new Error('The server is stopping'));
      await running;
      await Promise.all([...underWay.values()].map(({ done }) => done));
    },
  };
}

function namesOf({ messageId, accountId }: FileTry): { accountId: string; id: string } {
  return { accountId, id: messageId };
}
