import type { Actor } from '../../platform/actor.ts';
import type { Clock } from '../../platform/clock.ts';
import type { CommitWriter } from '../../platform/commit-writer.ts';
import type { Database, Queryable, Transaction } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import { newId } from '../../platform/ids.ts';
import type { Leases } from '../../platform/leases.ts';
import type { Service } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import type { Secrets } from '../../platform/secrets.ts';
import type { Access, IssuedKey } from '../access/access.ts';
import type { Act, Audit } from '../audit/audit.ts';
import type { Notifications } from '../notifications/notifications.ts';
import { type Account, accountOf, requireUnchanged } from './account.ts';
import { changeActs } from './account-acts.ts';
import { type AccountLine, createAccountLine } from './account-line.ts';
import { createRemoval, type RemovalOptions } from './account-removal.ts';
import { createSupervisor, isBanned } from './account-supervisor.ts';
import { type AccountFinder, createAccountFinder } from './account-search.ts';
import { accountBanned, accountNotFound, accountPaused, notConnected } from './account-errors.ts';
import type { ChannelFactory, RunningChannel } from './account-runner.ts';
import { type AccountKind, changedSettings, type SettingsChange } from './account-settings.ts';
import { accountWait } from './account-wait.ts';
import { type AccountStatus, neverLinkedStatus, pausedStatus, statusOf } from './account-status.ts';
import {
  findAccount,
  findByNumber,
  insertAccount,
  listAccounts,
  lockAccount,
  restrictionKind,
  setPaused,
  updateAccount,
  writeStatus,
} from './accounts.store.ts';
import { dismissNotice, linkedChangeKind } from './link.store.ts';
import { createLinkingCodes, type LinkingCodes, type LinkingTimings } from './linking-codes.ts';
import type { OwnershipTimings } from './ownership.ts';
import { createRunningAccounts, type Inbox } from './running-accounts.ts';
import { createStatusWriter, statusOccurrence } from './status-writer.ts';

export { type Account, settingsTag } from './account.ts';
export type { ChannelFactory } from './account-runner.ts';
export { unsupportedByChannel } from './account-line.ts';
export { type AccountState, accountStates } from './account-search.store.ts';
export { type AccountKind, pacingPresets, type SettingsChange } from './account-settings.ts';
export type { AccountStatus } from './account-status.ts';
export { accountAnswer, accountId, accountJson, accountParams, statusFields } from './accounts.schemas.ts';
export { sendingTerms } from './accounts.store.ts';
export type { Inbox } from './running-accounts.ts';

export interface NewAccount {
  name: string;
  kind: AccountKind;
  settings?: SettingsChange | undefined;
}

export interface AccountChange {
  name?: string | undefined;
  settings?: SettingsChange | undefined;
  /** The tag of the state that is changed; throws `request.stale` when it is another one by now. */
  ifMatch?: string | undefined;
}

/** Every method that takes an id throws `account.not_found` for an unknown one; acts are recorded with their actor. */
export interface Accounts extends Service, LinkingCodes, AccountFinder, AccountLine {
  /** Throws `sandbox.off` where the server offers no such accounts. */
  create(tx: Transaction, input: NewAccount, actor: Actor): Promise<{ account: Account; issued: IssuedKey }>;
  /** In order of creation, from the one after `afterId` on. */
  list(afterId: string | null, limit: number): Promise<Account[]>;
  get(id: string, db?: Queryable): Promise<Account>;
  update(tx: Transaction, id: string, change: AccountChange, actor: Actor): Promise<Account>;
  pause(id: string, actor: Actor): Promise<Account>;
  resume(id: string, actor: Actor): Promise<Account>;
  /** Connects anew, or shows a new code where no phone is linked. */
  reconnect(id: string, actor: Actor): Promise<Account>;
  /** Unlinks the phone. Chats stay. */
  logOut(id: string, actor: Actor): Promise<Account>;
  /** Unlinks the phone when it can, then removes everything of the account. */
  remove(id: string, actor: Actor): Promise<void>;
  replaceKey(
    tx: Transaction,
    id: string,
    overlapMinutes: number,
    actor: Actor,
  ): Promise<{ account: Account; issued: IssuedKey }>;
  /** A person has read what the last link changed. */
  dismissNotice(id: string): Promise<Account>;
  /** Resolves with the account once `done` holds for it; rejects when the signal aborts. */
  waitFor(id: string, done: (account: Account) => boolean, signal: AbortSignal): Promise<Account>;
  /** The channel that runs in this process, if any, and the lease in whose name. */
  running(id: string): RunningChannel | undefined;
  /** Told whenever a channel here starts, stops or changes its state. Returns the function that ends it. */
  watchChannels(listener: (accountId: string) => void): () => void;
}

export interface AccountsOptions extends Omit<RemovalOptions, 'running' | 'statuses'> {
  leases: Leases;
  /** No other process can be alive on this database. */
  alone: boolean;
  /** Whether accounts of this kind can run in this process now. */
  mayTake(kind: AccountKind): boolean;
  database: Database;
  writer: CommitWriter;
  events: EventBus;
  secrets: Secrets;
  access: Access;
  audit: Audit;
  notifications: Pick<Notifications, 'notify' | 'settle'>;
  openChannel: ChannelFactory;
  /** Kinds that this server offers; an account of another kind stays, but does not run. */
  kinds: readonly AccountKind[];
  inbox: Inbox;
  /** Whether numbers of the sandbox exist on the network of kind `whatsapp` too. */
  sandboxNumbersEverywhere: boolean;
  linking: LinkingTimings;
  timings: OwnershipTimings;
  clock: Clock;
  log: Log;
}

export function createAccounts(options: AccountsOptions): Accounts {
  const { database, events, access, audit, clock, log } = options;
  const statuses = createStatusWriter(options);
  const running = createRunningAccounts({
    open: async (request) => {
      refuseUnlessOffered(request.kind);
      return options.openChannel(request);
    },
    lease: (id) => supervisor.require(id),
    inbox: options.inbox,
    statuses,
    restriction: restrictionKind(events),
    linkedChange: linkedChangeKind({ events, endQueue: (tx, id) => options.inbox.endQueue(tx, id) }),
    holderOf: (accountId, phone) => findByNumber(database, accountId, phone),
    clock,
    log,
  });

  function refuseUnlessOffered(kind: AccountKind): void {
    if (options.kinds.includes(kind)) return;
    throw new AppError(`${kind}.off`, { status: 409, detail: `Accounts of kind ${kind} are switched off.` });
  }

  const removal = createRemoval({ ...options, running, statuses });
  const supervisor = createSupervisor({ ...options, running, statuses, removal });

  async function get(id: string, db: Queryable = database): Promise<Account> {
    const row = await findAccount(db, id);
    if (!row) throw accountNotFound();
    return accountOf(row);
  }

  async function changeStatus(tx: Transaction, id: string, status: AccountStatus, paused: boolean): Promise<void> {
    const change = { status, qr: null, pairingCode: null, self: null, restrictedUntil: null };
    await writeStatus(tx, id, change, paused);
    events.publish(tx, [statusOccurrence(id, status)]);
    tx.afterCommit(() => events.announce(`account:${id}`));
  }

  /** For acts without a transaction of their own: what was asked is recorded before it is tried. */
  async function recordAsked(act: Act): Promise<void> {
    await database.transaction((tx) => audit.record(tx, act));
  }

  async function restart(account: Account): Promise<Account> {
    await running.restart(account, { urgent: true });
    await statuses.written(account.id);
    return get(account.id);
  }

  const waitFor = accountWait({ events, get, pollMs: options.timings.pollMs, clock });
  const codes = createLinkingCodes({
    ...options,
    timings: options.linking,
    statuses,
    channel: (id) => running.present(id)?.channel,
    restart,
    waitFor,
  });

  return {
    ...codes,
    ...createAccountFinder(database),
    ...createAccountLine({
      get,
      require: (id) => supervisor.require(id),
      channel: (id) => running.present(id)?.channel,
    }),
    name: 'accounts',
    start: () => supervisor.start(),
    async stop() {
      await supervisor.stop();
      statuses.stop();
    },

    async create(tx, input, actor) {
      refuseUnlessOffered(input.kind);
      const id = newId('acc', clock.now());
      await insertAccount(tx, {
        id,
        name: input.name,
        kind: input.kind,
        settings: changedSettings(input.kind, {}, input.settings ?? {}),
      });
      const issued = await access.issueAccountKey(tx, id, input.kind === 'sandbox' ? 'test' : 'live');
      const account = await get(id, tx);
      await audit.record(tx, { actor, action: 'account.created', account, details: { kind: account.kind } });
      tx.afterCommit(() => events.announce('roster'));
      await supervisor.begin(tx, { ...account, statusReason: null });
      return { account, issued };
    },
    list: async (afterId, limit) => (await listAccounts(database, afterId, limit)).map(accountOf),
    get,
    async update(tx, id, change, actor) {
      if (!(await lockAccount(tx, id))) throw accountNotFound();
      const row = await findAccount(tx, id);
      if (!row) throw accountNotFound();
      const before = accountOf(row);
      requireUnchanged(before, change.ifMatch);
      const settings = change.settings && changedSettings(row.kind, row.settings, change.settings);
      await updateAccount(tx, id, { name: change.name, settings });
      const account = await get(id, tx);
      for (const act of changeActs(before, account, change.settings ?? {}, actor)) await audit.record(tx, act);
      tx.afterCommit(() => {
        running.follow(account, clock.monotonicMs());
        events.announce(`account:${id}`);
      });
      return account;
    },

    async pause(id, actor) {
      const account = await get(id);
      await database.transaction(async (tx) => {
        if (!(await setPaused(tx, id, true))) return;
        await audit.record(tx, { actor, action: 'account.paused', account });
        await changeStatus(tx, id, pausedStatus, true);
      });
      await running.stop(id);
      return get(id);
    },

    async resume(id, actor) {
      const account = await get(id);
      if (!account.paused) return account;
      await database.transaction(async (tx) => {
        if (!(await setPaused(tx, id, false))) return;
        await audit.record(tx, { actor, action: 'account.resumed', account });
        await changeStatus(tx, id, account.linked ? statusOf({ kind: 'stopped' }) : neverLinkedStatus, false);
      });
      return account.linked && supervisor.owns(id) ? restart(account) : get(id);
    },

    async reconnect(id, actor) {
      const account = await get(id);
      if (account.paused) throw accountPaused(account);
      if (isBanned(account.status.reason) && account.restrictedUntil) throw accountBanned(account);
      supervisor.require(id);
      const present = running.present(id)?.channel.state.kind;
      if (present === 'connecting' || present === 'pairing') return account;
      await recordAsked({ actor, action: 'account.reconnected', account });
      return restart(account);
    },

    async logOut(id, actor) {
      const account = await get(id);
      if (account.linked) supervisor.require(id);
      const pairing = running.present(id)?.channel.pairing;
      if (!pairing || account.status.status !== 'ready') throw notConnected(account, 'Reconnect it first.');
      await recordAsked({ actor, action: 'account.unlinked', account });
      await pairing.unlink('unlinked_by_you');
      await statuses.written(id);
      return get(id);
    },

    remove: async (id, actor) => removal.remove(await get(id), actor),

    async replaceKey(tx, id, overlapMinutes, actor) {
      if (!(await lockAccount(tx, id))) throw accountNotFound();
      const { kind } = await get(id, tx);
      const issued = await access.replaceAccountKey(tx, id, kind === 'sandbox' ? 'test' : 'live', overlapMinutes);
      const account = await get(id, tx);
      await audit.record(tx, { actor, action: 'account.key_replaced', account, details: { overlapMinutes } });
      return { account, issued };
    },

    async dismissNotice(id) {
      if (!(await dismissNotice(database, id))) throw accountNotFound();
      events.announce(`account:${id}`);
      return get(id);
    },
    waitFor,
    running: (id) => running.present(id),
    watchChannels: (listener) => running.watch(listener),
  };
}
