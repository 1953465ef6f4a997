import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRecordingLog } from '../../../test/doubles/recording-log.ts';
import { openTestDatabase, type TestDatabase } from '../../../test/doubles/test-database.ts';
import { anAccount } from '../../../test/doubles/view-models.ts';
import { waitFor } from '../../../test/doubles/wait-for.ts';
import { systemClock as clock } from '../../platform/clock.ts';
import { createEventBus } from '../../platform/event-bus.ts';
import { AppError } from '../../platform/errors.ts';
import { createEventLog, type EventLog } from './events.ts';

const bus = createEventBus(clock);
const keptSql = 'SELECT 1 FROM events WHERE account_id = $1';
let database: TestDatabase;
let log: EventLog;

beforeAll(async () => {
  database = await openTestDatabase({ maxConnections: 20 });
  await database.execute(`
    INSERT INTO whatsapp_accounts (id, name, kind, status, status_message)
    SELECT 'acc_' || n, 'Branch ' || n, 'sandbox', 'ready', '' FROM generate_series(1, 9) n`);
  log = createEventLog({
    database,
    accounts: {
      get: (id) =>
        id === 'acc_unknown' ? Promise.reject(new AppError('account.not_found')) : Promise.resolve(anAccount({ id })),
    },
    sweepIntervalMs: 20,
    clock,
    log: createRecordingLog(),
  });
});
afterAll(() => database.close());

async function publish(accountId: string, ...texts: readonly string[]): Promise<void> {
  const occurrences = texts.map((text) => ({ accountId, names: ['messages.received', 'message'], data: { text } }));
  await database.transaction(async (tx) => bus.publish(tx, occurrences));
}

async function textsAfter(accountId: string, sequence: number | undefined, limit = 10): Promise<unknown[]> {
  return (await log.after(accountId, sequence, limit)).map(({ data }) => (data as { text: string }).text);
}

test('the latest events are the newest of all accounts, the newest first', async () => {
  await publish('acc_1', 'first', 'second');
  await publish('acc_2', 'third');
  await publish('acc_1', 'fourth');
  const latest = await log.latest(3);
  expect(latest.map(({ accountId, data }) => ({ accountId, data }))).toEqual([
    { accountId: 'acc_1', data: { text: 'fourth' } },
    { accountId: 'acc_2', data: { text: 'third' } },
    { accountId: 'acc_1', data: { text: 'second' } },
  ]);
  expect(latest[0]).toMatchObject({ names: ['messages.received', 'message'], createdAt: expect.any(Date) as Date });
});

test('the events of one account follow a sequence in ascending order, or begin with the oldest', async () => {
  await publish('acc_3', 'a', 'b', 'c');
  await publish('acc_4', 'of another account');
  await publish('acc_3', 'd');
  expect(await textsAfter('acc_3', undefined)).toEqual(['a', 'b', 'c', 'd']);
  expect(await textsAfter('acc_3', undefined, 2)).toEqual(['a', 'b']);
  expect(await textsAfter('acc_3', 2)).toEqual(['c', 'd']);
  expect(await textsAfter('acc_3', 4)).toEqual([]);
  expect((await log.after('acc_3', 2, 1))[0]).toMatchObject({
    id: expect.stringMatching(/^evt_/) as string,
    accountId: 'acc_3',
    sequence: 3,
    names: ['messages.received', 'message'],
    createdAt: expect.any(Date) as Date,
  });
});

test('an account without events has none, and one that does not exist is not found', async () => {
  expect(await log.after('acc_5', undefined, 10)).toEqual([]);
  expect(await log.after('acc_5', 0, 10)).toEqual([]);
  await expect(log.after('acc_unknown', undefined, 10)).rejects.toMatchObject({ code: 'account.not_found' });
});

test('who asks for what is not kept any more, or is still to come, is told so', async () => {
  await publish('acc_6', 'a', 'b', 'c');
  const remove = (upTo: number): Promise<number> =>
    database.execute(`DELETE FROM events WHERE account_id = 'acc_6' AND sequence <= $1`, [upTo]);
  await remove(2);
  await expect(log.after('acc_6', 1, 10)).rejects.toMatchObject({
    code: 'events.cursor_expired',
    status: 410,
    detail: expect.stringContaining('those before 3 are not kept any more. Go on with after=2') as string,
  });
  expect(await textsAfter('acc_6', 2)).toEqual(['c']);
  expect(await textsAfter('acc_6', undefined)).toEqual(['c']);
  await expect(log.after('acc_6', 4, 10)).rejects.toMatchObject({ status: 422, errors: [{ field: 'after' }] });

  await remove(3);
  await expect(log.after('acc_6', 2, 10)).rejects.toMatchObject({ code: 'events.cursor_expired' });
  expect(await textsAfter('acc_6', 3)).toEqual([]);
});

test('readers that go on from the last event they saw miss nothing of what twenty write at once', async () => {
  const turns = 20;
  const writers = Array.from({ length: 20 }, (_, writer) => writer);
  const total = writers.length * turns;

  async function write(writer: number): Promise<void> {
    for (let turn = 0; turn < turns; turn += 1) await publish('acc_7', `${writer}:${turn}`);
  }

  async function read(limit: number): Promise<string[]> {
    const seen: string[] = [];
    let sequence = 0;
    while (seen.length < total) {
      for (const event of await log.after('acc_7', sequence, limit)) {
        seen.push((event.data as { text: string }).text);
        sequence = event.sequence;
      }
    }
    return seen;
  }

  const [one, other] = await Promise.all([read(1), read(50), ...writers.map(write)]);
  expect(new Set(one).size).toBe(total);
  expect(other).toEqual(one);
  const ofOneWriter = one.filter((text) => text.startsWith('7:'));
  expect(ofOneWriter).toEqual(Array.from({ length: turns }, (_, turn) => `7:${turn}`));
});

test('events of more than a week ago are removed while the server runs, and their sequences are not used again', async () => {
  await publish('acc_8', ...Array.from({ length: 500 }, () => 'old'), 'new', 'old', 'new');
  await publish('acc_9', 'old');
  await database.execute(
    `UPDATE events SET created_at = now() - CASE data ->> 'text' WHEN 'new' THEN interval '6 days' ELSE interval '8 days' END
     WHERE account_id IN ('acc_8', 'acc_9')`,
  );
  await log.start();
  const kept = async (account: string): Promise<number> => (await database.rows(keptSql, [account])).length;
  await waitFor(async () => (await kept('acc_8')) === 3 && (await kept('acc_9')) === 0);
  await log.stop();
  // A transaction that began long before its commit must not open a gap.
  expect(await textsAfter('acc_8', undefined)).toEqual(['new', 'old', 'new']);
  expect(await textsAfter('acc_8', 500)).toEqual(['new', 'old', 'new']);
  await publish('acc_9', 'next');
  expect(await log.after('acc_9', undefined, 10)).toMatchObject([{ sequence: 2, data: { text: 'next' } }]);
});
