import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import type { Service } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import type { Random } from '../../platform/retry.ts';
import type { Accounts } from '../accounts/accounts.ts';
import { createDispatcher, type Dispatcher, type DispatcherTimings } from './dispatcher.ts';
import { paceOf } from './pacing.ts';

export interface DispatchersOptions {
  accounts: Accounts;
  database: Database;
  events: EventBus;
  /** `drainMs`: how long a stop of the server waits for confirmations. */
  timings: DispatcherTimings & { drainMs: number };
  clock: Clock;
  random: Random;
  log: Log;
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

  return {
    name: 'dispatchers',
    start() {
      unwatch = accounts.watchChannels(adjust);
      return Promise.resolve();
    },
    async stop() {
      stopping = true;
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
