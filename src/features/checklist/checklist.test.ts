import { afterEach, beforeEach, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../../../test/doubles/test-database.ts';
import { createChecklist } from './checklist.ts';

const nothing = { account: false, linked: false, sent: false, received: false, called: false, webhook: false };
let database: TestDatabase;

beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(() => database.close());

const takeStep: Record<keyof typeof nothing, string> = {
  account: `INSERT INTO whatsapp_accounts (id, name, kind, status, status_message)
            VALUES ('acc_1', 'Shop', 'sandbox', 'ready', '')`,
  linked: `UPDATE whatsapp_accounts SET linked_at = now()`,
  sent: messageSql('outgoing', 'sent'),
  received: messageSql('incoming', 'received'),
  called: `INSERT INTO api_keys (id, hash, hint, name, last_used_at) VALUES ('key_1', '\\x00', 'sk', 'Script', now())`,
  webhook: `INSERT INTO webhooks (id, account_id, url, secret, events, media, timeout_seconds, max_in_flight)
            VALUES ('wh_1', 'acc_1', '', '', '{message}', 'link', 15, 5)`,
};

function messageSql(direction: string, status: string): string {
  return `
    INSERT INTO messages (id, account_id, direction, origin, remote_id, chat_jid, chat_type, from_jid, type, status, sent_at)
    VALUES ('msg_${direction}', 'acc_1', '${direction}', 'inbox', '${direction}', 'a@s', 'personal', 'b@s', 'text',
            '${status}', now())`;
}

test('each step is seen once it was taken, and after the last the list is gone for good', async () => {
  const checklist = createChecklist(database);
  const seen = [await checklist.open()];
  for (const sql of Object.values(takeStep)) {
    await database.execute(sql);
    seen.push(await checklist.open());
  }
  const expected = Object.keys(takeStep).map((_, count, names) =>
    Object.fromEntries(names.map((name, index) => [name, index < count])),
  );
  expect(seen).toEqual([...expected, undefined]);
  await database.execute('DELETE FROM whatsapp_accounts');
  expect(await createChecklist(database).open()).toBeUndefined();
});

test('a list that was put away stays away, also for another process', async () => {
  const checklist = createChecklist(database);
  const another = createChecklist(database);
  expect(await another.open()).toEqual(nothing);
  await checklist.putAway();
  expect([await checklist.open(), await another.open()]).toEqual([undefined, undefined]);
});

test('a message that was sent by the API shows that a program called it', async () => {
  await database.execute(takeStep.account);
  await database.execute(takeStep.sent.replace(`'inbox'`, `'api'`));
  expect(await createChecklist(database).open()).toMatchObject({ called: true });
});
