import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../../test/doubles/test-database.ts';
import { systemClock as clock } from './clock.ts';
import { createEventBus } from './event-bus.ts';
import { createEventLog } from './event-log.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
  for (const id of ['acc_1', 'acc_2', 'acc_3']) {
    await database.execute(
      `INSERT INTO whatsapp_accounts (id, name, kind, status, status_message) VALUES ($1, $1, 'sandbox', 'ready', '')`,
      [id],
    );
  }
});
afterAll(() => database.close());

async function publish(accountId: string, ...texts: readonly string[]): Promise<void> {
  const bus = createEventBus(clock);
  const occurrences = texts.map((text) => ({ accountId, names: ['messages.received', 'message'], data: { text } }));
  await database.transaction(async (tx) => bus.publish(tx, occurrences));
}

test('the latest events are the newest of all accounts, the newest first', async () => {
  await publish('acc_1', 'first', 'second');
  await publish('acc_2', 'third');
  await publish('acc_1', 'fourth');
  const latest = await createEventLog(database).latest(3);
  expect(latest.map(({ accountId, data }) => ({ accountId, data }))).toEqual([
    { accountId: 'acc_1', data: { text: 'fourth' } },
    { accountId: 'acc_2', data: { text: 'third' } },
    { accountId: 'acc_1', data: { text: 'second' } },
  ]);
  expect(latest[0]).toMatchObject({ names: ['messages.received', 'message'], createdAt: expect.any(Date) as Date });
});
