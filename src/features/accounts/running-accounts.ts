import type { Channel, ChannelNotice, ChannelSink, ChannelState } from '../../channels/channel.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Batch, ChangeKind } from '../../platform/commit-writer.ts';
import type { Transaction } from '../../platform/database.ts';
import type { Lease } from '../../platform/leases.ts';
import type { Log } from '../../platform/log.ts';
import { type AccountRunner, type ChannelFactory, createAccountRunner, type RunningChannel } from './account-runner.ts';
import type { AccountKind, AccountSettings } from './account-settings.ts';
import { type Conduct, type ConductInbox, createConduct } from './conduct.ts';
import { numberInUse, numberInUseStatus, statusOf } from './account-status.ts';
import type { LinkChange } from './link.store.ts';
import type { StatusWriter } from './status-writer.ts';

type AccountNotice = Extract<ChannelNotice, { kind: 'paired' | 'unpaired' | 'restricted' }>;
/** What a channel notices of chats and people. */
type ChatNotice = Exclude<ChannelNotice, AccountNotice>;

/** What decides how an account runs. */
export interface RunnableAccount {
  id: string;
  kind: AccountKind;
  settings: Pick<AccountSettings, 'behaviour'>;
}

/** Where goes what a channel tells of chats; what concerns the account itself stays here. */
export interface Inbox {
  incoming: ConductInbox['incoming'];
  act: ChannelSink['act'];
  receipt: ChannelSink['receipt'];
  notice(notice: ChatNotice, batch: Batch): void;
  /** The account is linked to another number: nothing of the one before may leave any more. Returns how many messages were cancelled. */
  endQueue(tx: Transaction, accountId: string): Promise<number>;
}

export interface RunningAccountsOptions {
  open: ChannelFactory;
  /** Throws when the account is not ours. */
  lease(accountId: string): Lease;
  inbox: Inbox;
  statuses: StatusWriter;
  linkedChange: ChangeKind<LinkChange>;
  restriction: ChangeKind<{ until: Date | null }>;
  /** Another account of this server that is linked to the number, if any. */
  holderOf(accountId: string, phone: string): Promise<{ name: string } | undefined>;
  clock: Clock;
  log: Log;
}

/** The accounts whose channels run in this process. */
export interface RunningAccounts {
  restart(account: RunnableAccount, options: { urgent: boolean }): Promise<void>;
  /** Its settings as they stood at that moment of the monotonic clock hold from now on, if it runs here. */
  follow(account: Omit<RunnableAccount, 'kind'>, asOfMs: number): void;
  stop(accountId: string): Promise<void>;
  /** Ids of those that were begun here and not stopped. */
  all(): string[];
  /** Begun here and not stopped, whatever became of it. */
  has(accountId: string): boolean;
  present(accountId: string): RunningChannel | undefined;
  /** Told of each that runs, and whenever a channel starts, stops or changes its state. Returns the function that ends it. */
  watch(listener: (accountId: string) => void): () => void;
}

export function createRunningAccounts(options: RunningAccountsOptions): RunningAccounts {
  const { inbox, statuses, log } = options;
  const runners = new Map<string, AccountRunner>();
  const conducts = new Map<string, Conduct>();
  const restarting = new Map<string, Promise<void>>();
  const listeners = new Set<(accountId: string) => void>();
  /** Who holds the number of an account whose link is being undone. */
  const holders = new Map<string, string>();

  function tell(accountId: string): void {
    for (const listener of listeners) listener(accountId);
  }

  function told(lease: Lease, state: ChannelState): void {
    const accountId = lease.name;
    const holder = state.kind === 'needs-login' && state.reason === numberInUse ? holders.get(accountId) : undefined;
    holders.delete(accountId);
    statuses.write(lease, state, holder === undefined ? statusOf(state) : numberInUseStatus(holder));
    if (state.kind === 'online') conducts.get(accountId)?.begin();
    tell(accountId);
  }

  /** An account is online for others only once its number is known to be its own: its queue would leave at once. */
  async function toldOnline(lease: Lease, state: Extract<ChannelState, { kind: 'online' }>): Promise<void> {
    const accountId = lease.name;
    const { phone } = state.self;
    const holder = phone === null ? undefined : await options.holderOf(accountId, phone);
    const channel = runners.get(accountId)?.present?.channel;
    if (channel?.state.kind !== 'online') return;
    if (!holder) {
      told(lease, state);
      return;
    }
    log.warn('The number is already linked to another account', { accountId });
    holders.set(accountId, holder.name);
    await channel.pairing?.unlink(numberInUse);
  }

  function runnerOf(account: RunnableAccount): AccountRunner {
    const { id, kind } = account;
    const known = runners.get(id);
    if (known) return known;
    const conduct = createConduct({
      ...options,
      accountId: id,
      behaviour: account.settings.behaviour,
      online: () => onlineChannel(id),
      inbox: {
        incoming: inbox.incoming,
        act: inbox.act,
        receipt: inbox.receipt,
        notice: (notice, batch) => takeNotice(options, notice, batch),
      },
    });
    conducts.set(id, conduct);
    const runner = createAccountRunner({
      accountId: id,
      kind,
      open: options.open,
      lease: () => options.lease(id),
      inbox: conduct,
      onState(lease, state) {
        if (state.kind !== 'online') {
          told(lease, state);
          return;
        }
        toldOnline(lease, state).catch((error: unknown) => {
          log.error('The number of the account could not be checked', { accountId: id, error });
          runner.restart({ urgent: false }).catch((failure: unknown) => {
            log.error('The account could not be started again', { accountId: id, error: failure });
          });
        });
      },
    });
    runners.set(id, runner);
    return runner;
  }

  function onlineChannel(accountId: string): Channel | undefined {
    const channel = runners.get(accountId)?.present?.channel;
    return channel?.state.kind === 'online' ? channel : undefined;
  }

  async function stop(accountId: string): Promise<void> {
    await runners.get(accountId)?.stop();
    runners.delete(accountId);
    conducts.delete(accountId);
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
    follow: ({ id, settings }, asOfMs) => conducts.get(id)?.follow(settings.behaviour, asOfMs),
    stop,
    all: () => [...runners.keys()],
    has: (accountId) => runners.has(accountId),
    present: (accountId) => runners.get(accountId)?.present,
    watch(listener) {
      listeners.add(listener);
      for (const accountId of runners.keys()) listener(accountId);
      return () => void listeners.delete(listener);
    },
  };
}

function takeNotice(options: RunningAccountsOptions, notice: ChannelNotice, batch: Batch): void {
  switch (notice.kind) {
    case 'paired':
      batch.add(options.linkedChange, { linked: true, phone: notice.self.phone, lid: notice.self.lid });
      return;
    case 'unpaired':
      batch.add(options.linkedChange, { linked: false, phone: null, lid: null });
      return;
    case 'restricted':
      batch.add(options.restriction, { until: notice.until });
      return;
    case 'mapping':
    case 'contacts':
    case 'subjects':
    case 'recipients':
    case 'read':
    case 'call':
    case 'presence':
    case 'group':
    case 'chat':
      options.inbox.notice(notice, batch);
  }
}
