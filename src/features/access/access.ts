import { createHash, timingSafeEqual } from 'node:crypto';
import { createCache } from '../../platform/cache.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Transaction } from '../../platform/database.ts';
import { newId } from '../../platform/ids.ts';
import type { Log } from '../../platform/log.ts';
import type { Caller } from '../../platform/caller.ts';
import type { Audit } from '../audit/audit.ts';
import { endKeys, findKey, insertKey, type KeyRow } from './access.store.ts';
import { createAdminKeys, type AdminKeys, type IssuedKey } from './admin-keys.ts';
import { hashOf, hintOf, isWellFormed, type KeyKind, newApiKey } from './api-key.ts';
import { createKeyUse } from './key-use.ts';

export type { AdminKey } from './access.store.ts';
export type { IssuedKey } from './admin-keys.ts';
export { resetAdmin } from './setup.ts';
export type { SessionEntry } from './sessions.ts';
export { createSignIn, type SignIn } from './sign-in.ts';

export interface Access extends AdminKeys {
  /** Who holds this key; undefined for a wrong one. */
  authenticate(key: string): Promise<Caller | undefined>;
  issueAccountKey(tx: Transaction, accountId: string, kind: KeyKind): Promise<IssuedKey>;
  /** Keys were removed: no remembered look-up may let one in any more. */
  keysRemoved(): void;
  /** A new key; the old ones end at once or after the overlap. */
  replaceAccountKey(tx: Transaction, accountId: string, kind: KeyKind, overlapMinutes: number): Promise<IssuedKey>;
}

export interface AccessOptions {
  database: Database;
  audit: Audit;
  /** The admin key given from outside, if any. */
  adminApiKey: string | undefined;
  /** How many looked-up keys are remembered. */
  cacheSize: number;
  /** How long, at most 5 s: a revoked key must be dead within that time on every instance. */
  cacheMs: number;
  clock: Clock;
  log: Log;
}

const longestCacheMs = 5_000;

export function createAccess(options: AccessOptions): Access {
  const { database, adminApiKey, clock } = options;
  const use = createKeyUse(options);
  const cache = createCache<KeyRow | null>({
    size: options.cacheSize,
    ttlMs: Math.min(options.cacheMs, longestCacheMs),
  });

  async function look(key: string): Promise<KeyRow | null> {
    const hash = hashOf(key);
    const name = hash.toString('base64');
    const known = cache.get(name);
    if (known !== undefined) return known;
    const found = (await findKey(database, hash)) ?? null;
    cache.set(name, found);
    return found;
  }

  async function issue(
    tx: Transaction,
    kind: KeyKind,
    holder: { accountId: string | null; name: string | null },
  ): Promise<IssuedKey & { id: string; createdAt: Date }> {
    const key = newApiKey(kind);
    const createdAt = clock.now();
    const kept = { id: newId('key', createdAt), hint: hintOf(key), createdAt };
    await insertKey(tx, { ...kept, ...holder, hash: hashOf(key) });
    return { ...kept, key };
  }

  function issueAccountKey(tx: Transaction, accountId: string, kind: KeyKind): Promise<IssuedKey> {
    return issue(tx, kind, { accountId, name: null });
  }

  return {
    ...createAdminKeys({
      database,
      audit: options.audit,
      issue: (tx, name) => issue(tx, 'admin', { accountId: null, name }),
      forget: () => cache.clear(),
    }),
    async authenticate(key) {
      if (adminApiKey !== undefined && equalInConstantTime(key, adminApiKey)) {
        return { kind: 'admin', keyId: 'environment', keyName: "environment's admin key" };
      }
      if (!isWellFormed(key)) return undefined;
      const row = await look(key);
      if (!row) return undefined;
      use.note(row.id);
      const { id: keyId, name: keyName, accountId } = row;
      return accountId === null ? { kind: 'admin', keyId, keyName } : { kind: 'account', accountId, keyId, keyName };
    },
    issueAccountKey,
    keysRemoved: () => cache.clear(),
    async replaceAccountKey(tx, accountId, kind, overlapMinutes) {
      await endKeys(tx, accountId, overlapMinutes);
      tx.afterCommit(() => cache.clear());
      return issueAccountKey(tx, accountId, kind);
    },
  };
}

function equalInConstantTime(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
