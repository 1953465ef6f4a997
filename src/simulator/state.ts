import type { SimulatorStore, StateChange } from './options.ts';

/**
 * Durable state by output commit: work changes memory and marks what changed, then asks to `release` its answers. Marks
 * are gathered until the event loop turns (libsignal's promises never wait for it, so a stanza is always gathered as a
 * whole), written as one atomic batch, and only then are the answers let go, in the order in which they were asked for.
 */
export interface State {
  /** `owner` is the phone's number or the group's jid. `encode` runs when the batch is written, at most once for each batch. */
  put(owner: string, key: string, encode: () => Uint8Array): void;
  erase(owner: string, key: string): void;
  /** Erases every key of this owner. */
  eraseOwner(owner: string): void;
  /** Runs once everything put before is durable; at once when it is already. */
  release(action: () => void): void;
  /** Resolves once everything put before is durable. */
  durable(): Promise<void>;
  /** What the store holds; remembers whose it is, so that `eraseOwner` finds it. */
  load(ownerOf: (key: string) => string): Promise<readonly { key: string; value: Uint8Array }[]>;
  /** Writes what is left; afterwards nothing is written any more. */
  close(): Promise<void>;
}

const retryWriteAfterMs = 250;

export function createState(
  store: SimulatorStore | undefined,
  log: (message: string, context: Record<string, unknown>) => void,
): State {
  let dirty = new Map<string, (() => Uint8Array) | null>();
  let waiting: (() => void)[] = [];
  let writing: Promise<void> | undefined;
  let scheduled = false;
  let closed = false;
  const keysByOwner = new Map<string, Set<string>>();

  function keysOf(owner: string): Set<string> {
    let keys = keysByOwner.get(owner);
    if (!keys) keysByOwner.set(owner, (keys = new Set()));
    return keys;
  }

  async function write(changes: readonly StateChange[]): Promise<void> {
    if (!store || changes.length === 0) return;
    try {
      await store.write(changes);
    } catch (error) {
      log('The simulator could not write its state', { error: error instanceof Error ? error.message : 'unknown' });
      if (closed) return;
      await new Promise((resolve) => setTimeout(resolve, retryWriteAfterMs));
      await write(changes);
    }
  }

  async function flush(): Promise<void> {
    const changes = [...dirty].map(([key, encode]) => ({ key, value: encode ? encode() : null }));
    const actions = waiting;
    dirty = new Map();
    waiting = [];
    await write(changes);
    for (const action of actions) action();
  }

  function schedule(): void {
    if (scheduled || writing || closed) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      if (writing || closed) return;
      writing = flush().finally(() => {
        writing = undefined;
        if (dirty.size > 0 || waiting.length > 0) schedule();
      });
    });
  }

  function release(action: () => void): void {
    if (dirty.size === 0 && waiting.length === 0 && !writing) {
      action();
      return;
    }
    waiting.push(action);
    schedule();
  }

  return {
    put(owner, key, encode) {
      if (!store) return;
      keysOf(owner).add(key);
      dirty.set(key, encode);
      schedule();
    },
    erase(owner, key) {
      if (!store || !keysOf(owner).delete(key)) return;
      dirty.set(key, null);
      schedule();
    },
    eraseOwner(owner) {
      for (const key of keysByOwner.get(owner) ?? []) dirty.set(key, null);
      keysByOwner.delete(owner);
      schedule();
    },
    release,
    durable: () => new Promise((resolve) => release(resolve)),
    async load(ownerOf) {
      const rows = (await store?.load()) ?? [];
      for (const { key } of rows) keysOf(ownerOf(key)).add(key);
      return rows;
    },
    async close() {
      closed = true;
      await writing;
      await flush();
    },
  };
}
