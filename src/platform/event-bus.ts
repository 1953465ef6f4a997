import { EventEmitter } from 'node:events';
import type { Clock } from './clock.ts';
import type { Queryable, Transaction } from './database.ts';
import { appendEvents, findLastSequences } from './events.store.ts';
import { newId } from './ids.ts';

/** Something that happened to an account, complete as subscribers will see it; no key or secret in it. */
export interface Occurrence {
  accountId: string;
  /** All names that fit, the most specific first. */
  names: readonly string[];
  data: unknown;
}

export interface EventBus {
  /** Durable: written in the transaction that caused it, with the account's next sequence number. */
  publish(tx: Transaction, occurrences: readonly Occurrence[]): Promise<void>;
  /** Live only: wakes who waits for this topic in this process. */
  announce(topic: string): void;
  /** Returns the function that ends listening. */
  listen(topic: string, listener: () => void): () => void;
  /** Tells every announced topic until the signal aborts. */
  listenToAll(listener: (topic: string) => void, signal: AbortSignal): void;
  /** Accounts about which another instance has published something since the last look; the first look finds none. */
  publishedElsewhere(db: Queryable): Promise<string[]>;
}

export function createEventBus(clock: Clock): EventBus {
  const topics = new EventEmitter();
  topics.setMaxListeners(0);
  const listenersToAll = new Set<(topic: string) => void>();
  const known = new Map<string, number>();
  let hasLooked = false;

  function note(accountId: string, sequence: number): boolean {
    const isNew = sequence > (known.get(accountId) ?? 0);
    if (isNew) known.set(accountId, sequence);
    return isNew;
  }

  return {
    async publish(tx, occurrences) {
      const now = clock.now();
      for (const [accountId, group] of byAccount(occurrences)) {
        const events = group.map((occurrence) => ({ id: newId('evt', now), ...occurrence }));
        const last = await appendEvents(tx, accountId, events);
        tx.afterCommit(() => void note(accountId, last));
      }
    },
    announce(topic) {
      topics.emit(topic);
      for (const listener of listenersToAll) listener(topic);
    },
    listen(topic, listener) {
      topics.on(topic, listener);
      return () => void topics.off(topic, listener);
    },
    listenToAll(listener, signal) {
      listenersToAll.add(listener);
      signal.addEventListener('abort', () => listenersToAll.delete(listener), { once: true });
    },
    async publishedElsewhere(db) {
      const found = await findLastSequences(db);
      const moved = found.filter(({ accountId, lastSequence }) => note(accountId, lastSequence));
      const isFirst = !hasLooked;
      hasLooked = true;
      return isFirst ? [] : moved.map(({ accountId }) => accountId);
    },
  };
}

function byAccount(occurrences: readonly Occurrence[]): Map<string, Occurrence[]> {
  const groups = new Map<string, Occurrence[]>();
  for (const occurrence of occurrences) {
    const group = groups.get(occurrence.accountId);
    if (group) group.push(occurrence);
    else groups.set(occurrence.accountId, [occurrence]);
  }
  return groups;
}
