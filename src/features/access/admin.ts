import { createHmac } from 'node:crypto';
import type { Actor } from '../../platform/actor.ts';
import type { Database } from '../../platform/database.ts';
import type { Service } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import type { Secrets } from '../../platform/secrets.ts';
import { equalInConstantTime } from '../../platform/signed-value.ts';
import { findAdmin, putEnvironmentAdmin } from './admin.store.ts';
import type { Audit } from '../audit/audit.ts';
import type { Passwords } from './passwords.ts';
import { deleteAllSessions } from './session.store.ts';

export interface Credentials {
  username: string;
  password: string;
}

/** The person who may sign in. Read at each sign-in: another instance, or `admin:reset`, may have changed it. */
export interface Admin extends Service {
  exists(): Promise<boolean>;
  /** A wrong name takes as long as a wrong password. */
  matches(credentials: Credentials): Promise<boolean>;
}

export interface AdminOptions {
  database: Database;
  secrets: Secrets;
  passwords: Passwords;
  /** Wins over a stored one. */
  environment: Credentials | undefined;
  audit: Pick<Audit, 'record'>;
  log: Log;
}

const theEnvironment: Actor = { kind: 'system', name: 'ADMIN_USERNAME and ADMIN_PASSWORD', address: null };

export function createAdmin({ database, secrets, passwords, environment, audit, log }: AdminOptions): Admin {
  async function storeEnvironment({ username, password }: Credentials): Promise<void> {
    const pair = JSON.stringify([username, password]);
    const fingerprint = createHmac('sha256', secrets.derive('fingerprint of the admin', 32)).update(pair).digest();
    const stored = await findAdmin(database);
    if (stored?.fingerprint?.equals(fingerprint)) return;
    const passwordHash = await passwords.hash(password);
    const isNew = await database.transaction(async (tx) => {
      const changed = await putEnvironmentAdmin(tx, { username, passwordHash, fingerprint });
      if (changed) {
        await deleteAllSessions(tx);
        await audit.record(tx, { actor: theEnvironment, action: 'admin.changed' });
      }
      return changed;
    });
    if (isNew && stored) log.info('The admin of the environment replaces the stored one; all sessions have ended');
  }

  return {
    name: 'admin',
    start: () => (environment ? storeEnvironment(environment) : Promise.resolve()),
    stop: () => Promise.resolve(),
    exists: async () => (await findAdmin(database)) !== undefined,
    async matches({ username, password }) {
      const stored = await findAdmin(database);
      const isPassword = await passwords.matches(password, stored?.passwordHash);
      return stored !== undefined && equalInConstantTime(username, stored.username) && isPassword;
    },
  };
}
