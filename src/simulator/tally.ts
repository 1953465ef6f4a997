import type { Counters } from './control.ts';

/** What the network counts for tests and load runs. */
export interface Tally {
  stanza(id: string): void;
  /** As in `Control`. */
  stanzaTimes(ids: readonly string[]): Readonly<Record<string, number>>;
  undecryptable(): void;
  lineOpened(deviceJid: string): void;
  lineClosed(deviceJid: string): void;
  unknownQuery(description: string): void;
  acknowledged(): void;
  /** A linked device of this number has confirmed a message. */
  confirmed(number: string, id: string): void;
  /** Returns how to stop listening. */
  onConfirmed(listener: (number: string, id: string) => void): () => void;
  counters(): Counters;
}

const rememberedIds = 200_000;

export function createTally(): Tally {
  const stanzasById = new Map<string, number>();
  const firstSeenMs = new Map<string, number>();
  const openSockets = new Map<string, number>();
  const mostSockets = new Map<string, number>();
  const unknownQueries: string[] = [];
  const listeners = new Set<(number: string, id: string) => void>();
  let undecryptable = 0;
  let acknowledgedByClients = 0;

  return {
    stanza(id) {
      if (!stanzasById.has(id)) firstSeenMs.set(id, Number(process.hrtime.bigint()) / 1e6);
      stanzasById.set(id, (stanzasById.get(id) ?? 0) + 1);
      const [oldest] = stanzasById.keys();
      if (stanzasById.size <= rememberedIds || oldest === undefined) return;
      stanzasById.delete(oldest);
      firstSeenMs.delete(oldest);
    },
    stanzaTimes: (ids) =>
      Object.fromEntries(
        ids.flatMap((id) => {
          const seenMs = firstSeenMs.get(id);
          return seenMs === undefined ? [] : [[id, seenMs]];
        }),
      ),
    undecryptable: () => (undecryptable += 1),
    lineOpened(deviceJid) {
      const open = (openSockets.get(deviceJid) ?? 0) + 1;
      openSockets.set(deviceJid, open);
      mostSockets.set(deviceJid, Math.max(open, mostSockets.get(deviceJid) ?? 0));
    },
    lineClosed(deviceJid) {
      const open = (openSockets.get(deviceJid) ?? 1) - 1;
      if (open > 0) openSockets.set(deviceJid, open);
      else openSockets.delete(deviceJid);
    },
    unknownQuery: (description) => unknownQueries.push(description),
    confirmed(number, id) {
      for (const listener of listeners) listener(number, id);
    },
    onConfirmed(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    acknowledged: () => (acknowledgedByClients += 1),
    counters: () => ({
      stanzasById,
      undecryptable,
      openSockets,
      mostSockets,
      unknownQueries,
      acknowledgedByClients,
    }),
  };
}
