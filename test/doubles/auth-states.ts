import type { SignalKeyStore } from '@whiskeysockets/baileys';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { keyChangeKind } from '../../src/channels/baileys/auth.store.ts';
import { type AuthState, loadAuthState } from '../../src/channels/baileys/auth-state.ts';
import type { SignalStoreOptions } from '../../src/channels/baileys/signal-store.ts';
import { systemClock as clock } from '../../src/platform/clock.ts';
import { type CommitWriter, createCommitWriter, type Lane } from '../../src/platform/commit-writer.ts';
import { createDatabase, type Database } from '../../src/platform/database.ts';
import type { Lease } from '../../src/platform/leases.ts';
import { createSecrets } from '../../src/platform/secrets.ts';
import { leaseOn } from './leases.ts';
import { createPostgresProxy, type PostgresProxy } from './postgres-proxy.ts';
import { createRecordingLog } from './recording-log.ts';
import { openTestDatabase, type TestDatabase } from './test-database.ts';

/** An account's keys with the lane in which they are stored. */
export interface LoadedState extends AuthState {
  readonly keys: SignalKeyStore;
  readonly lane: Lane;
}

export interface AuthStates {
  readonly database: TestDatabase;
  readonly writer: CommitWriter;
  /** The account of this test. */
  accountId: string;
  newAccount(): Promise<string>;
  load(
    parts?: { database?: Database; writer?: CommitWriter; key?: string },
    life?: Partial<Pick<SignalStoreOptions, 'signal' | 'unreadable' | 'mapped'>>,
  ): Promise<LoadedState>;
  storeCreds(state: LoadedState): Promise<void>;
  storedIds(type: string): Promise<string[]>;
  /** The same database over a network that fails on demand. */
  readonly proxy: PostgresProxy;
  readonly faraway: { database: Database; writer: CommitWriter };
}

const log = createRecordingLog();
const patient = new AbortController().signal;
const masterKey = 'the master key of these tests, long enough';

/** Resolves once they are stored. Key types are opaque to the store, so tests name whatever they like. */
export async function setKeys(state: LoadedState, data: Record<string, Record<string, unknown>>): Promise<void> {
  await state.keys.set(data);
  await state.lane.settled();
}
export async function getKeys(state: LoadedState, type: string, ids: string[]): Promise<Record<string, unknown>> {
  return state.keys.get(type as 'session', ids);
}

/** A database with a fresh account for each test, and what loads its credentials and keys. */
export function useAuthStates(): AuthStates {
  let database: TestDatabase;
  let writer: CommitWriter;
  let proxy: PostgresProxy;
  let faraway: AuthStates['faraway'];
  let accounts = 0;
  const leases = new Map<string, Lease>();

  async function newAccount(): Promise<string> {
    accounts += 1;
    const id = `acc_${accounts}`;
    await database.execute(
      `INSERT INTO whatsapp_accounts (id, name, kind, status, status_message) VALUES ($1, $1, 'whatsapp', 'initializing', '')`,
      [id],
    );
    return id;
  }

  beforeAll(async () => {
    database = await openTestDatabase();
    writer = createCommitWriter({ database, clock, log });
    proxy = await createPostgresProxy(database.connection);
    const away = createDatabase({ connection: () => proxy.connection(), clock, log, maxConnections: 2 });
    await away.start();
    faraway = { database: away, writer: createCommitWriter({ database: away, clock, log }) };
  });
  afterAll(async () => {
    await faraway.database.stop();
    await proxy.close();
    await database.close();
  });

  const states: AuthStates = {
    accountId: '',
    get database() {
      return database;
    },
    get writer() {
      return writer;
    },
    get proxy() {
      return proxy;
    },
    get faraway() {
      return faraway;
    },
    newAccount,
    async load({ key = masterKey, ...parts } = {}, life = {}) {
      const { accountId } = states;
      const secrets = createSecrets({ key });
      const lease = leases.get(accountId) ?? (await leaseOn(database, accountId));
      leases.set(accountId, lease);
      const lane = (parts.writer ?? writer).lane(lease);
      const state = await loadAuthState({
        accountId,
        database: parts.database ?? database,
        secrets,
        keyChange: keyChangeKind(secrets),
        lane,
        clock,
        signal: patient,
        unreadable: () => undefined,
        mapped: () => undefined,
        ...life,
      });
      return { ...state, keys: state.store.keys, lane };
    },
    async storeCreds({ lane, addCreds }) {
      const batch = lane.batch();
      addCreds(batch);
      lane.commit(batch);
      await lane.settled();
    },
    async storedIds(type) {
      const sql = 'SELECT id FROM channel_keys WHERE account_id = $1 AND type = $2 ORDER BY id';
      return (await database.rows<{ id: string }>(sql, [states.accountId, type])).map(({ id }) => id);
    },
  };
  beforeEach(async () => {
    states.accountId = await newAccount();
  });
  return states;
}
