import type { SimulatorStore, StateChange } from '../../src/simulator/options.ts';

export interface MemoryStore extends SimulatorStore {
  readonly rows: Map<string, Uint8Array>;
  /** From now on writes wait for `release`. */
  hold(): void;
  release(): void;
}

/** A disk in memory. What is in `rows` is what a kill -9 would leave. */
export function createMemoryStore(rows: ReadonlyMap<string, Uint8Array> = new Map()): MemoryStore {
  const stored = new Map(rows);
  let held: Promise<void> | undefined;
  let release = (): void => undefined;
  return {
    rows: stored,
    load: async () => Array.from(stored, ([key, value]) => ({ key, value })),
    async write(changes: readonly StateChange[]) {
      await held;
      for (const { key, value } of changes) {
        if (value) stored.set(key, value);
        else stored.delete(key);
      }
    },
    hold() {
      held = new Promise((resolve) => (release = resolve));
    },
    release() {
      held = undefined;
      release();
    },
  };
}
