import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock as clock } from '../../src/platform/clock.ts';
import { createDatabase, type Database } from '../../src/platform/database.ts';
import { createRecordingLog } from '../doubles/recording-log.ts';
import { openTestDatabase, type TestDatabase } from '../doubles/test-database.ts';
import { createTransactionPooler, type TransactionPooler } from '../doubles/transaction-pooler.ts';

let database: TestDatabase;
let pooler: TransactionPooler;
let pooled: Database;

beforeAll(async () => {
  database = await openTestDatabase();
  pooler = await createTransactionPooler(database.connection);
  pooled = createDatabase({ connection: () => pooler.connection, clock, log: createRecordingLog(), maxConnections: 5 });
  await pooled.start();
});
afterAll(async () => {
  await pooled.stop();
  await pooler.close();
  await database.close();
});

const backendSql = 'SELECT pg_backend_pid() AS pid';

test('a transaction stays on one connection, the next one is on another', async () => {
  const pids: unknown[] = [];
  for (let time = 0; time < 3; time += 1) {
    await pooled.transaction(async (tx) => {
      const first = await tx.one<{ pid: number }>(backendSql);
      expect(await tx.one(backendSql)).toEqual(first);
      pids.push(first?.pid);
    });
  }
  expect(new Set(pids).size).toBe(3);
});

test('more transactions than connections wait for each other, and one that fails is over', async () => {
  const before = pooler.transactions;
  const work = Array.from({ length: 10 }, (_, index) =>
    pooled.transaction(async (tx) => {
      await tx.one(backendSql);
      if (index === 0) throw new Error('rolled back');
    }),
  );
  const results = await Promise.allSettled(work);
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  // The pool looks once at each connection that it opens.
  expect(pooler.transactions - before).toBeGreaterThanOrEqual(10);
  expect(pooler.sessionNeeds).toEqual([]);
});

test('no statement is prepared, however often it runs', async () => {
  for (let time = 0; time < 10; time += 1) {
    expect(await pooled.one('SELECT $1::int AS time', [time])).toEqual({ time });
  }
  expect(pooler.sessionNeeds).toEqual([]);
});

test('what needs a connection of its own is noticed', async () => {
  await pooled.execute('LISTEN something');
  await pooled.execute('SET statement_timeout = 1000');
  await pooled.execute('SELECT pg_advisory_lock(1)');
  expect(pooler.sessionNeeds).toEqual([
    'LISTEN something',
    'SET statement_timeout = 1000',
    'SELECT pg_advisory_lock(1)',
  ]);
});
