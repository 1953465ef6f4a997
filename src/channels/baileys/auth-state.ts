import {
  type AuthenticationCreds,
  BufferJSON,
  initAuthCreds,
  proto,
  type SignalDataSet,
  type SignalDataTypeMap,
  type SignalKeyStore,
} from '@whiskeysockets/baileys';
import { backoffMs } from '../../platform/retry.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Batch, CommitWriter } from '../../platform/commit-writer.ts';
import { type Database, isUnavailable } from '../../platform/database.ts';
import type { Secrets } from '../../platform/secrets.ts';
import { credentialsType, keyChange, type KeyRow, readKeys } from './auth.store.ts';

export interface AuthStateParts {
  accountId: string;
  database: Database;
  writer: CommitWriter;
  secrets: Secrets;
  clock: Clock;
}

export interface AuthState {
  readonly creds: AuthenticationCreds;
  readonly keys: SignalKeyStore;
  /** Adds the credentials as they are now to a batch. */
  addCreds(batch: Batch): void;
  /** Their socket is gone: nothing more is read or stored. Resolves once what was under way is durable. */
  retire(): Promise<void>;
}

export interface AuthStateLife {
  /** Aborts when nothing more may be written. */
  signal: AbortSignal;
  /** Told once: a key could not be read, so that its socket must end. No key is stored from then on. */
  unreadable(error: unknown): void;
  /** Told which phone stands behind a LID, in the batch in which Baileys stores that it learnt it. */
  mapped(mapping: { lid: string; phone: string }, batch: Batch): void;
}

const credsId = 'me';

/**
 * An account's credentials and Signal keys in Postgres, each value sealed. Reads hold while the database is away and never
 * answer "absent" because of an error; credentials that cannot be read are an error, never a reason for fresh ones.
 * Writes are ordered per account by the commit writer; a read waits for the writes before it.
 */
export async function loadAuthState(parts: AuthStateParts, life: AuthStateLife): Promise<AuthState> {
  const { accountId, secrets, writer } = parts;
  const { signal } = life;
  const over = new AbortController();
  const reading = AbortSignal.any([signal, over.signal]);
  let lastWrite: Promise<void> = Promise.resolve();

  const [stored] = await readHolding(parts, credentialsType, [credsId], signal);
  const creds = stored ? withoutUnfinishedCode(decode(stored.plain) as AuthenticationCreds) : initAuthCreds();

  function row(type: string, id: string, value: unknown): KeyRow {
    const sealed = value === null ? null : secrets.seal(encode(value), place(accountId, type, id));
    return { type, id, value: sealed };
  }

  async function set(data: SignalDataSet): Promise<void> {
    over.signal.throwIfAborted();
    const batch = writer.batch(accountId);
    for (const [type, values] of Object.entries(data)) {
      for (const [id, value] of Object.entries(values)) {
        batch.add(keyChange, row(type, id, value ?? null));
        // Each pair stands there twice; the other one is `<lid>_reverse`.
        const isMapping = type === 'lid-mapping' && /^\d+$/.test(id) && typeof value === 'string';
        if (isMapping) life.mapped({ lid: `${value}@lid`, phone: `+${id}` }, batch);
      }
    }
    lastWrite = writer.commit(batch, signal);
    await lastWrite;
  }

  async function get<T extends keyof SignalDataTypeMap>(
    type: T,
    ids: string[],
  ): Promise<Record<string, SignalDataTypeMap[T]>> {
    await lastWrite.catch(() => undefined);
    try {
      const rows = await readHolding(parts, type, ids, reading);
      return Object.fromEntries(rows.map(({ id, plain }) => [id, revive(type, plain)]));
    } catch (error) {
      // Baileys takes an error for "no session" and would store a new one over what could not be read.
      if (!reading.aborted) life.unreadable(error);
      over.abort(error);
      throw error;
    }
  }

  async function retire(): Promise<void> {
    over.abort(new Error('The socket of these keys is gone'));
    await lastWrite.catch(() => undefined);
  }

  return {
    creds,
    keys: { get, set },
    retire,
    addCreds: (batch) => batch.add(keyChange, row(credentialsType, credsId, creds)),
  };
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

async function readHolding(
  parts: AuthStateParts,
  type: string,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<{ id: string; plain: string }[]> {
  for (let attempt = 1; ; attempt += 1) {
    signal.throwIfAborted();
    try {
      const rows = await readKeys(parts.database, parts.accountId, type, ids);
      return rows.map(({ id, value }) => ({
        id,
        plain: parts.secrets.open(value, place(parts.accountId, type, id)).toString('utf8'),
      }));
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      await parts.clock.sleep(backoffMs(attempt, { baseMs: 50, capMs: 2_000 }, Math.random), signal);
    }
  }
}

function place(accountId: string, type: string, id: string): { table: string; row: string; column: string } {
  return { table: 'channel_keys', row: `${accountId}|${type}|${id}`, column: 'value' };
}

function encode(value: unknown): string {
  return JSON.stringify(value, BufferJSON.replacer);
}

function decode(text: string): unknown {
  return JSON.parse(text, BufferJSON.reviver);
}

/** App-state keys must be protobuf messages again, as in Baileys' own `useMultiFileAuthState`. */
function revive<T extends keyof SignalDataTypeMap>(type: T, text: string): SignalDataTypeMap[T] {
  if (type !== 'app-state-sync-key') return decode(text) as SignalDataTypeMap[T];
  const key = proto.Message.AppStateSyncKeyData.fromObject(decode(text) as proto.Message.IAppStateSyncKeyData);
  return key as proto.Message.IAppStateSyncKeyData as SignalDataTypeMap[T];
}
