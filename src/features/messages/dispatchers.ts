import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import type { Service } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import type { Random } from '../../platform/retry.ts';
import { createSweep } from '../../platform/sweep.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { createDispatcher, type Dispatcher, type DispatcherTimings } from './dispatcher.ts';
import { paceOf } from './pacing.ts';
import { listWaitingAccounts } from './queue.store.ts';

export interface DispatchersOptions {
  accounts: Accounts;
  database: Database;
  events: EventBus;
  timings: DispatchersTimings;
  clock: Clock;
  random: Random;
  log: Log;
}

export interface DispatchersTimings extends DispatcherTimings {
  /** How often the queues are looked at for messages that another process accepted, all accounts in one query. */
  pollMs: number;
  /** How long a stop of the server waits for confirmations. */
  drainMs: number;
}

/** One send loop for each account that is online in this process. */
export interface Dispatchers extends Service {
  wake(accountId: string): void;
}

export function createDispatchers(options: DispatchersOptions): Dispatchers {
  const { accounts, log } = options;
  const present = new Map<string, Dispatcher>();
  const turns = new Map<string, Promise<void>>();
  let unwatch: (() => void) | undefined;
  let stopping = false;

  /** Brings the loop in line with the channel; one step at a time for each account. */
  function adjust(accountId: string): void {
    const turn = (turns.get(accountId) ?? Promise.resolve())
      .then(() => bringInLine(accountId))
      .catch((error: unknown) => log.error('The send loop could not be changed', { accountId, error }));
    turns.set(accountId, turn);
    void turn.then(() => {
      if (turns.get(accountId) === turn) turns.delete(accountId);
    });
  }

  async function bringInLine(accountId: string): Promise<void> {
    const channel = accounts.channel(accountId);
    const shouldRun = !stopping && channel?.state.kind === 'online';
    await present.get(accountId)?.stop({ drainMs: 0 });
    present.delete(accountId);
    if (!shouldRun) return;
    const dispatcher = createDispatcher({
      ...options,
      accountId,
      channel,
      pace: async () => paceOf((await accounts.get(accountId)).settings.pacing.preset),
    });
    present.set(accountId, dispatcher);
    dispatcher.start();
  }

  const poll = createSweep({
    ...options,
    name: 'queue-poll',
    intervalMs: options.timings.pollMs,
    async sweep() {
      if (present.size === 0) return 0;
      const waiting = await listWaitingAccounts(options.database, [...present.keys()]);
      for (const accountId of waiting) present.get(accountId)?.wake();
      return waiting.length;
    },
  });

  return {
    name: 'dispatchers',
    async start() {
      unwatch = accounts.watchChannels(adjust);
      await poll.start();
    },
    async stop() {
      stopping = true;
      await poll.stop();
      unwatch?.();
      await Promise.all(turns.values());
      await Promise.all(
        [...present.values()].map((dispatcher) => dispatcher.stop({ drainMs: options.timings.drainMs })),
      );
      present.clear();
    },
    wake: (accountId) => present.get(accountId)?.wake(),
  };
}
