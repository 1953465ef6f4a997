import type { Change, ChangeKind } from './change.ts';
import type { Clock } from './clock.ts';
import { type Database, isUnavailable } from './database.ts';
import { errorCode } from './database-errors.ts';
import { errorMessage } from './errors.ts';
import { type Lane, laneOf, type PendingBatch, type WriterLane } from './commit-lane.ts';
import { holdLeases, requireLeases } from './lease.store.ts';
import type { Lease } from './leases.ts';
import type { Log } from './log.ts';
import { backoffMs } from './retry.ts';

export type { Change, ChangeKind } from './change.ts';
export type { Batch, Lane } from './commit-lane.ts';

/**
 * Makes changes durable: one transaction at a time for all owners, each owner's part only while its lease is still the
 * present one. While the database is away it holds and tries again.
 */
export interface CommitWriter {
  /** An ordered stream of batches in the name of a lease. */
  lane(lease: Lease): Lane;
}

export interface CommitWriterOptions {
  database: Database;
  clock: Clock;
  log: Log;
}

/** What one transaction takes at most, so that a long outage does not end in a statement of any size. */
const mostBatches = 2_000;
const holdBackoff = { baseMs: 50, capMs: 2_000 };

class LostLeases extends Error {
  readonly lanes: readonly WriterLane[];

  constructor(lanes: readonly WriterLane[]) {
    super('Another process owns this now');
    this.lanes = lanes;
  }
}

export function createCommitWriter(options: CommitWriterOptions): CommitWriter {
  const { database, clock, log } = options;
  /** Lanes with something to store, in the order in which they asked. */
  const waiting = new Set<WriterLane>();
  let writing = false;

  function wake(lane: WriterLane): void {
    waiting.add(lane);
    if (writing) return;
    writing = true;
    // What the present turn of the event loop still adds goes into the same commit.
    setImmediate(() => void writeAll());
  }

  async function writeAll(): Promise<void> {
    let attempt = 0;
    while (waiting.size > 0) {
      const batches = gather();
      try {
        await write(batches);
        attempt = 0;
      } catch (error) {
        if (attempt === 0) log.warn('Changes are held until the database answers', { reason: errorMessage(error) });
        await clock.sleep(backoffMs(attempt, holdBackoff, Math.random));
        attempt += 1;
      }
    }
    writing = false;
  }

  function gather(): PendingBatch[] {
    const batches: PendingBatch[] = [];
    for (const lane of waiting) {
      batches.push(...lane.next(mostBatches - batches.length));
      if (lane.isIdle) waiting.delete(lane);
    }
    return batches;
  }

  /** Stores these batches, which stay the first of their lanes until that is done. Throws only what may go well later. */
  async function write(batches: readonly PendingBatch[]): Promise<void> {
    try {
      await commit(batches);
    } catch (error) {
      if (isUnavailable(error) || gaveWay(error)) throw error;
      if (error instanceof LostLeases) {
        for (const lane of error.lanes) lane.break(error);
        await write(batches.filter(({ lane }) => !lane.isBroken));
        return;
      }
      await writeApart(batches, error);
      return;
    }
    for (const batch of batches) batch.lane.stored(batch);
  }

  /** Something in it was refused: by owner, then one by one, so that nobody else is kept from going on. */
  async function writeApart(batches: readonly PendingBatch[], error: unknown): Promise<void> {
    const [first] = batches;
    if (first && batches.length === 1) {
      log.error('A batch was refused', { owner: first.lane.owner, error });
      first.refuse(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    const lanes = new Set(batches.map(({ lane }) => lane));
    const parts =
      lanes.size > 1
        ? [...lanes].map((lane) => batches.filter((each) => each.lane === lane))
        : batches.map((each) => [each]);
    for (const part of parts) if (!part.some(({ lane }) => lane.isBroken)) await write(part);
  }

  async function commit(batches: readonly PendingBatch[]): Promise<void> {
    if (batches.length === 0) return;
    const lanes = [...new Set(batches.map(({ lane }) => lane))];
    const groups = mergedByKind(batches);
    if (await commitAtOnce(lanes, groups)) return;
    await database.transaction(
      async (tx) => {
        const held = holdLeases(tx, uniqueLeases(lanes));
        const applied = Promise.all(groups.map(({ kind, changes }) => kind.apply(tx, changes)));
        applied.catch(() => undefined);
        const present = await held;
        const lost = lanes.filter((lane) => !lane.lease.holds || !present.has(lane.owner));
        if (lost.length > 0) throw new LostLeases(lost);
        await applied;
      },
      // Applying twice changes nothing, so that even a failed BEGIN does no harm.
      { eager: true, urgent: true },
    );
  }

  /** In one round trip where that can be. False when it has not happened, for whatever reason but an absent database. */
  async function commitAtOnce(lanes: readonly WriterLane[], groups: readonly Group[]): Promise<boolean> {
    if (!groups.every(({ kind }) => kind.needsNoAnswer) || !lanes.every(({ lease }) => lease.holds)) return false;
    try {
      await database.transaction(
        async (tx) => {
          const held = requireLeases(tx, uniqueLeases(lanes));
          await Promise.all([held, ...groups.map(({ kind, changes }) => kind.apply(tx, changes))]);
        },
        { eager: true, atOnce: true, urgent: true },
      );
      return true;
    } catch (error) {
      if (isUnavailable(error)) throw error;
      return false;
    }
  }

  return {
    lane: (lease) =>
      laneOf(lease, {
        wake,
        failed: (error) => log.error('Work after a commit failed', { owner: lease.name, error }),
      }),
  };
}

/** 40P01: in a deadlock with another's work, this transaction was ended. */
function gaveWay(error: unknown): boolean {
  return errorCode(error) === '40P01';
}

function uniqueLeases(lanes: readonly WriterLane[]): Lease[] {
  return [...new Map(lanes.map(({ lease }) => [`${lease.name} ${lease.epoch}`, lease])).values()];
}

interface Group {
  kind: ChangeKind<unknown>;
  changes: Change<unknown>[];
}

function mergedByKind(batches: readonly PendingBatch[]): Group[] {
  const groups = new Map<ChangeKind<unknown>, Group>();
  for (const batch of batches) {
    for (const { kind, row } of batch.changes) {
      let group = groups.get(kind);
      if (!group) groups.set(kind, (group = { kind, changes: [] }));
      group.changes.push({ owner: batch.lane.owner, row });
    }
  }
  return [...groups.values()].sort((left, right) => (left.kind.order ?? 0) - (right.kind.order ?? 0));
}
