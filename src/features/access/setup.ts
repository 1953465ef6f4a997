import { randomBytes } from 'node:crypto';
import type { Database } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import type { Secrets } from '../../platform/secrets.ts';
import { equalInConstantTime, macOf } from '../../platform/signed-value.ts';
import type { Audit } from '../audit/audit.ts';
import type { Admin, Credentials } from './admin.ts';
import { deleteAdmin, findAdmin, insertSetUpAdmin, replaceNonce, sharedNonce } from './admin.store.ts';
import type { Passwords } from './passwords.ts';
import { deleteAllSessions } from './session.store.ts';

/** The way in while there is no admin: a link that only who reads the server's output has. */
export interface Setup {
  /** Whether there is no admin yet. */
  open(): Promise<boolean>;
  /** Path and token of the link, the same on every instance; undefined once there is an admin. */
  path(): Promise<string | undefined>;
  /** Throws 409 once there is an admin, 403 for another token than the present link's. */
  check(token: string): Promise<void>;
  /** Creates the admin; of two at once one gets `auth.already_set_up` (409). */
  complete(token: string, credentials: Credentials): Promise<void>;
}

export interface SetupOptions {
  database: Database;
  secrets: Secrets;
  admin: Pick<Admin, 'exists'>;
  passwords: Passwords;
}

function newNonce(): string {
  return randomBytes(32).toString('base64url');
}

function tokenOf(nonce: string, secrets: Secrets): string {
  return macOf(nonce, secrets.derive('set-up link', 32));
}

function alreadySetUp(): AppError {
  return new AppError('auth.already_set_up', {
    status: 409,
    detail: 'There is an admin already: sign in. If that was not you, run npm run admin:reset on the server.',
  });
}

export function createSetup({ database, secrets, admin, passwords }: SetupOptions): Setup {
  const open = async (): Promise<boolean> => !(await admin.exists());

  async function nonceFor(token: string): Promise<string> {
    if (!(await open())) throw alreadySetUp();
    const nonce = await sharedNonce(database, newNonce());
    if (equalInConstantTime(token, tokenOf(nonce, secrets))) return nonce;
    throw new AppError('auth.wrong_setup_link', {
      status: 403,
      detail: 'This set-up link is not the present one: take the one that the server printed when it last started.',
    });
  }

  return {
    open,
    async path() {
      if (!(await open())) return undefined;
      return setupPath(tokenOf(await sharedNonce(database, newNonce()), secrets));
    },
    async check(token) {
      await nonceFor(token);
    },
    async complete(token, { username, password }) {
      const nonce = await nonceFor(token);
      const passwordHash = await passwords.hash(password);
      if (!(await insertSetUpAdmin(database, { username, passwordHash, nonce }))) throw alreadySetUp();
    },
  };
}

function setupPath(token: string): string {
  return `/setup?token=${token}`;
}

/** Removes the admin, ends all sessions and makes a new set-up link; older links are worth nothing any more. */
export async function resetAdmin(
  database: Database,
  secrets: Secrets,
  audit: Pick<Audit, 'record'>,
): Promise<{ path: string; removed: 'environment' | 'setup' | undefined }> {
  const nonce = newNonce();
  const removed = await database.transaction(async (tx) => {
    const admin = await findAdmin(tx);
    await deleteAdmin(tx);
    await deleteAllSessions(tx);
    await replaceNonce(tx, nonce);
    await audit.record(tx, {
      actor: { kind: 'system', name: 'npm run admin:reset', address: null },
      action: 'admin.reset',
    });
    return admin?.source;
  });
  return { path: setupPath(tokenOf(nonce, secrets)), removed };
}
