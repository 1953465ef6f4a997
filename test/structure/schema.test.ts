import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock as clock } from '../../src/platform/clock.ts';
import { applySchema, readSchema } from '../../src/platform/schema-apply.ts';
import { createRecordingLog } from '../doubles/recording-log.ts';
import { openTestDatabase, type TestDatabase } from '../doubles/test-database.ts';

const log = createRecordingLog();
let db: TestDatabase;
let tables: string[];

beforeAll(async () => {
  db = await openTestDatabase({ empty: true });
  const schema = await readSchema(join(import.meta.dirname, '../../schema.sql'));
  await applySchema(db, schema, { clock, log });
  // Another checksum, so that it is really applied once more.
  await applySchema(db, { ...schema, sql: `${schema.sql}\n` }, { clock, log });
  const found = await db.rows<{ name: string }>(`
    SELECT relname AS name FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY relname`);
  tables = found.map(({ name }) => name);
});

afterAll(() => db.close());

test('the schema can be applied again', () => {
  expect(log.lines.filter(({ message }) => message === 'Applied the database schema')).toHaveLength(2);
  expect(tables).toContain('schema_version');
});

test('every table has row-level security', async () => {
  const without = await db.rows(`
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relrowsecurity`);
  expect(without).toEqual([]);
});

test('there is no policy, no view and no function, through which rows could be read after all', async () => {
  const policies = await db.rows(`SELECT tablename, policyname FROM pg_policies`);
  const views = await db.rows(`
    SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm', 'f')`);
  const functions = await db.rows(`SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace`);
  expect({ policies, views, functions }).toEqual({ policies: [], views: [], functions: [] });
});

test('a role that may select from every table, such as the one that Supabase publishes, reads no row', async () => {
  const role = `published_${db.connection.database}`;
  await db.execute(`INSERT INTO settings (key, value) VALUES ('planted', '"secret"')`);
  await db.execute(`CREATE ROLE ${role} NOLOGIN NOBYPASSRLS`);
  await db.execute(`GRANT USAGE ON SCHEMA public TO ${role}`);
  await db.execute(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${role}`);
  const ownRows = await db.rows(`SELECT key FROM settings`);
  const read = await db.transaction(async (tx) => {
    await tx.execute(`SET LOCAL ROLE ${role}`);
    const counts = new Map<string, number | undefined>();
    for (const table of tables) {
      const row = await tx.one<{ count: number }>(`SELECT count(*) AS count FROM "${table}"`);
      counts.set(table, row?.count);
    }
    return counts;
  });
  await db.execute(`DROP OWNED BY ${role}`);
  await db.execute(`DROP ROLE ${role}`);
  expect(ownRows).toHaveLength(1);
  expect(read).toEqual(new Map(tables.map((table) => [table, 0])));
});
