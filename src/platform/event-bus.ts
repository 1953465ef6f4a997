import { EventEmitter } from 'node:events';
import type { Clock } from './clock.ts';
import type { Queryable, Transaction } from './database.ts';
import {
  createAppendEvents,
  type EventOutlet,
  type EventRow,
  findLastSequences,
  type Position,
} from './events.store.ts';
import { newId } from './ids.ts';

/** Something that happened to an account, complete as subscribers will see it; no key or secret in it. */
export interface Occurrence {
  accountId: string;
  /** All names that fit, the most specific first. */
  names: readonly string[];
  data: object;
}

export interface EventBus {
  /**
   * Durable: written by the transaction that caused it, right before its commit, with the account's next sequence number;
   * within an account in the order of publishing.
   */
  publish(tx: Transaction, occurrences: readonly Occurrence[]): void;
  /** Live only: wakes who waits for this topic in this process. */
  announce(topic: string): void;
  /** Returns the function that ends listening. */
  listen(topic: string, listener: () => void): () => void;
  /** Tells every announced topic until the signal aborts. */
  listenToAll(listener: (topic: string) => void, signal: AbortSignal): void;
  /** Accounts about which another instance has published something since the last look; the first look finds none. */
  publishedElsewhere(db: Queryable): Promise<string[]>;
}

export function createEventBus(clock: Clock, outlets: readonly EventOutlet[] = []): EventBus {
  const appendEvents = createAppendEvents(outlets);
  const topics = new EventEmitter();
  topics.setMaxListeners(0);
  const listenersToAll = new Set<(topic: string) => void>();
  const known = new Map<string, number>();
  const gathered = new WeakMap<Transaction, EventRow[]>();
  let hasLooked = false;

  function note({ accountId, sequence }: Position): boolean {
    const isNew = sequence > (known.get(accountId) ?? 0);
    if (isNew) known.set(accountId, sequence);
    return isNew;
  }

  function announce(topic: string): void {
    topics.emit(topic);
    for (const listener of listenersToAll) listener(topic);
  }

  /** The events that the transaction will write. All together and last, because each holds its account's counter. */
  function gatheredIn(tx: Transaction): EventRow[] {
    const before = gathered.get(tx);
    if (before) return before;
    const events: EventRow[] = [];
    gathered.set(tx, events);
    tx.beforeCommit(async () => {
      gathered.delete(tx);
      const written = await appendEvents(tx, events, clock.now());
      tx.afterCommit(() => {
        for (const each of written) if (each.topic === null) note(each);
        for (const topic of new Set(written.flatMap((each) => each.topic ?? []))) announce(topic);
      });
    });
    return events;
  }

  return {
    publish(tx, occurrences) {
      if (occurrences.length === 0) return;
      const now = clock.now();
      const events = occurrences.map((occurrence) => ({ id: newId('evt', now), ...occurrence }));
      gatheredIn(tx).push(...events);
    },
    announce,
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
      const moved = found.filter(note);
      const isFirst = !hasLooked;
      hasLooked = true;
      return isFirst ? [] : moved.map(({ accountId }) => accountId);
    },
  };
}
