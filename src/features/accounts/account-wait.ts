import type { Clock } from '../../platform/clock.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import type { Account } from './account.ts';

export interface AccountWaitOptions {
  events: EventBus;
  get: (id: string) => Promise<Account>;
  /** How often an account is looked at for what another process does. */
  pollMs: number;
  clock: Clock;
}

/** Waits until something holds for an account; rejects when the signal aborts. */
export function accountWait({ events, get, pollMs, clock }: AccountWaitOptions) {
  return async (id: string, done: (account: Account) => boolean, signal: AbortSignal): Promise<Account> => {
    for (;;) {
      const woken = new AbortController();
      const wake = (): void => woken.abort();
      const unlisten = events.listen(`account:${id}`, wake);
      try {
        const account = await get(id);
        if (done(account)) return account;
        signal.throwIfAborted();
        await clock.sleep(pollMs, AbortSignal.any([signal, woken.signal])).catch(() => undefined);
        signal.throwIfAborted();
      } finally {
        unlisten();
      }
    }
  };
}
