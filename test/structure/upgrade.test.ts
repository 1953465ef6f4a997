import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock as clock } from '../../src/platform/clock.ts';
import type { Queryable } from '../../src/platform/database.ts';
import { applySchema, readSchema } from '../../src/platform/schema-apply.ts';
import { createRecordingLog } from '../doubles/recording-log.ts';
import { openTestDatabase } from '../doubles/test-database.ts';

const folder = join(import.meta.dirname, '../schema');
const present = join(import.meta.dirname, '../../schema.sql');
const releases = readdirSync(folder).filter((name) => name.endsWith('.sql'));

/** Every column with its type and default, every constraint and every index. */
async function shapeOf(database: Queryable): Promise<unknown> {
  const columns = await database.rows(
    `SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
     WHERE table_schema = 'public' ORDER BY table_name, column_name`,
  );
  const constraints = await database.rows(
    `SELECT conrelid::regclass::text AS table, pg_get_constraintdef(oid) AS rule FROM pg_constraint
     WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2`,
  );
  const indexes = await database.rows(`SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexdef`);
  return { columns, constraints, indexes };
}

test('there is a schema of each release', () => expect(releases.length).toBeGreaterThan(0));

test.each(releases)('a database of release %s becomes the same as a new one', async (release) => {
  const upgraded = await openTestDatabase({ empty: true });
  const fresh = await openTestDatabase();
  try {
    await upgraded.execute(readFileSync(join(folder, release), 'utf8'));
    await applySchema(upgraded, await readSchema(present), { clock, log: createRecordingLog() });
    expect(await shapeOf(upgraded)).toEqual(await shapeOf(fresh));
  } finally {
    await upgraded.close();
    await fresh.close();
  }
});
