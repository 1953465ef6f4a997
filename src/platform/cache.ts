import NodeCache from 'node-cache';

/** Answers that are known for a while. Values are not copied. */
export interface Cache<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  delete(key: string): void;
  clear(): void;
}

/** A full one forgets everything: simpler than an order of use, and it costs only to ask again. */
export function createCache<V>({ size, ttlMs }: { size: number; ttlMs: number }): Cache<V> {
  const entries = new NodeCache({ stdTTL: ttlMs / 1000, maxKeys: size, useClones: false, checkperiod: 0 });
  return {
    get: (key) => entries.get<V>(key),
    set(key, value) {
      if (!entries.has(key) && entries.getStats().keys >= size) entries.flushAll();
      entries.set(key, value);
    },
    delete: (key) => void entries.del(key),
    clear: () => entries.flushAll(),
  };
}
