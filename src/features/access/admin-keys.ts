import type { Actor } from '../../platform/actor.ts';
import type { Database, Transaction } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import type { Audit } from '../audit/audit.ts';
import { type AdminKey, deleteAdminKey, findAdminKey, listAdminKeys } from './access.store.ts';

/** The keys of operators' scripts that were made here; that of the environment is none of them. */
export interface AdminKeys {
  createAdminKey(tx: Transaction, name: string, actor: Actor): Promise<{ key: AdminKey; issued: IssuedKey }>;
  /** In order of creation, from the one after `afterId` on. */
  listAdminKeys(afterId: string | null, limit: number): Promise<AdminKey[]>;
  /** Throws `key.not_found`, as `revokeAdminKey` does. */
  getAdminKey(id: string): Promise<AdminKey>;
  /** Throws `key.not_found`, also for the key of an account. */
  revokeAdminKey(tx: Transaction, id: string, actor: Actor): Promise<void>;
}

export interface IssuedKey {
  /** Shown once. */
  key: string;
  hint: string;
}

export interface AdminKeysOptions {
  database: Database;
  audit: Audit;
  issue: (tx: Transaction, name: string) => Promise<IssuedKey & { id: string; createdAt: Date }>;
  /** Forgets looked-up keys. */
  forget: () => void;
}

export function createAdminKeys({ database, audit, issue, forget }: AdminKeysOptions): AdminKeys {
  return {
    async createAdminKey(tx, name, actor) {
      const { id, hint, createdAt, key } = await issue(tx, name);
      await audit.record(tx, { actor, action: 'key.created', details: { id, name, hint } });
      return { key: { id, name, hint, createdAt, lastUsedAt: null }, issued: { key, hint } };
    },
    listAdminKeys: (afterId, limit) => listAdminKeys(database, afterId, limit),
    async getAdminKey(id) {
      const key = await findAdminKey(database, id);
      if (!key) throw keyNotFound();
      return key;
    },
    async revokeAdminKey(tx, id, actor) {
      const revoked = await deleteAdminKey(tx, id);
      if (!revoked) throw keyNotFound();
      const { name, hint } = revoked;
      await audit.record(tx, { actor, action: 'key.revoked', details: { id, name, hint } });
      tx.afterCommit(forget);
    },
  };
}

function keyNotFound(): AppError {
  return new AppError('key.not_found', { status: 404, detail: 'There is no such admin key.' });
}
