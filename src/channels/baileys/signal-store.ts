import type { SignalDataSet, SignalDataTypeMap, SignalKeyStore } from '@whiskeysockets/baileys';
import type { Clock } from '../../platform/clock.ts';
import type { Batch, ChangeKind, Lane } from '../../platform/commit-writer.ts';
import { type Database, isUnavailable } from '../../platform/database.ts';
import { backoffMs } from '../../platform/retry.ts';
import type { Secrets } from '../../platform/secrets.ts';
import { type KeyRow, readKeys } from './auth.store.ts';
import { fromText, give, keep, toText } from './key-values.ts';
import { readable } from './sender-key-records.ts';
import { pruned, withoutVainSteps } from './session-records.ts';

export interface SignalStoreOptions {
  accountId: string;
  database: Database;
  secrets: Secrets;
  keyChange: ChangeKind<KeyRow>;
  lane: Lane;
  /** Aborts when the socket of these keys is gone. */
  signal: AbortSignal;
  /** Told once: a key could not be read, so that the socket must end. Nothing is stored from then on. */
  unreadable(error: unknown): void;
  /** Told which phone stands behind a LID, in the batch in which Baileys stores that it learnt it. */
  mapped(mapping: { lid: string; phone: string }, batch: Batch): void;
  clock: Clock;
}

export interface TransactionOptions<T> {
  /** Adds what belongs to the result to the batch of its keys. */
  also?: (result: T, batch: Batch) => void;
  /** One ciphertext is opened, so that one session of a record may have moved, whichever were tried. */
  oneSessionMoves?: boolean;
}

/**
 * One account's Signal keys. They run ahead in memory: a change is read again at once, and stored in the order of the
 * lane; whoever writes to the network waits for the lane. Reads of what is not in memory hold while the database is away
 * and never answer "absent" because of an error, since Baileys would store a new session over what it could not read.
 */
export interface SignalStore {
  /** Each call by itself. */
  readonly keys: SignalKeyStore;
  /** The same, but within a transaction part of it. */
  readonly transactionKeys: SignalKeyStore & {
    transaction<T>(work: () => Promise<T>): Promise<T>;
    isInTransaction(): boolean;
  };
  /**
   * Runs `work` with the keys of the account to itself. Everything that it changes goes into one batch; when it throws,
   * nothing does. It must not begin another one.
   */
  transaction<T>(work: () => Promise<T>, options?: TransactionOptions<T>): Promise<T>;
}

interface Entry {
  type: string;
  /** null = absent. */
  kept: unknown;
  /** Of the batch that stores it; 0 for what was read. */
  number: number;
}

interface Write {
  type: string;
  id: string;
  /** null = deleted. */
  kept: unknown;
}

/** About 2 kB each. */
const mostEntries = 1_000;

export function createSignalStore(options: SignalStoreOptions): SignalStore {
  const { lane, signal } = options;
  const entries = new Map<string, Entry>();
  const preKeys = new Set<string>();
  let open: { writes: Map<string, Write>; oneSessionMoves: boolean } | undefined;
  let turn: Promise<unknown> = Promise.resolve();
  /** Why nothing is read or stored any more. */
  let failed: Error | undefined;

  function alone<T>(work: () => Promise<T>): Promise<T> {
    const result = turn.then(work);
    turn = result.catch(() => undefined);
    return result;
  }

  function refuseWhenOver(): void {
    signal.throwIfAborted();
    lane.broken.throwIfAborted();
    if (failed) throw failed;
  }

  function remember(name: string, entry: Entry): void {
    entries.delete(name);
    entries.set(name, entry);
    if (entry.type === 'pre-key') preKeys.add(name);
    if (entries.size <= mostEntries) return;
    for (const [oldest, { number }] of entries) {
      if (number <= lane.durable) entries.delete(oldest);
      if (entries.size <= mostEntries) return;
    }
  }

  // There are hundreds, each is used once: they are read when they are.
  lane.onDurable(() => {
    for (const name of preKeys) {
      if ((entries.get(name)?.number ?? 0) > lane.durable) continue;
      entries.delete(name);
      preKeys.delete(name);
    }
  });

  async function read(type: string, ids: readonly string[]): Promise<Map<string, Entry>> {
    refuseWhenOver();
    const rows = await readHolding(options, type, ids).catch((error: unknown) => {
      if (!signal.aborted && !failed) options.unreadable(error);
      failed ??= error instanceof Error ? error : new Error(String(error));
      throw failed;
    });
    const texts = new Map(rows.map(({ id, text }) => [id, text]));
    const found = new Map<string, Entry>();
    for (const id of ids) {
      const text = texts.get(id);
      const entry = { type, kept: text === undefined ? null : fromText(type, text), number: 0 };
      const name = nameOf(type, id);
      // What was written meanwhile is newer.
      const present = entries.get(name) ?? entry;
      found.set(id, present);
      if (present === entry && type !== 'pre-key') remember(name, entry);
    }
    return found;
  }

  async function get<T extends keyof SignalDataTypeMap>(
    type: T,
    ids: string[],
    writes?: ReadonlyMap<string, Write>,
  ): Promise<Record<string, SignalDataTypeMap[T]>> {
    const isKnown = (id: string): boolean => {
      const name = nameOf(type, id);
      return (writes?.has(name) ?? false) || entries.has(name);
    };
    const missing = ids.filter((id) => !isKnown(id));
    const fetched = missing.length > 0 ? await read(type, missing) : undefined;
    const found: Record<string, SignalDataTypeMap[T]> = {};
    for (const id of ids) {
      const name = nameOf(type, id);
      const { kept = null } = writes?.get(name) ?? entries.get(name) ?? fetched?.get(id) ?? {};
      if (kept !== null) found[id] = give(type, kept) as SignalDataTypeMap[T];
    }
    return found;
  }

  function writesOf(data: SignalDataSet, oneSessionMoves: boolean): Write[] {
    return Object.entries(data).flatMap(([type, values]) =>
      Object.entries(values as Record<string, unknown>).map(([id, value]) => {
        if (value === null || value === undefined) return { type, id, kept: null };
        return { type, id, kept: keep(type, mended(type, id, value, oneSessionMoves)) };
      }),
    );
  }

  function mended(type: string, id: string, value: unknown, oneSessionMoves: boolean): unknown {
    if (type === 'sender-key') return readable(value as Buffer);
    if (type !== 'session') return value;
    type Session = Parameters<typeof pruned>[0];
    const next = value as Session;
    const before = oneSessionMoves ? (entries.get(nameOf(type, id))?.kept as Session | null | undefined) : undefined;
    return pruned(before ? withoutVainSteps(before, next) : next);
  }

  function store(writes: Iterable<Write>, batch: Batch): void {
    const all = [...writes];
    for (const { type, id, kept } of all) {
      batch.add(options.keyChange, { type, id, text: kept === null ? null : () => toText(type, kept) });
      // Each pair stands there twice; the other one is `<lid>_reverse`.
      if (type === 'lid-mapping' && /^\d+$/.test(id) && typeof kept === 'string') {
        options.mapped({ lid: `${kept}@lid`, phone: `+${id}` }, batch);
      }
    }
    const number = lane.commit(batch);
    for (const { type, id, kept } of all) remember(nameOf(type, id), { type, kept, number });
  }

  function setApart(data: SignalDataSet): Promise<void> {
    const write = async (): Promise<void> => {
      refuseWhenOver();
      store(writesOf(data, false), lane.batch());
    };
    // A transaction may be working on the very session that is replaced here.
    return data.session ? alone(write) : write();
  }

  async function setWithin(data: SignalDataSet): Promise<void> {
    const { 'lid-mapping': mappings, ...others } = data;
    // What was learnt about addresses stays true when the transaction fails.
    if (mappings) await setApart({ 'lid-mapping': mappings });
    if (!open) await setApart(others);
    else
      for (const write of writesOf(others, open.oneSessionMoves)) open.writes.set(nameOf(write.type, write.id), write);
  }

  return {
    keys: { get: (type, ids) => get(type, ids), set: setApart },
    transactionKeys: {
      get: (type, ids) => get(type, ids, open?.writes),
      set: setWithin,
      transaction: (work) => work(),
      isInTransaction: () => open !== undefined,
    },
    transaction: (work, { also, oneSessionMoves = false } = {}) =>
      alone(async () => {
        refuseWhenOver();
        const writes = new Map<string, Write>();
        open = { writes, oneSessionMoves };
        try {
          const result = await work();
          refuseWhenOver();
          const batch = lane.batch();
          also?.(result, batch);
          store(writes.values(), batch);
          return result;
        } finally {
          open = undefined;
        }
      }),
  };
}

function nameOf(type: string, id: string): string {
  return `${type} ${id}`;
}

export async function readHolding(
  {
    database,
    secrets,
    accountId,
    clock,
    signal,
  }: Omit<SignalStoreOptions, 'lane' | 'unreadable' | 'mapped' | 'keyChange'>,
  type: string,
  ids: readonly string[],
): Promise<{ id: string; text: string }[]> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      return await readKeys(database, secrets, accountId, type, ids);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      await clock.sleep(backoffMs(attempt, { baseMs: 50, capMs: 2_000 }, Math.random), signal);
    }
  }
}
