import type { Counters, Login } from './control.ts';

/** What the network counts for tests and load runs. */
export interface Tally {
  stanza(id: string): void;
  /** As in `Control`. */
  stanzaTimes(ids: readonly string[]): Readonly<Record<string, number>>;
  /** The ack of a message stanza has left. */
  acked(id: string): void;
  undecryptable(): void;
  retried(): void;
  repeatedStep(): void;
  lineOpened(deviceJid: string): void;
  lineClosed(deviceJid: string): void;
  loginRefused(deviceJid: string, code: number): void;
  replaced(): void;
  query(xmlns: string): void;
  unknownQuery(description: string): void;
  acknowledged(): void;
  /** A linked device of this number has confirmed a message. */
  confirmed(number: string, id: string): void;
  /** Returns how to stop listening. */
  onConfirmed(listener: (number: string, id: string) => void): () => void;
  /** A file as a whole, with its length. */
  uploaded(bytes: number): void;
  downloaded(bytes: number): void;
  /** Resolves with the id of the next message stanza. */
  nextStanza(signal?: AbortSignal): Promise<string>;
  counters(): Counters;
  logins(): readonly Login[];
}

const rememberedIds = 200_000;

/** Counts by id; the oldest are forgotten. */
function createCounts(): { readonly counts: ReadonlyMap<string, number>; add(id: string): void } {
  const counts = new Map<string, number>();
  return {
    counts,
    add(id) {
      counts.set(id, (counts.get(id) ?? 0) + 1);
      const [oldest] = counts.keys();
      if (counts.size > rememberedIds && oldest !== undefined) counts.delete(oldest);
    },
  };
}

/** On the clock that all processes of the machine share. */
function machineMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}

/** Which device is online when. */
function createLogins() {
  const logins: Login[] = [];
  const open = new Map<string, Login[]>();
  const openSockets = new Map<string, number>();
  const mostSockets = new Map<string, number>();

  function count(device: string): void {
    const { length } = open.get(device) ?? [];
    if (length > 0) openSockets.set(device, length);
    else openSockets.delete(device);
    mostSockets.set(device, Math.max(length, mostSockets.get(device) ?? 0));
  }

  return {
    logins,
    openSockets,
    mostSockets,
    opened(device: string): void {
      const login = { device, openedAtMs: machineMs() };
      logins.push(login);
      open.set(device, [...(open.get(device) ?? []), login]);
      count(device);
    },
    closed(device: string): void {
      const [login, ...others] = open.get(device) ?? [];
      if (login) login.closedAtMs = machineMs();
      open.set(device, others);
      count(device);
    },
    refused(device: string, code: number): void {
      const nowMs = machineMs();
      logins.push({ device, openedAtMs: nowMs, closedAtMs: nowMs, refused: code });
    },
  };
}

export function createTally(): Tally {
  const stanzas = createCounts();
  const acks = createCounts();
  const queries = createCounts();
  const lines = createLogins();
  const unknownQueries: string[] = [];
  const confirmations = new Set<(number: string, id: string) => void>();
  const nextStanza = new Set<(id: string) => void>();
  const firstSeenMs = new Map<string, number>();
  const totals = { undecryptable: 0, retries: 0, repeatedSteps: 0, replacements: 0, acknowledgedByClients: 0 };
  const media = { mediaUploads: 0, mediaDownloads: 0, mediaBytesUploaded: 0, mediaBytesDownloaded: 0 };

  return {
    stanza(id) {
      if (!stanzas.counts.has(id)) firstSeenMs.set(id, machineMs());
      const [oldest] = firstSeenMs.keys();
      if (firstSeenMs.size > rememberedIds && oldest !== undefined) firstSeenMs.delete(oldest);
      stanzas.add(id);
      for (const listener of nextStanza) listener(id);
    },
    stanzaTimes: (ids) =>
      Object.fromEntries(
        ids.flatMap((id) => {
          const seenMs = firstSeenMs.get(id);
          return seenMs === undefined ? [] : [[id, seenMs]];
        }),
      ),
    acked: (id) => acks.add(id),
    undecryptable: () => (totals.undecryptable += 1),
    retried: () => (totals.retries += 1),
    repeatedStep: () => (totals.repeatedSteps += 1),
    lineOpened: (device) => lines.opened(device),
    lineClosed: (device) => lines.closed(device),
    loginRefused: (device, code) => lines.refused(device, code),
    replaced: () => (totals.replacements += 1),
    query: (xmlns) => queries.add(xmlns),
    unknownQuery: (description) => unknownQueries.push(description),
    confirmed(number, id) {
      for (const listener of confirmations) listener(number, id);
    },
    onConfirmed(listener) {
      confirmations.add(listener);
      return () => confirmations.delete(listener);
    },
    nextStanza: (signal) =>
      new Promise((resolve, reject) => {
        const stop = (): void => {
          nextStanza.delete(seen);
          signal?.removeEventListener('abort', abort);
        };
        const seen = (id: string): void => {
          stop();
          resolve(id);
        };
        const abort = (): void => {
          stop();
          reject(signal?.reason instanceof Error ? signal.reason : new DOMException('Aborted', 'AbortError'));
        };
        nextStanza.add(seen);
        signal?.addEventListener('abort', abort);
      }),
    uploaded(bytes) {
      media.mediaUploads += 1;
      media.mediaBytesUploaded += bytes;
    },
    downloaded(bytes) {
      media.mediaDownloads += 1;
      media.mediaBytesDownloaded += bytes;
    },
    acknowledged: () => (totals.acknowledgedByClients += 1),
    logins: () => lines.logins,
    counters: () => ({
      ...totals,
      ...media,
      stanzasById: stanzas.counts,
      acksById: acks.counts,
      queriesByNamespace: queries.counts,
      openSockets: lines.openSockets,
      mostSockets: lines.mostSockets,
      unknownQueries,
    }),
  };
}
