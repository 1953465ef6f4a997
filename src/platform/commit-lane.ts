import { setMaxListeners } from 'node:events';
import type { ChangeKind } from './change.ts';
import type { Lease } from './leases.ts';

/** Changes of one owner that become durable together or not at all. */
export interface Batch {
  readonly owner: string;
  add<Row>(kind: ChangeKind<Row>, row: Row): void;
  /** Runs once the batch is durable. */
  afterCommit(work: () => void): void;
  /** Runs when the database has refused what this very batch holds. */
  afterRefusal(work: () => void): void;
}

/**
 * Batches become durable in the order of their commits. When one cannot, because the database refuses its content or the
 * lease is lost, the lane is broken: nothing that follows is stored, because it may rest on what was not.
 */
export interface Lane {
  readonly owner: string;
  batch(): Batch;
  /** Takes the batch into the order and returns its number, at once; an empty one has the number of the one before. */
  commit(batch: Batch): number;
  /** The numbers of the last batch that was committed, and of the last that is durable. */
  readonly last: number;
  readonly durable: number;
  /** Told whenever more is durable. */
  onDurable(listener: () => void): void;
  /** Resolves once everything committed so far is durable. Rejects with what broke the lane. */
  settled(): Promise<void>;
  /** Told once, when the lane breaks. */
  readonly broken: AbortSignal;
  /** Gives up what is not durable yet. */
  close(reason: string): void;
}

interface AddedChange {
  readonly kind: ChangeKind<unknown>;
  readonly row: unknown;
}

/** A batch as the writer sees it. */
export interface PendingBatch extends Batch {
  readonly lane: WriterLane;
  readonly changes: readonly AddedChange[];
  readonly number: number;
  /** The database refuses it: with it the lane breaks. */
  refuse(error: Error): void;
}

/** A lane as the writer sees it. */
export interface WriterLane extends Lane {
  readonly lease: Lease;
  readonly isBroken: boolean;
  /** Nothing is waiting. */
  readonly isIdle: boolean;
  /** The batches that may be committed next, together. They stay in the lane until they are `stored`. */
  next(most: number): readonly PendingBatch[];
  /** This one, and with it all before it. */
  stored(batch: PendingBatch): void;
  break(error: Error): void;
}

interface Waiter {
  number: number;
  resolve(): void;
  reject(error: Error): void;
}

class LaneBatch implements PendingBatch {
  readonly lane: WriterLane;
  readonly changes: AddedChange[] = [];
  readonly work: (() => void)[] = [];
  readonly refusals: (() => void)[] = [];
  number = 0;
  isAlone = false;

  constructor(lane: WriterLane) {
    this.lane = lane;
  }

  get owner(): string {
    return this.lane.owner;
  }

  add<Row>(kind: ChangeKind<Row>, row: Row): void {
    if (kind.alone) this.isAlone = true;
    this.changes.push({ kind, row });
  }

  afterCommit(work: () => void): void {
    this.work.push(work);
  }

  afterRefusal(work: () => void): void {
    this.refusals.push(work);
  }

  refuse(error: Error): void {
    for (const work of this.refusals) work();
    this.lane.break(error);
  }
}

export interface LaneEvents {
  /** Something is waiting to be stored. */
  wake: (lane: WriterLane) => void;
  /** What was to follow a commit has thrown; the batch is stored all the same. */
  failed: (error: unknown) => void;
}

export function laneOf(lease: Lease, { wake, failed }: LaneEvents): WriterLane {
  const queue: LaneBatch[] = [];
  const listeners: (() => void)[] = [];
  const breaking = new AbortController();
  let waiters: Waiter[] = [];
  let last = 0;
  let durable = 0;

  function broken(): Error {
    return breaking.signal.reason as Error;
  }

  function rejectWaiters(error: Error): void {
    const given = waiters;
    waiters = [];
    for (const waiter of given) waiter.reject(error);
  }

  const lane: WriterLane = {
    lease,
    owner: lease.name,
    broken: breaking.signal,
    get last() {
      return last;
    },
    get durable() {
      return durable;
    },
    get isBroken() {
      return breaking.signal.aborted;
    },
    get isIdle() {
      return queue.length === 0;
    },
    batch: () => new LaneBatch(lane),
    commit(batch) {
      if (!(batch instanceof LaneBatch) || batch.lane !== lane) throw new TypeError('A batch of another lane');
      if (breaking.signal.aborted || (batch.changes.length === 0 && batch.work.length === 0)) return last;
      last += 1;
      batch.number = last;
      queue.push(batch);
      wake(lane);
      return last;
    },
    onDurable: (listener) => void listeners.push(listener),
    settled() {
      if (breaking.signal.aborted) return Promise.reject(broken());
      if (durable === last) return Promise.resolve();
      return new Promise((resolve, reject) => waiters.push({ number: last, resolve, reject }));
    },
    close: (reason) => lane.break(new Error(reason)),

    next(most) {
      const alone = queue.findIndex((batch) => batch.isAlone);
      if (alone === 0) return queue.slice(0, Math.min(1, most));
      return queue.slice(0, Math.min(most, alone < 0 ? queue.length : alone));
    },
    stored(batch) {
      // A lane that broke meanwhile has let go of it.
      if (queue[0]?.number !== batch.number) return;
      const done = queue.shift();
      durable = batch.number;
      for (const work of [...(done?.work ?? []), ...listeners]) {
        try {
          work();
        } catch (error) {
          failed(error);
        }
      }
      const ready = waiters.filter(({ number }) => number <= durable);
      if (ready.length > 0) waiters = waiters.filter(({ number }) => number > durable);
      for (const waiter of ready) waiter.resolve();
    },
    break(error) {
      if (breaking.signal.aborted) return;
      lease.lost.removeEventListener('abort', onLost);
      queue.length = 0;
      breaking.abort(error);
      rejectWaiters(error);
    },
  };
  const onLost = (): void => lane.break(new Error('The lease is lost'));
  // An account has one lane after the other, all in the name of one lease.
  setMaxListeners(0, lease.lost);
  lease.lost.addEventListener('abort', onLost, { once: true });
  return lane;
}
