import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../../../test/doubles/test-database.ts';
import type { Person, Receipt } from '../../channels/content.ts';
import { systemClock } from '../../platform/clock.ts';
import { createEventBus } from '../../platform/event-bus.ts';
import { createSecrets } from '../../platform/secrets.ts';
import { createActs } from './acts.ts';
import { forwardStatuses, type GroupReceipts, type MessageStatus } from './message.ts';
import { findMessage } from './messages.store.ts';
import { receiptKind, recipientsKind } from './receipts.store.ts';
import { resultKind } from './results.store.ts';

const owner = 'acc_1';
const events = createEventBus(systemClock);
const secrets = createSecrets({ key: 'the master key of these tests, long enough' });
const acts = createActs({ events, secrets, openAct: () => undefined });
const receipts = receiptKind(events, acts);
const results = resultKind(events, secrets, acts);
let database: TestDatabase;
let count = 0;

beforeAll(async () => {
  database = await openTestDatabase();
  await database.execute(`
    INSERT INTO whatsapp_accounts (id, name, kind, status, status_message) VALUES ('acc_1', 'Shop', 'sandbox', 'ready', '')`);
});
afterAll(() => database.close());

const insertSql = `
  INSERT INTO messages (id, account_id, direction, origin, remote_id, chat_jid, chat_type, from_jid, type, text, status,
                        queued_at, sending_at)
  VALUES ($1, 'acc_1', 'outgoing', 'api', $1, $2, $3, '', 'text', 'x', 'sending', now(), now())`;

async function sending(chatType: 'personal' | 'group'): Promise<string> {
  count += 1;
  const id = `msg_${count}`;
  await database.execute(insertSql, [id, `chat${count}`, chatType]);
  return id;
}

/** What the channel tells: that the server has it, or that a person does. */
type Told = 'confirmed' | { status: Receipt['status']; person: number; atMs: number; byLid: boolean };

const members: readonly Person[] = [1, 2, 3].map((n) => ({
  jid: `49${n}@s.whatsapp.net`,
  phone: `+49${n}`,
  lid: `900${n}@lid`,
  name: null,
}));
const stranger: Person = { jid: '9009@lid', phone: null, lid: '9009@lid', name: null };

function fromOf({ person, byLid }: Exclude<Told, 'confirmed'>): Person {
  const found = members[person] ?? stranger;
  return byLid && found.lid !== null ? { jid: found.lid, phone: null, lid: found.lid, name: null } : found;
}

async function commit(id: string, batch: readonly Told[], group: boolean): Promise<void> {
  const given = batch.flatMap((told) =>
    told === 'confirmed'
      ? []
      : [{ remoteId: id, status: told.status, at: new Date(told.atMs), from: fromOf(told), group }],
  );
  const isConfirmed = batch.includes('confirmed');
  await database.transaction(async (tx) => {
    if (isConfirmed) await results.apply(tx, [{ owner, row: { id, error: null, original: null } }]);
    await receipts.apply(
      tx,
      given.map((row) => ({ owner, row })),
    );
  });
}

interface Standing {
  status: MessageStatus;
  times: (Date | null)[];
  counts: GroupReceipts | null;
}

async function standingOf(id: string): Promise<Standing> {
  const row = await findMessage(database, id, owner);
  if (!row) throw new Error('The message is gone');
  const { status, sentAt, deliveredAt, readAt, playedAt } = row;
  return { status, times: [sentAt, deliveredAt, readAt, playedAt], counts: row.receipts };
}

const rankOf = (status: string): number => forwardStatuses.findIndex((each) => each === status);

/** Nothing that was reached is taken back, and no time changes. */
function expectForward(before: Standing, after: Standing): void {
  expect(rankOf(after.status)).toBeGreaterThanOrEqual(rankOf(before.status));
  before.times.forEach((time, index) => {
    if (time !== null) expect(after.times[index]).toEqual(time);
  });
  for (const each of ['delivered', 'read', 'played'] as const) {
    expect(after.counts?.[each] ?? 0).toBeGreaterThanOrEqual(before.counts?.[each] ?? 0);
  }
}

const anyReceipt = fc.record({
  status: fc.constantFrom('delivered', 'read', 'played'),
  person: fc.integer({ min: 0, max: 3 }),
  // Also long before the message left, and in the future.
  atMs: fc.integer({ min: 0, max: 4_000_000_000_000 }),
  byLid: fc.boolean(),
});
/** Batches in any order, with repetitions within and among them. */
const anyBatches = fc.array(
  fc.array(fc.oneof({ weight: 1, arbitrary: fc.constant<Told>('confirmed') }, { weight: 6, arbitrary: anyReceipt }), {
    minLength: 1,
    maxLength: 6,
  }),
  { minLength: 1, maxLength: 8 },
);

async function play(batches: readonly (readonly Told[])[], group: boolean): Promise<Standing> {
  const id = await sending(group ? 'group' : 'personal');
  if (group) {
    const row = { remoteId: id, people: members };
    await database.transaction((tx) => recipientsKind.apply(tx, [{ owner, row }]));
  }
  let before = await standingOf(id);
  for (const batch of [...batches, ...batches.toReversed()]) {
    await commit(id, batch, group);
    const after = await standingOf(id);
    expectForward(before, after);
    before = after;
  }
  return before;
}

/** The highest rank that each person has told, 0 for none. */
function ranksOf(batches: readonly (readonly Told[])[]): number[] {
  const ranks = [0, 0, 0, 0];
  for (const told of batches.flat()) {
    if (told !== 'confirmed') ranks[told.person] = Math.max(ranks[told.person] ?? 0, rankOf(told.status));
  }
  return ranks;
}

test('receipts of a person in every order, repeated and late, move a message forward only, to the furthest', async () => {
  await fc.assert(
    fc.asyncProperty(anyBatches, async (batches) => {
      const { status, times } = await play(batches, false);
      const furthest = Math.max(...ranksOf(batches));
      expect(rankOf(status)).toBe(furthest > 0 ? furthest : rankOf('sent'));
      const [sentAt, ...later] = times;
      for (const time of later) expect((time ?? sentAt)?.getTime()).toBeGreaterThanOrEqual(sentAt?.getTime() ?? 0);
    }),
    { numRuns: 25 },
  );
});

test('receipts of a group move a message to what all members have reached, and count each person once', async () => {
  await fc.assert(
    fc.asyncProperty(anyBatches, async (batches) => {
      const { status, counts } = await play(batches, true);
      const ranks = ranksOf(batches).slice(0, members.length);
      const all = Math.min(...ranks);
      const isAtServer = ranks.some((rank) => rank > 0) || batches.flat().includes('confirmed');
      expect(rankOf(status)).toBe(all > 0 ? all : rankOf(isAtServer ? 'sent' : 'sending'));
      const atLeast = (word: string): number => ranks.filter((rank) => rank >= rankOf(word)).length;
      expect(counts).toEqual({
        members: members.length,
        delivered: atLeast('delivered'),
        read: atLeast('read'),
        played: atLeast('played'),
      });
    }),
    { numRuns: 25 },
  );
});

test('where nobody knows who was there, people are counted and the message stays sent', async () => {
  const id = await sending('group');
  const told = [0, 1].map((person) => ({ status: 'read' as const, person, atMs: 1, byLid: false }));
  await commit(id, ['confirmed', ...told], true);
  const { status, counts } = await standingOf(id);
  expect(status).toBe('sent');
  expect(counts).toEqual({ members: null, delivered: 2, read: 2, played: 0 });
});

test('a message that failed or expired stays as it is', async () => {
  for (const [status, chatType] of [
    ['failed', 'personal'],
    ['expired', 'group'],
  ] as const) {
    const id = await sending(chatType);
    await database.execute('UPDATE messages SET status = $2 WHERE id = $1', [id, status]);
    await commit(id, [{ status: 'read', person: 0, atMs: 1, byLid: false }], chatType === 'group');
    expect((await standingOf(id)).status).toBe(status);
  }
});
