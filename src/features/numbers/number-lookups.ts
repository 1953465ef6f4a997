import type { Person } from '../../channels/content.ts';
import { createCache } from '../../platform/cache.ts';
import { type Deferred, deferred } from '../../platform/deferred.ts';

/** Who is behind a number; null where it is not on the network. */
export type Found = Pick<Person, 'jid' | 'lid'> | null;

export interface NumberLookupsOptions {
  /** One query to the network. */
  ask: (accountId: string, phones: readonly string[]) => Promise<ReadonlyMap<string, Exclude<Found, null>>>;
  cacheSize: number;
  cacheMs: number;
}

/** Looks numbers up: each that is not known is asked for once, in one query at a time for each account. */
export interface NumberLookups {
  lookUp(accountId: string, phone: string): Promise<Found>;
}

interface Asking {
  waiting: Map<string, Deferred<Found>>;
  /** Those of the query under way. */
  asked: Map<string, Deferred<Found>>;
}

const mostAtOnce = 100;

export function createNumberLookups({ ask, cacheSize, cacheMs }: NumberLookupsOptions): NumberLookups {
  const cache = createCache<Found>({ size: cacheSize, ttlMs: cacheMs });
  const accounts = new Map<string, Asking>();

  async function askFor(accountId: string, asked: Map<string, Deferred<Found>>): Promise<void> {
    try {
      const found = await ask(accountId, [...asked.keys()]);
      for (const [phone, answer] of asked) {
        const person = found.get(phone) ?? null;
        cache.set(`${accountId} ${phone}`, person);
        answer.resolve(person);
      }
    } catch (error) {
      const reason = error instanceof Error ? error : new Error(String(error));
      for (const answer of asked.values()) answer.reject(reason);
    }
  }

  async function askAll(accountId: string, asking: Asking): Promise<void> {
    // What the present turn of the event loop still asks for goes into the same query.
    await Promise.resolve();
    while (asking.waiting.size > 0) {
      asking.asked = new Map([...asking.waiting].slice(0, mostAtOnce));
      for (const phone of asking.asked.keys()) asking.waiting.delete(phone);
      await askFor(accountId, asking.asked);
    }
    accounts.delete(accountId);
  }

  return {
    lookUp(accountId, phone) {
      const known = cache.get(`${accountId} ${phone}`);
      if (known !== undefined) return Promise.resolve(known);
      let asking = accounts.get(accountId);
      const isFirst = !asking;
      asking ??= { waiting: new Map(), asked: new Map() };
      accounts.set(accountId, asking);
      const same = asking.asked.get(phone) ?? asking.waiting.get(phone);
      if (same) return same.promise;
      const answer = deferred<Found>();
      asking.waiting.set(phone, answer);
      if (isFirst) void askAll(accountId, asking);
      return answer.promise;
    },
  };
}
