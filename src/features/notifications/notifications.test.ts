import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createRecordingLog } from '../../../test/doubles/recording-log.ts';
import { openTestDatabase, type TestDatabase } from '../../../test/doubles/test-database.ts';
import { waitFor } from '../../../test/doubles/wait-for.ts';
import { systemClock as clock } from '../../platform/clock.ts';
import { createEventBus, type EventBus } from '../../platform/event-bus.ts';
import { createNotifications, type NotificationKind, type Notifications } from './notifications.ts';

let database: TestDatabase;
let events: EventBus;
let notifications: Notifications;

beforeAll(async () => {
  database = await openTestDatabase();
  await database.execute(`
    INSERT INTO whatsapp_accounts (id, name, kind, status, status_message)
    VALUES ('acc_1', 'One', 'sandbox', 'ready', ''), ('acc_2', 'Two', 'sandbox', 'ready', '')`);
  events = createEventBus(clock);
  notifications = createNotifications({ database, events, sweepIntervalMs: 20, clock, log: createRecordingLog() });
});
beforeEach(() => database.execute('DELETE FROM notifications'));
afterAll(() => database.close());

function notify(accountId: string | null, kind: NotificationKind, sentence: string): Promise<void> {
  const path = accountId === null ? null : `/accounts/${accountId}`;
  return database.transaction((tx) => notifications.notify(tx, { accountId, kind, sentence, path }));
}

function settle(accountId: string, ...kinds: readonly NotificationKind[]): Promise<void> {
  return database.transaction((tx) => notifications.settle(tx, [accountId], kinds));
}

/** Of those that a person has not seen, whom they are about and what they say. */
async function unread(): Promise<string[]> {
  const rows = await database.rows<{ accountId: string | null; sentence: string }>(
    `SELECT account_id AS "accountId", sentence FROM notifications WHERE read_at IS NULL`,
  );
  return rows.map(({ accountId, sentence }) => `${accountId}: ${sentence}`).toSorted();
}

test('what happens again is told by the notification that is still unread, with its newest sentence and time', async () => {
  await notify('acc_1', 'account.stopped', 'first');
  await database.execute(`UPDATE notifications SET at = now() - interval '1 hour'`);
  await notify('acc_1', 'account.stopped', 'second');
  await notify('acc_1', 'account.banned', 'of another kind');
  await notify('acc_2', 'account.stopped', 'of another account');
  await notify(null, 'account.stopped', 'of no account');
  await notify(null, 'account.stopped', 'of no account again');
  expect(await unread()).toEqual([
    'acc_1: of another kind',
    'acc_1: second',
    'acc_2: of another account',
    'null: of no account again',
  ]);
  expect(await database.rows(`SELECT 1 FROM notifications WHERE at < now() - interval '1 minute'`)).toEqual([]);
});

test('what is over is read, and only that; when it happens again, that is told anew', async () => {
  await notify('acc_1', 'account.stopped', 'over');
  await notify('acc_1', 'account.banned', 'still so');
  await notify('acc_2', 'account.stopped', 'of another account');
  await settle('acc_1', 'account.stopped', 'account.replaced');
  expect(await unread()).toEqual(['acc_1: still so', 'acc_2: of another account']);
  await notify('acc_1', 'account.stopped', 'again');
  expect(await unread()).toEqual(['acc_1: again', 'acc_1: still so', 'acc_2: of another account']);
  expect(await database.rows('SELECT 1 FROM notifications')).toHaveLength(4);
});

test('a change is announced once it is committed, and what is rolled back is not there', async () => {
  let announced = 0;
  const unlisten = events.listen('notifications', () => (announced += 1));
  const undone = database.transaction(async (tx) => {
    await notifications.notify(tx, { accountId: 'acc_1', kind: 'account.banned', sentence: 'undone', path: null });
    throw new Error('rolled back');
  });
  await expect(undone).rejects.toThrow('rolled back');
  expect({ announced, unread: await unread() }).toEqual({ announced: 0, unread: [] });
  await notify('acc_1', 'account.banned', 'told');
  expect(announced).toBe(1);
  await settle('acc_1', 'account.stopped');
  expect(announced).toBe(1);
  await settle('acc_1', 'account.banned');
  expect(announced).toBe(2);
  unlisten();
});

test('what is older than 90 days is removed while the server runs', async () => {
  await notify('acc_1', 'account.banned', 'old');
  await database.execute(`UPDATE notifications SET at = now() - interval '91 days'`);
  await notify('acc_2', 'account.banned', 'not so old');
  await database.execute(`UPDATE notifications SET at = now() - interval '89 days' WHERE account_id = 'acc_2'`);
  await notifications.start();
  await waitFor(async () => (await unread()).length < 2);
  await notifications.stop();
  expect(await unread()).toEqual(['acc_2: not so old']);
});
