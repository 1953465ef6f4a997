import { setMaxListeners } from 'node:events';
import type { Clock } from '../../platform/clock.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import type { Service } from '../../platform/lifecycle.ts';
import type { PhoneChange } from './network.ts';
import type { StartedOnDemand } from './network-on-demand.ts';

export interface PhoneWatchOptions {
  network: Pick<StartedOnDemand, 'watch'>;
  events: Pick<EventBus, 'announce'>;
  /** Changes of one account within this time are announced once, at its end. */
  gatherMs: number;
  clock: Clock;
}

/** Announces `sandbox:<accountId>` when something is to be seen on an account's virtual phone or on its customers'. */
export interface PhoneWatch extends Service {
  /** Somebody looks at this account, whose own phone has this number. */
  follow(accountId: string, number: string): void;
  unfollow(accountId: string): void;
  changed(accountId: string): void;
}

export function createPhoneWatch(options: PhoneWatchOptions): PhoneWatch {
  const { clock, gatherMs } = options;
  const stopping = new AbortController();
  // One of each account that is gathering.
  setMaxListeners(0, stopping.signal);
  const accountsByNumber = new Map<string, string>();
  const gathering = new Map<string, Promise<void>>();
  let unwatch: (() => void) | undefined;

  function changed(accountId: string): void {
    if (gathering.has(accountId) || stopping.signal.aborted) return;
    const announced = clock
      .sleep(gatherMs, stopping.signal)
      .then(() => {
        gathering.delete(accountId);
        options.events.announce(`sandbox:${accountId}`);
      })
      .catch(() => undefined);
    gathering.set(accountId, announced);
  }

  /** A customer's phone itself concerns whoever has a chat with it. */
  function concernedBy({ number, chat }: PhoneChange): Iterable<string> {
    const other = chat === undefined ? undefined : /^\d+/.exec(chat)?.[0];
    const found = [number, other].flatMap((each) => accountsByNumber.get(each ?? '') ?? []);
    return found.length > 0 || chat !== undefined ? new Set(found) : new Set(accountsByNumber.values());
  }

  return {
    name: 'sandbox-watch',
    start() {
      unwatch = options.network.watch((change) => {
        for (const accountId of concernedBy(change)) changed(accountId);
      });
      return Promise.resolve();
    },
    async stop() {
      unwatch?.();
      stopping.abort(new Error('The server is stopping'));
      await Promise.all(gathering.values());
    },
    follow: (accountId, number) => void accountsByNumber.set(number, accountId),
    unfollow(accountId) {
      for (const [number, followed] of accountsByNumber) if (followed === accountId) accountsByNumber.delete(number);
    },
    changed,
  };
}
