import { randomBytes } from 'node:crypto';
import type { Clock } from './clock.ts';
import { type Database, isUnavailable, type Transaction } from './database.ts';
import { findFree, forgetLease, releaseLeases, renewLeases, takeLeases, type Epoch } from './lease.store.ts';
import type { Service } from './lifecycle.ts';
import type { Log } from './log.ts';

/** That this process, and no other, owns a name. */
export interface Lease {
  readonly name: string;
  /** Grows with each change of hands; every write of the owner is checked against it. */
  readonly epoch: number;
  /** False from the moment on at which another process may believe that the name is free; never true again. */
  readonly holds: boolean;
  /** Aborts when it no longer holds: everything done in its name must end. */
  readonly lost: AbortSignal;
}

export interface LeaseTimings {
  /** How long a lease lasts without a renewal, by the database's clock. */
  lifeMs: number;
  renewMs: number;
  /** So long before its end a lease is given up, by this process's own monotonic clock. */
  marginMs: number;
  /** How often names that nobody owns are looked for. */
  lookMs: number;
}

/** Who owns what among the processes on one database. A name changes hands when its owner lets go or its time is over. */
export interface Leases extends Service {
  held(name: string): Lease | undefined;
  /**
   * Takes those of the names that nobody else holds. In a transaction they count once that is committed. A taking that
   * lasts longer than the lease, as behind a lock of somebody who stands still, has taken nothing; the next one may.
   */
  take(names: readonly string[], tx?: Transaction): Promise<Lease[]>;
  /** Takes all of them, whoever holds them: only for a process that knows itself to be alone. */
  seize(names: readonly string[]): Promise<Lease[]>;
  release(names: readonly string[]): Promise<void>;
  /** The name is gone for good. */
  forget(tx: Transaction, name: string): Promise<void>;
}

export interface LeasesOptions {
  database: Database;
  timings: LeaseTimings;
  clock: Clock;
  log: Log;
}

class HeldLease implements Lease {
  readonly name: string;
  readonly epoch: number;
  readonly #clock: Clock;
  readonly #over = new AbortController();
  untilMs: number;

  constructor({ name, epoch }: Epoch, untilMs: number, clock: Clock) {
    this.name = name;
    this.epoch = epoch;
    this.untilMs = untilMs;
    this.#clock = clock;
  }

  get holds(): boolean {
    return !this.#over.signal.aborted && this.#clock.monotonicMs() < this.untilMs;
  }

  get lost(): AbortSignal {
    return this.#over.signal;
  }

  lose(): void {
    this.#over.abort(new Error('The lease is lost'));
  }
}

export function createLeases(options: LeasesOptions): Leases {
  const { database, timings, clock, log } = options;
  const owner = randomBytes(12).toString('hex');
  const held = new Map<string, HeldLease>();
  const stopping = new AbortController();
  let running: Promise<unknown> | undefined;

  function lose(lease: HeldLease): void {
    if (held.get(lease.name) === lease) held.delete(lease.name);
    lease.lose();
  }

  /** Loses what is over. To be called before anything is prolonged: nothing is done in a name that was over meanwhile. */
  function giveUpOver(): void {
    const over = [...held.values()].filter((lease) => !lease.holds);
    if (over.length > 0) log.warn('Leases could not be renewed in time and are given up', { count: over.length });
    over.forEach(lose);
  }

  function taken(begunMs: number, epochs: readonly Epoch[], tx?: Transaction): Lease[] {
    const untilMs = begunMs + timings.lifeMs - timings.marginMs;
    const leases = epochs.map((epoch) => new HeldLease(epoch, untilMs, clock));
    const keep = (): void => {
      const late = leases.filter((lease) => !lease.holds);
      if (late.length > 0) log.warn('Leases were over before they were taken', { count: late.length });
      for (const lease of leases) {
        held.get(lease.name)?.lose();
        if (lease.holds) held.set(lease.name, lease);
        else lose(lease);
      }
    };
    if (tx) tx.afterCommit(keep);
    else keep();
    return leases.filter((lease) => lease.holds);
  }

  async function renew(): Promise<void> {
    const leases = [...held.values()];
    if (leases.length === 0) return;
    const begunMs = clock.monotonicMs();
    const renewed = new Set(
      await database.transaction((tx) => renewLeases(tx, leases, timings.lifeMs), {
        // A connection that says nothing must not use up the time that another one needs.
        statementTimeoutMs: timings.renewMs / 2,
        urgent: true,
        eager: true,
        atOnce: true,
      }),
    );
    giveUpOver();
    for (const lease of leases) {
      if (!renewed.has(lease.name)) lose(lease);
      else if (lease.holds) lease.untilMs = begunMs + timings.lifeMs - timings.marginMs;
    }
  }

  async function keepRenewing(): Promise<void> {
    let waitMs = timings.renewMs;
    for (;;) {
      await clock.sleep(waitMs, stopping.signal);
      try {
        await renew();
        waitMs = timings.renewMs;
      } catch (error) {
        // Soon again: an outage that is shorter than the rest of the time costs nothing.
        waitMs = timings.renewMs / 10;
        if (!isUnavailable(error)) log.warn('The leases could not be renewed, and are tried again', { error });
      }
    }
  }

  /** Needs no database: a process that was asleep, or cut off, finds by its own clock that its time is over. */
  async function keepWatching(): Promise<void> {
    const lookMs = Math.min(500, timings.marginMs / 4);
    for (;;) {
      await clock.sleep(lookMs, stopping.signal);
      giveUpOver();
    }
  }

  async function release(names: readonly string[]): Promise<void> {
    const leases = names.flatMap((name) => held.get(name) ?? []);
    leases.forEach(lose);
    if (leases.length === 0) return;
    await releaseLeases(database, leases).catch((error: unknown) => {
      if (!isUnavailable(error)) throw error;
      log.warn('Leases could not be given back, and end by themselves', { count: leases.length });
    });
  }

  return {
    name: 'leases',
    start() {
      running ??= Promise.allSettled([keepRenewing(), keepWatching()]);
      return Promise.resolve();
    },
    async stop() {
      stopping.abort(new Error('The server is stopping'));
      await running;
      await release([...held.keys()]);
    },
    held(name) {
      const lease = held.get(name);
      return lease?.holds ? lease : undefined;
    },
    async take(names, tx) {
      const begunMs = clock.monotonicMs();
      const free = tx ? names : await findFree(database, names, owner);
      if (free.length === 0) return [];
      const epochs = await takeLeases(tx ?? database, free, owner, { lifeMs: timings.lifeMs, force: false });
      return taken(begunMs, epochs, tx);
    },
    async seize(names) {
      const begunMs = clock.monotonicMs();
      return taken(begunMs, await takeLeases(database, names, owner, { lifeMs: timings.lifeMs, force: true }));
    },
    release,
    async forget(tx, name) {
      await forgetLease(tx, name);
      tx.afterCommit(() => {
        const lease = held.get(name);
        if (lease) lose(lease);
      });
    },
  };
}
