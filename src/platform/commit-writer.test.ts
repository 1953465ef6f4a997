import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPostgresProxy, type PostgresProxy } from '../../test/doubles/postgres-proxy.ts';
import { createRecordingLog } from '../../test/doubles/recording-log.ts';
import { openTestDatabase, type TestDatabase } from '../../test/doubles/test-database.ts';
import { systemClock as clock } from './clock.ts';
import { type ChangeKind, type CommitWriter, createCommitWriter } from './commit-writer.ts';
import { createDatabase, type Database } from './database.ts';

const patient = new AbortController().signal;
const log = createRecordingLog();
let database: TestDatabase;
let proxy: PostgresProxy;
let faraway: Database;
let writer: CommitWriter;
let owners = 0;

beforeAll(async () => {
  database = await openTestDatabase({ empty: true });
  await database.execute(
    'CREATE TABLE written (position serial, owner text, kind text, value text CHECK (length(value) < 50))',
  );
  proxy = await createPostgresProxy(database.connection);
  faraway = createDatabase({ connection: () => proxy.connection(), clock, log });
  await faraway.start();
  writer = createCommitWriter({ database: faraway, clock, log });
});
afterAll(async () => {
  await faraway.stop();
  await proxy.close();
  await database.close();
});

function kind(name: string): ChangeKind<string> {
  return {
    name,
    async apply(tx, owner, rows) {
      const sql =
        'INSERT INTO written (owner, kind, value) SELECT $1, $2, value FROM unnest($3::text[]) WITH ORDINALITY AS g(value, place) ORDER BY place';
      await tx.execute(sql, [owner, name, rows]);
    },
  };
}
const letters = kind('letters');
const numbers = kind('numbers');
const poison = 'x'.repeat(60);

function newOwner(): string {
  owners += 1;
  return `owner ${owners}`;
}
function commit(owner: string, ...values: string[]): Promise<void> {
  const batch = writer.batch(owner);
  for (const value of values) batch.add(letters, value);
  return writer.commit(batch, patient);
}
async function valuesOf(owner: string): Promise<string[]> {
  const rows = await database.rows<{ value: string }>('SELECT value FROM written WHERE owner = $1 ORDER BY position', [
    owner,
  ]);
  return rows.map(({ value }) => value);
}

test('a batch is durable when the commit resolves, each kind in one call with its rows in order', async () => {
  const owner = newOwner();
  const batch = writer.batch(owner);
  batch.add(letters, 'a');
  batch.add(numbers, '1');
  batch.add(letters, 'b');
  batch.add(numbers, '2');
  await writer.commit(batch, patient);
  expect(await valuesOf(owner)).toEqual(['a', 'b', '1', '2']);
});

test('a batch is stored whole or not at all', async () => {
  const owner = newOwner();
  const batch = writer.batch(owner);
  batch.add(numbers, 'good');
  batch.add(letters, poison);
  await expect(writer.commit(batch, patient)).rejects.toThrow('written_value_check');
  expect(await valuesOf(owner)).toEqual([]);
});

test('batches of one owner are stored in the order of the calls', async () => {
  const owner = newOwner();
  const values = Array.from({ length: 50 }, (_, index) => String(index));
  await Promise.all(values.map((value) => commit(owner, value)));
  expect(await valuesOf(owner)).toEqual(values);
});

test('a refused batch stops neither those behind it nor those of others', async () => {
  const [sick, healthy] = [newOwner(), newOwner()];
  const refused = expect(commit(sick, poison)).rejects.toThrow('written_value_check');
  await Promise.all([commit(sick, 'behind it'), commit(healthy, 'beside it'), refused]);
  expect([await valuesOf(sick), await valuesOf(healthy)]).toEqual([['behind it'], ['beside it']]);
});

test('an empty batch is durable once those before it are', async () => {
  const owner = newOwner();
  const before = commit(owner, 'before');
  await commit(owner);
  expect(await valuesOf(owner)).toEqual(['before']);
  await before;
});

test('while the database is away batches are held, and stored in order once it is back', async () => {
  const owner = newOwner();
  await proxy.close();
  const settled: string[] = [];
  const all = ['1', '2', '3'].map((value) => commit(owner, value).then(() => settled.push(value)));
  await clock.sleep(300);
  expect(settled).toEqual([]);
  await proxy.listen();
  await Promise.all(all);
  expect(settled).toEqual(['1', '2', '3']);
  expect(await valuesOf(owner)).toEqual(['1', '2', '3']);
});

test('an abort ends the holding of that batch only', async () => {
  const owner = newOwner();
  await proxy.close();
  const stopping = new AbortController();
  const batch = writer.batch(owner);
  batch.add(letters, 'given up');
  const aborted = expect(writer.commit(batch, stopping.signal)).rejects.toThrow('stopping');
  const next = commit(owner, 'kept');
  stopping.abort(new Error('stopping'));
  await aborted;
  await proxy.listen();
  await next;
  expect(await valuesOf(owner)).toEqual(['kept']);
});

test('a batch is of its own writer', () => {
  const other = createCommitWriter({ database, clock, log });
  expect(() => writer.commit({ owner: 'me', add: () => undefined }, patient)).toThrow('another writer');
  expect(other.batch('me').owner).toBe('me');
});
