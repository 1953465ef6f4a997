import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../../../test/doubles/test-database.ts';
import { countTraffic } from './traffic.store.ts';

let database: TestDatabase;
const midnight = new Date('2026-11-25T00:00:00Z');

beforeAll(async () => {
  database = await openTestDatabase();
  await database.execute(`
    INSERT INTO whatsapp_accounts (id, name, kind, status, status_message)
    SELECT 'acc_' || n, 'Shop ' || n, 'sandbox', 'ready', 'Connected' FROM generate_series(1, 60) n`);
});
afterAll(() => database.close());

interface Given {
  accountId?: string;
  type?: string;
  status: string;
  sendingAt?: string;
  sentAt?: string;
  receivedAt?: string;
}

const insertSql = `
  INSERT INTO messages (id, account_id, direction, origin, remote_id, chat_jid, chat_type, from_jid, type, text, status,
                        sending_at, sent_at, received_at)
  SELECT 'msg_' || gen_random_uuid(), $1, $2, 'api', gen_random_uuid()::text, '4912@s.whatsapp.net', 'personal', '', $7,
         'x', $3, $4, $5, $6`;

async function stored(given: Given): Promise<void> {
  const direction = given.receivedAt === undefined ? 'outgoing' : 'incoming';
  const times = [given.sendingAt ?? null, given.sentAt ?? null, given.receivedAt ?? null];
  await database.execute(insertSql, [
    given.accountId ?? 'acc_1',
    direction,
    given.status,
    ...times,
    given.type ?? 'text',
  ]);
}

test('traffic counts what was confirmed and what arrived since then, and everything that waits', async () => {
  const today = '2026-11-25T08:00:00Z';
  const yesterday = '2026-11-24T23:59:59Z';
  await stored({ status: 'sent', sendingAt: today, sentAt: today });
  await stored({ status: 'read', sendingAt: today, sentAt: today });
  await stored({ status: 'sent', sendingAt: yesterday, sentAt: yesterday });
  await stored({ type: 'reaction', status: 'sent', sendingAt: today, sentAt: today });
  await stored({ status: 'failed', sendingAt: today });
  await stored({ status: 'received', receivedAt: today });
  await stored({ status: 'received', receivedAt: yesterday });
  await stored({ status: 'queued' });
  await stored({ status: 'sending', sendingAt: yesterday });
  await stored({ accountId: 'acc_2', status: 'queued' });

  const traffic = await countTraffic(database, ['acc_1', 'acc_2', 'acc_3'], midnight);
  expect(traffic.get('acc_1')).toEqual({ sent: 2, received: 1, waiting: 2 });
  expect(traffic.get('acc_2')).toEqual({ sent: 0, received: 0, waiting: 1 });
  expect(traffic.get('acc_3')).toEqual({ sent: 0, received: 0, waiting: 0 });
});
