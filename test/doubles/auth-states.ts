import type { SignalDataSet } from '@whiskeysockets/baileys';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type AuthState, type AuthStateLife, loadAuthState } from '../../src/channels/baileys/auth-state.ts';
import { systemClock as clock } from '../../src/platform/clock.ts';
import { type CommitWriter, createCommitWriter } from '../../src/platform/commit-writer.ts';
import { createDatabase, type Database } from '../../src/platform/database.ts';
import { createSecrets } from '../../src/platform/secrets.ts';
import { createPostgresProxy, type PostgresProxy } from './postgres-proxy.ts';
import { createRecordingLog } from './recording-log.ts';
import { openTestDatabase, type TestDatabase } from './test-database.ts';

export interface AuthStates {
  readonly database: TestDatabase;
  readonly writer: CommitWriter;
  /** The account of this test. */
  accountId: string;
  newAccount(): Promise<string>;
  load(
    parts?: { database?: Database; writer?: CommitWriter; key?: string },
    life?: Partial<AuthStateLife>,
  ): Promise<AuthState>;
  storeCreds(state: AuthState): Promise<void>;
  storedIds(type: string): Promise<string[]>;
  /** The same database over a network that fails on demand. */
  readonly proxy: PostgresProxy;
  readonly faraway: { database: Database; writer: CommitWriter };
}

const log = createRecordingLog();
const patient = new AbortController().signal;
const masterKey = 'the master key of these tests, long enough';

/** Key types are opaque to the store, so tests name whatever they like. */
export function setKeys(state: AuthState, data: Record<string, Record<string, unknown>>): Promise<void> {
  return Promise.resolve(state.keys.set(data as SignalDataSet));
}
export async function getKeys(state: AuthState, type: string, ids: string[]): Promise<Record<string, unknown>> {
  return state.keys.get(type as 'session', ids);
}

/** A database with a fresh account for each test, and what loads its credentials and keys. */
export function useAuthStates(): AuthStates {
  let database: TestDatabase;
  let writer: CommitWriter;
  let proxy: PostgresProxy;
  let faraway: AuthStates['faraway'];
  let accounts = 0;

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
    load({ key = masterKey, ...parts } = {}, life = {}) {
      const { accountId } = states;
      return loadAuthState(
        { accountId, database, writer, secrets: createSecrets({ key }), clock, ...parts },
        { signal: patient, unreadable: () => undefined, mapped: () => undefined, ...life },
      );
    },
    async storeCreds(state) {
      const batch = writer.batch(states.accountId);
      state.addCreds(batch);
      await writer.commit(batch, patient);
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
