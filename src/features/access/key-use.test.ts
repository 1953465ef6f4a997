import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createRecordingLog } from '../../../test/doubles/recording-log.ts';
import { openTestDatabase, type TestDatabase } from '../../../test/doubles/test-database.ts';
import { waitFor } from '../../../test/doubles/wait-for.ts';
import { type Clock, systemClock } from '../../platform/clock.ts';
import { insertKey } from './access.store.ts';
import { createKeyUse } from './key-use.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.execute('DELETE FROM api_keys');
  for (const id of ['key_1', 'key_2']) {
    const key = { id, accountId: null, name: id, hint: id, createdAt: new Date() };
    await insertKey(database, { ...key, hash: Buffer.from(id) });
  }
});

async function lastUsed(id: string): Promise<Date | null> {
  const row = await database.one<{ at: Date | null }>('SELECT last_used_at AS at FROM api_keys WHERE id = $1', [id]);
  return row?.at ?? null;
}

/** Starts at zero and stands still until `ms` is moved. */
function stoppedClock(): Clock & { ms: number } {
  const clock = { ...systemClock, ms: 0, monotonicMs: () => clock.ms };
  return clock;
}

test('a use is written once a minute', async () => {
  const clock = stoppedClock();
  const use = createKeyUse({ database, clock, log: createRecordingLog() });
  use.note('key_1');
  await waitFor(async () => (await lastUsed('key_1')) !== null);
  const first = await lastUsed('key_1');
  clock.ms = 59_999;
  use.note('key_1');
  use.note('key_2');
  await waitFor(async () => (await lastUsed('key_2')) !== null);
  expect(await lastUsed('key_1')).toEqual(first);
  clock.ms = 60_000;
  use.note('key_1');
  await waitFor(async () => (await lastUsed('key_1'))?.getTime() !== first?.getTime());
  expect(await lastUsed('key_1')).not.toBeNull();
});

test('a use does not wait for another process that holds the key, and the next one is written', async () => {
  const clock = stoppedClock();
  const use = createKeyUse({ database, clock, log: createRecordingLog() });
  await database.transaction(async (tx) => {
    await tx.execute(`UPDATE api_keys SET name = 'held' WHERE id = 'key_1'`);
    use.note('key_1');
    use.note('key_2');
    await waitFor(async () => (await lastUsed('key_2')) !== null);
  });
  expect(await lastUsed('key_1')).toBeNull();
  clock.ms = 60_000;
  use.note('key_1');
  await waitFor(async () => (await lastUsed('key_1')) !== null);
});

test('a use that cannot be written is told in the log, not to the caller', async () => {
  const log = createRecordingLog();
  const use = createKeyUse({ database, clock: systemClock, log });
  await database.execute('ALTER TABLE api_keys RENAME TO api_keys_away');
  try {
    use.note('key_1');
    await waitFor(() => log.lines.length > 0);
  } finally {
    await database.execute('ALTER TABLE api_keys_away RENAME TO api_keys');
  }
  expect(log.lines).toMatchObject([{ level: 'warn', message: 'The last use of keys could not be written' }]);
});
