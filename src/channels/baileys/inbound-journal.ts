import type { Clock } from '../../platform/clock.ts';
import type { ChangeKind, Lane } from '../../platform/commit-writer.ts';
import { type Database, isUnavailable } from '../../platform/database.ts';
import { backoffMs } from '../../platform/retry.ts';
import type { Service } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import type { Secrets } from '../../platform/secrets.ts';
import { createSweep } from '../../platform/sweep.ts';
import {
  findPlaintext,
  journalKind,
  type JournalRow,
  journalSettled,
  listOpenStanzas,
  sweepJournal,
} from './inbound-journal.store.ts';

/** What an account's ciphertexts said. Its reads hold while the database is away, and as long as the lane is whole. */
export interface InboundJournal {
  readonly kind: ChangeKind<JournalRow>;
  /** Everything that follows from this message between own devices is in the lane by now. */
  settled(lane: Lane, hash: Buffer): void;
  /** Waits for what the lane is storing. */
  find(lane: Lane, hash: Buffer): Promise<Buffer | undefined>;
  /** Messages between own devices that were opened, but whose effects may be missing. */
  unfinished(lane: Lane): Promise<Buffer[]>;
}

export function createInboundJournal(options: { database: Database; secrets: Secrets; clock: Clock }): InboundJournal {
  const { database, secrets, clock } = options;

  async function holding<T>(lane: Lane, read: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      await lane.settled();
      try {
        return await read();
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        await clock.sleep(backoffMs(attempt, { baseMs: 50, capMs: 2_000 }, Math.random), lane.broken);
      }
    }
  }

  return {
    kind: journalKind(secrets),
    settled(lane, hash) {
      const batch = lane.batch();
      batch.add(journalSettled, { hash });
      lane.commit(batch);
    },
    find: (lane, hash) => holding(lane, () => findPlaintext(database, secrets, lane.owner, hash)),
    unfinished: (lane) => holding(lane, () => listOpenStanzas(database, secrets, lane.owner)),
  };
}

const sweepBatch = 2_000;

/** Forgets what was written down long ago, of all accounts. */
export function createJournalSweep(options: {
  database: Database;
  intervalMs: number;
  clock: Clock;
  log: Log;
}): Service {
  return createSweep({
    ...options,
    name: 'inbound-journal',
    batchSize: sweepBatch,
    sweep: () => sweepJournal(options.database, sweepBatch),
  });
}
