import type { CacheStore, GroupMetadata } from '@whiskeysockets/baileys';

/** What must outlive one socket of an account, so that a reconnect neither asks everything again nor forgets retries. */
export interface SocketCaches {
  readonly retryCounters: CacheStore;
  readonly groups: Map<string, GroupMetadata>;
  /** Phone jid as callers write it -> the jid under which WhatsApp knows it. */
  readonly recipients: Map<string, string>;
}

const mostEntries = 5_000;

export function createSocketCaches(): SocketCaches {
  return {
    retryCounters: boundedStore(),
    groups: new BoundedMap(),
    recipients: new BoundedMap(),
  };
}

/** Drops the entry that was set first when it grows past its bound. */
class BoundedMap<V> extends Map<string, V> {
  override set(key: string, value: V): this {
    this.delete(key);
    super.set(key, value);
    if (this.size > mostEntries) {
      const [oldest] = this.keys();
      if (oldest !== undefined) this.delete(oldest);
    }
    return this;
  }
}

function boundedStore(): CacheStore {
  const entries = new BoundedMap<unknown>();
  return {
    // The type parameter is the library's: it trusts itself to ask for what it has set.
    get: ((key: string) => entries.get(key)) as CacheStore['get'],
    set: (key, value) => {
      entries.set(key, value);
    },
    del: (key) => {
      entries.delete(key);
    },
    flushAll: () => entries.clear(),
  };
}
