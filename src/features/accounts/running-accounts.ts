import type { Channel, ChannelNotice, ChannelSink, ChannelState } from '../../channels/channel.ts';
import type { Batch } from '../../platform/commit-writer.ts';
import type { Log } from '../../platform/log.ts';
import { type AccountRunner, type ChannelFactory, createAccountRunner } from './account-runner.ts';
import type { AccountKind } from './account-settings.ts';
import { linkedChange } from './accounts.store.ts';
import type { StatusWriter } from './status-writer.ts';

/** Where messages and mappings of a channel go; what concerns the account itself stays here. */
export interface Inbox {
  incoming: ChannelSink['incoming'];
  receipt: ChannelSink['receipt'];
  mapping(mapping: { lid: string; phone: string }, batch: Batch): void;
}

export interface RunningAccountsOptions {
  open: ChannelFactory;
  inbox: Inbox;
  statuses: StatusWriter;
  /** Another account of this server that is linked to the number, if any. */
  holderOf(accountId: string, phone: string): Promise<{ name: string } | undefined>;
  log: Log;
}

/** The accounts whose channels run in this process. */
export interface RunningAccounts {
  restart(account: { id: string; kind: AccountKind }, options: { urgent: boolean }): Promise<void>;
  stop(accountId: string): Promise<void>;
  stopAll(): Promise<void>;
  channel(accountId: string): Channel | undefined;
  /** Told of each that runs, and whenever a channel starts, stops or changes its state. Returns the function that ends it. */
  watch(listener: (accountId: string) => void): () => void;
}

export function createRunningAccounts(options: RunningAccountsOptions): RunningAccounts {
  const { inbox, statuses, log } = options;
  const runners = new Map<string, AccountRunner>();
  const restarting = new Map<string, Promise<void>>();
  const listeners = new Set<(accountId: string) => void>();

  function tell(accountId: string): void {
    for (const listener of listeners) listener(accountId);
  }

  async function refuseNumberInUse(accountId: string, state: ChannelState): Promise<void> {
    if (state.kind !== 'online' || state.self.phone === null) return;
    const holder = await options.holderOf(accountId, state.self.phone);
    if (!holder) return;
    log.warn('The number is already linked to another account', { accountId });
    await runners.get(accountId)?.channel?.pairing?.unlink('account.number_in_use');
  }

  function runnerOf(account: { id: string; kind: AccountKind }): AccountRunner {
    const { id, kind } = account;
    const known = runners.get(id);
    if (known) return known;
    const runner = createAccountRunner({
      accountId: id,
      kind,
      open: options.open,
      inbox: {
        incoming: inbox.incoming,
        receipt: inbox.receipt,
        notice: (notice, batch) => takeNotice(inbox, notice, batch),
      },
      onState: (state) => {
        statuses.write(id, state);
        refuseNumberInUse(id, state).catch((error: unknown) => {
          log.error('The number of the account could not be checked', { accountId: id, error });
        });
        tell(id);
      },
      log,
    });
    runners.set(id, runner);
    return runner;
  }

  async function stop(accountId: string): Promise<void> {
    await runners.get(accountId)?.stop();
    runners.delete(accountId);
    tell(accountId);
  }

  return {
    restart(account, { urgent }) {
      const known = restarting.get(account.id);
      if (known) return known;
      const restart = runnerOf(account)
        .restart({ urgent })
        .finally(() => restarting.delete(account.id));
      restarting.set(account.id, restart);
      return restart;
    },
    stop,
    async stopAll() {
      await Promise.all([...runners.keys()].map(stop));
    },
    channel: (accountId) => runners.get(accountId)?.channel,
    watch(listener) {
      listeners.add(listener);
      for (const accountId of runners.keys()) listener(accountId);
      return () => void listeners.delete(listener);
    },
  };
}

function takeNotice(inbox: Inbox, notice: ChannelNotice, batch: Batch): void {
  switch (notice.kind) {
    case 'paired':
      batch.add(linkedChange, { linked: true, phone: notice.self.phone, lid: notice.self.lid });
      return;
    case 'unpaired':
      batch.add(linkedChange, { linked: false, phone: null, lid: null });
      return;
    case 'mapping':
      inbox.mapping(notice, batch);
      return;
  }
}
