import { type AuthenticationCreds, initAuthCreds } from '@whiskeysockets/baileys';
import type { Batch, ChangeKind } from '../../platform/commit-writer.ts';
import { isUnavailable } from '../../platform/database.ts';
import { backoffMs } from '../../platform/retry.ts';
import { credentialsType, findLastPreKey, type KeyRow } from './auth.store.ts';
import { decode, encode } from './key-values.ts';
import { createSignalStore, readHolding, type SignalStore, type SignalStoreOptions } from './signal-store.ts';

export interface AuthState {
  readonly creds: AuthenticationCreds;
  readonly store: SignalStore;
  /** Adds the credentials as they are now to a batch. */
  addCreds: (batch: Batch) => void;
}

const credsId = 'me';

/**
 * An account's credentials and Signal keys in Postgres, each value sealed. Credentials that cannot be read are an error,
 * never a reason for fresh ones; while the database is away it holds.
 */
export async function loadAuthState(options: SignalStoreOptions): Promise<AuthState> {
  const [stored] = await readHolding(options, credentialsType, [credsId]);
  const creds = stored ? withoutUnfinishedCode(decode(stored.text) as AuthenticationCreds) : initAuthCreds();
  if (stored) await skipUsedPreKeys(creds, options);
  return { creds, store: createSignalStore(options), addCreds: (batch) => addCreds(creds, options.keyChange, batch) };
}

function addCreds(creds: AuthenticationCreds, keyChange: ChangeKind<KeyRow>, batch: Batch): void {
  // Baileys changes the object; these are the credentials of this batch.
  const text = encode(creds);
  batch.add(keyChange, { type: credentialsType, id: credsId, text: () => text });
}

/** Pre-keys may be stored and told to WhatsApp before the credentials that count them are. */
async function skipUsedPreKeys(creds: AuthenticationCreds, options: SignalStoreOptions): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    options.signal.throwIfAborted();
    try {
      creds.nextPreKeyId = Math.max(
        creds.nextPreKeyId,
        (await findLastPreKey(options.database, options.accountId)) + 1,
      );
      return;
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      await options.clock.sleep(backoffMs(attempt, { baseMs: 50, capMs: 2_000 }, Math.random), options.signal);
    }
  }
}

/**
 * Asking for a code to type sets `me` before anything is linked. With it Baileys would log in instead of asking to be
 * linked, and be refused as logged out.
 */
function withoutUnfinishedCode(creds: AuthenticationCreds): AuthenticationCreds {
  if (creds.account !== undefined) return creds;
  const { me: _unlinked, ...others } = creds;
  return { ...others, pairingCode: undefined, registered: false };
}
