import type { Clock } from './clock.ts';
import { isUnavailable, type Database, type Transaction } from './database.ts';
import type { Log } from './log.ts';
import { backoffMs } from './retry.ts';

/** One kind of change and the statement that applies an array of its rows. Declared by the store that owns the table. */
export interface ChangeKind<Row> {
  readonly name: string;
  /**
   * Runs inside the batch's transaction. Rows arrive in the order in which they were added. It runs again when the answer
   * to a commit was lost, so that applying rows a second time must change nothing.
   */
  apply(tx: Transaction, owner: string, rows: readonly Row[]): Promise<void>;
}

/** Changes of one owner that become durable together or not at all. */
export interface Batch {
  readonly owner: string;
  add<Row>(kind: ChangeKind<Row>, row: Row): void;
}

export interface CommitWriter {
  batch(owner: string): Batch;
  /**
   * Resolves once the batch is durable. Batches of one owner are applied in the order of these calls. While the database
   * is away it holds and tries again; it rejects only when the signal aborts or when the database refuses the content.
   */
  commit(batch: Batch, signal: AbortSignal): Promise<void>;
}

interface Group {
  apply(tx: Transaction, owner: string): Promise<void>;
}

class PendingBatch implements Batch {
  readonly owner: string;
  readonly #rowsByKind = new Map<ChangeKind<unknown>, unknown[]>();
  readonly #groups: Group[] = [];

  constructor(owner: string) {
    this.owner = owner;
  }

  add<Row>(kind: ChangeKind<Row>, row: Row): void {
    const key = kind as ChangeKind<unknown>;
    const known = this.#rowsByKind.get(key);
    if (known) {
      known.push(row);
      return;
    }
    const rows: Row[] = [row];
    this.#rowsByKind.set(key, rows);
    this.#groups.push({ apply: (tx, owner) => kind.apply(tx, owner, rows) });
  }

  get isEmpty(): boolean {
    return this.#groups.length === 0;
  }

  async apply(tx: Transaction): Promise<void> {
    for (const group of this.#groups) await group.apply(tx, this.owner);
  }
}

/** A writer that commits each batch at once, in a transaction of its own, serially for each owner. */
export function createCommitWriter(options: { database: Database; clock: Clock; log: Log }): CommitWriter {
  const { database, clock, log } = options;
  const lastByOwner = new Map<string, Promise<void>>();

  async function commitHolding(batch: PendingBatch, signal: AbortSignal): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      try {
        await database.transaction((tx) => batch.apply(tx));
        return;
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        log.warn('Holding a batch until the database answers', { owner: batch.owner, attempt });
        await clock.sleep(backoffMs(attempt, { baseMs: 100, capMs: 5_000 }, Math.random), signal);
      }
    }
  }

  return {
    batch: (owner) => new PendingBatch(owner),
    commit(batch, signal) {
      if (!(batch instanceof PendingBatch)) throw new TypeError('A batch of another writer');
      if (batch.isEmpty) return lastByOwner.get(batch.owner) ?? Promise.resolve();
      const before = lastByOwner.get(batch.owner) ?? Promise.resolve();
      const done = before.then(() => commitHolding(batch, signal));
      const settled = done.catch(() => undefined);
      lastByOwner.set(batch.owner, settled);
      void settled.then(() => {
        if (lastByOwner.get(batch.owner) === settled) lastByOwner.delete(batch.owner);
      });
      return done;
    },
  };
}
