import type { Clock } from '../../platform/clock.ts';
import type { Database, Transaction } from '../../platform/database.ts';
import type { Lease, Leases } from '../../platform/leases.ts';
import type { Service } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import { createSweep } from '../../platform/sweep.ts';
import { accountMoving } from './account-errors.ts';
import type { AccountKind } from './account-settings.ts';
import { type AccountOutline, listOutlines } from './accounts.store.ts';

export interface OwnershipOptions {
  database: Database;
  leases: Leases;
  /** No other process can be alive on this database, so that all accounts are taken at once. */
  alone: boolean;
  timings: OwnershipTimings;
  /** Whether an account of this kind can run in this process now. */
  mayTake(kind: AccountKind): boolean;
  /** This process owns the account from now on. */
  taken(account: AccountOutline): Promise<void>;
  /** It does not any more: nothing may be done in its name. */
  lost(accountId: string): void;
  /** How an account that it owns stood in the database, by the monotonic clock. */
  seen(account: AccountOutline, asOfMs: number): void;
  /** Another process has deleted an account that this one owned. */
  deleted(account: AccountOutline): void;
  clock: Clock;
  log: Log;
}

export interface OwnershipTimings {
  /** How often the rows of its accounts are looked at, for what other processes wrote. */
  pollMs: number;
  /** How often accounts that nobody owns are looked for. */
  lookMs: number;
}

/** Which accounts this process owns. Each is owned by one process at a time, which alone runs its line. */
export interface Ownership extends Service {
  held(accountId: string): Lease | undefined;
  /** Throws `account.moving` when another process owns the account, or nobody yet. */
  require(accountId: string): Lease;
  /** Takes an account that is being created. */
  takeNew(tx: Transaction, account: AccountOutline): Promise<void>;
  release(accountId: string): Promise<void>;
}

export function createOwnership(options: OwnershipOptions): Ownership {
  const { database, leases, timings, clock, log } = options;
  /** As they stood in the database when they were last looked at. */
  const owned = new Map<string, AccountOutline>();
  /** All accounts, as they were last read. */
  let known: readonly AccountOutline[] | undefined;
  /** Taken, and not begun with yet: the database may fail between the two. */
  let fresh: readonly Lease[] = [];

  function follow(lease: Lease, account: AccountOutline): void {
    owned.set(lease.name, account);
    lease.lost.addEventListener(
      'abort',
      () => {
        // A newer lease of ours may have taken its place.
        if (leases.held(lease.name)) return;
        owned.delete(lease.name);
        options.lost(lease.name);
      },
      { once: true },
    );
  }

  async function adopt(taken: readonly Lease[], accounts: readonly AccountOutline[]): Promise<void> {
    fresh = taken;
    for (const lease of taken) {
      const account = accounts.find(({ id }) => id === lease.name);
      if (account) {
        follow(lease, account);
        await options.taken(account);
      } else {
        // Deleted since it was read.
        await database.transaction((tx) => leases.forget(tx, lease.name));
      }
      fresh = fresh.filter((other) => other !== lease);
    }
    if (taken.length > 0) log.info('Accounts taken over', { count: taken.length });
  }

  async function look(): Promise<number> {
    // An account that is created while the rows are read is missing in them, and not deleted.
    const before = [...owned];
    const asOfMs = clock.monotonicMs();
    const accounts = await listOutlines(database);
    known = accounts;
    const byId = new Map(accounts.map((account) => [account.id, account]));
    for (const [id, outline] of before) {
      if (!owned.has(id)) continue;
      const account = byId.get(id);
      if (account) {
        owned.set(id, account);
        options.seen(account, asOfMs);
      } else {
        owned.delete(id);
        options.deleted(outline);
      }
    }
    return accounts.length;
  }

  /** Asks the database only while others own accounts that this process could run. */
  async function takeFree(): Promise<number> {
    known ??= await listOutlines(database);
    const wanted = known.filter(({ id, kind }) => !leases.held(id) && options.mayTake(kind));
    if (wanted.length > 0) fresh = [...fresh, ...(await leases.take(wanted.map(({ id }) => id)))];
    fresh = fresh.filter((lease) => lease.holds);
    const { length } = fresh;
    // Their former owner may have changed them since they were read.
    if (length > 0) await adopt(fresh, await listOutlines(database));
    return length;
  }

  const rows = createSweep({ name: 'account-ownership', intervalMs: timings.pollMs, sweep: look, clock, log });
  const free = createSweep({ name: 'account-take-over', intervalMs: timings.lookMs, sweep: takeFree, clock, log });

  return {
    name: 'ownership',
    async start() {
      if (options.alone) {
        const accounts = await listOutlines(database);
        await adopt(await leases.seize(accounts.map(({ id }) => id)), accounts);
      }
      await rows.start();
      await free.start();
    },
    async stop() {
      await free.stop();
      await rows.stop();
    },
    held: (accountId) => leases.held(accountId),
    require(accountId) {
      const lease = leases.held(accountId);
      if (!lease) throw accountMoving();
      return lease;
    },
    async takeNew(tx, account) {
      const taken = await leases.take([account.id], tx);
      tx.afterCommit(() => taken.filter((lease) => lease.holds).forEach((lease) => follow(lease, account)));
    },
    async release(accountId) {
      owned.delete(accountId);
      await leases.release([accountId]);
    },
  };
}
