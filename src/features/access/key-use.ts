import type { Clock } from '../../platform/clock.ts';
import { type Database, isUnavailable } from '../../platform/database.ts';
import type { Log } from '../../platform/log.ts';
import { markUsed } from './access.store.ts';

export interface KeyUse {
  /** The key was used now. Costs the request nothing: what is to be written is gathered and written beside it. */
  note(keyId: string): void;
}

const intervalMs = 60_000;
const maxRemembered = 20_000;

/** Keeps when each key was last used, to the minute: more would be a write for each request. */
export function createKeyUse(options: { database: Database; clock: Clock; log: Log }): KeyUse {
  const { database, clock, log } = options;
  const notedAt = new Map<string, number>();
  const unwritten = new Set<string>();
  let writing = false;

  async function write(): Promise<void> {
    if (writing) return;
    writing = true;
    try {
      while (unwritten.size > 0) {
        const keyIds = [...unwritten];
        unwritten.clear();
        await markUsed(database, keyIds);
      }
    } finally {
      writing = false;
    }
  }

  return {
    note(keyId) {
      const now = clock.monotonicMs();
      const before = notedAt.get(keyId);
      if (before !== undefined && now - before < intervalMs) return;
      if (notedAt.size >= maxRemembered) notedAt.clear();
      notedAt.set(keyId, now);
      unwritten.add(keyId);
      write().catch((error: unknown) => {
        if (!isUnavailable(error)) log.warn('The last use of keys could not be written', { error });
      });
    },
  };
}
