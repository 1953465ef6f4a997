import type { CacheStore } from '@whiskeysockets/baileys';

/**
 * A `userDevicesCache` that outlives its client. With an empty one a stock client replaces good sessions on its first send,
 * and loses what arrives at that moment.
 */
export function createDeviceCache(): CacheStore {
  const rows = new Map<string, unknown>();
  return {
    get: ((key: string) => rows.get(key)) as CacheStore['get'],
    set(key, value) {
      rows.set(key, value);
    },
    del: (key) => rows.delete(key),
    flushAll: () => rows.clear(),
  };
}
