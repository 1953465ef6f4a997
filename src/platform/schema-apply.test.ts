import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRecordingLog, type RecordingLog } from '../../test/doubles/recording-log.ts';
import { openTestDatabase, type TestDatabase } from '../../test/doubles/test-database.ts';
import { waitFor } from '../../test/doubles/wait-for.ts';
import { systemClock as clock } from './clock.ts';
import { applySchema, type Schema } from './schema-apply.ts';

const versionTable = `CREATE TABLE IF NOT EXISTS schema_version (
  only_row boolean PRIMARY KEY DEFAULT true, version integer NOT NULL, checksum text NOT NULL,
  applied_at timestamptz NOT NULL DEFAULT now());`;
const first: Schema = { version: 1, sql: `${versionTable} CREATE TABLE IF NOT EXISTS word (word text);` };
const second: Schema = {
  version: 2,
  sql: `${first.sql} ALTER TABLE word ADD COLUMN IF NOT EXISTS number integer; INSERT INTO word VALUES ('applied');`,
};

let db: TestDatabase;
let log: RecordingLog;

beforeEach(async () => {
  db = await openTestDatabase({ empty: true });
  log = createRecordingLog();
});

afterEach(() => db.close());

const apply = (schema: Schema): Promise<void> =>
  applySchema(db, schema, { clock, log, lockTimeoutMs: 20, random: () => 0.01 });

test('an empty database gets the schema and its version', async () => {
  await apply(first);
  expect(await db.one('SELECT version FROM schema_version')).toEqual({ version: 1 });
  expect(await db.rows('SELECT word FROM word')).toEqual([]);
});

test('an older database is brought up to date and keeps its rows', async () => {
  await apply(first);
  await db.execute(`INSERT INTO word VALUES ('kept')`);
  await apply(second);
  expect(await db.rows('SELECT word, number FROM word ORDER BY word')).toEqual([
    { word: 'applied', number: null },
    { word: 'kept', number: null },
  ]);
});

test('an unchanged schema is not applied again; a changed one of the same version is', async () => {
  await apply(second);
  await apply(second);
  expect(await db.rows('SELECT word FROM word')).toHaveLength(1);
  await apply({ ...second, sql: `${second.sql} -- changed` });
  expect(await db.rows('SELECT word FROM word')).toHaveLength(2);
});

test('several that start at the same moment apply it once', async () => {
  await Promise.all([apply(second), apply(second), apply(second), apply(second)]);
  expect(await db.rows('SELECT word FROM word')).toHaveLength(1);
});

test('a newer database is refused in one sentence, and left alone', async () => {
  await apply(second);
  await expect(apply(first)).rejects.toMatchObject({
    code: 'schema.newer',
    detail: expect.stringContaining('written by a newer Switchboard (schema 2, this one knows 1)') as string,
  });
  expect(await db.one('SELECT version FROM schema_version')).toEqual({ version: 2 });
});

test('a mistake in the schema changes nothing at all', async () => {
  await apply(first);
  await expect(apply({ version: 2, sql: `${second.sql} SELECT nonsense;` })).rejects.toThrow('nonsense');
  expect(await db.one('SELECT version FROM schema_version')).toEqual({ version: 1 });
  expect(await db.rows('SELECT word FROM word')).toEqual([]);
});

test('a table that another instance is using is waited for in short turns', async () => {
  await apply(first);
  let applied = Promise.resolve();
  await db.transaction(async (tx) => {
    await tx.execute(`INSERT INTO word VALUES ('at work')`);
    applied = apply(second);
    await waitFor(() => log.lines.some(({ context }) => context['code'] === '55P03'));
  });
  await applied;
  expect(await db.one('SELECT version FROM schema_version')).toEqual({ version: 2 });
});
