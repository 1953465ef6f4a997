import { beforeEach, expect, test } from 'vitest';
import { createManualClock, type ManualClock } from '../../../test/doubles/manual-clock.ts';
import { type Deferred, deferred } from '../../platform/deferred.ts';
import type { ClaimedDelivery } from './attempts.store.ts';
import { createLines, type Lines, type UnderWay } from './lines.ts';

interface Begun {
  attempt: UnderWay;
  end: Deferred<void>;
}

let clock: ManualClock;
let lines: Lines;
let begun: Begun[];
let woken: string[];
let freed: number;
let lastSequence = 0;

beforeEach(() => {
  clock = createManualClock();
  begun = [];
  woken = [];
  freed = 0;
  lines = createLines({
    begin({ webhookId, sequence }) {
      const end = deferred<void>();
      const attempt = { webhookId, sequence, ending: new AbortController(), done: end.promise };
      begun.push({ attempt, end });
      return attempt;
    },
    wake: (webhookId) => woken.push(webhookId),
    freed: () => (freed += 1),
    clock,
  });
});

function claimed(webhookId: string, count: number, { most = 5, hasMore = false } = {}): ClaimedDelivery[] {
  const taken = lines.room().busy.filter((each) => each.webhookId === webhookId && !each.isAnswered).length;
  return Array.from({ length: count }, (_, index) => ({
    webhookId,
    sequence: (lastSequence += 1),
    accountId: 'acc_1',
    eventId: 'evt_1',
    event: 'messages.received',
    body: '{}',
    attempts: 0,
    tries: 0,
    url: Buffer.alloc(0),
    headers: null,
    secret: Buffer.alloc(0),
    formerSecret: null,
    formerSecretEndsAt: null,
    media: 'link',
    events: [],
    timeoutSeconds: 15,
    most,
    turn: taken + index + 1,
    hasMore,
  }));
}

function sequences(): number[] {
  return begun.map(({ attempt }) => attempt.sequence);
}

/** The endpoint answered the n-th attempt that began. */
function answer(index: number, durationMs = 2): void {
  const { attempt } = begun[index] ?? {};
  if (attempt) lines.answered(attempt, durationMs);
}

async function end(index: number): Promise<void> {
  begun[index]?.end.resolve();
  await clock.advance(0);
}

test('no more begin at a time than their webhook may have, and each that is answered is followed by the next', () => {
  const deliveries = claimed('wh_1', 8);
  lines.take(deliveries.toReversed());
  const order = deliveries.map(({ sequence }) => sequence);
  expect(sequences()).toEqual(order.slice(0, 5));
  answer(2);
  expect(sequences()).toEqual(order.slice(0, 6));
  answer(0);
  answer(1);
  answer(3);
  expect(sequences()).toEqual(order);
});

test('an attempt that fails is followed only when its end is stored', async () => {
  lines.take(claimed('wh_1', 6));
  expect(begun).toHaveLength(5);
  await end(4);
  expect(begun).toHaveLength(6);
});

test('what one webhook may have leaves the last places to webhooks with nothing under way', () => {
  lines.take(claimed('wh_1', 40, { most: 20 }));
  expect(begun).toHaveLength(20);
  lines.take(claimed('wh_2', 20, { most: 20 }));
  expect(begun).toHaveLength(24);
  expect(lines.room().count).toBe(8);
  for (let other = 3; other < 20; other += 1) lines.take(claimed(`wh_${other}`, 2));
  expect(begun).toHaveLength(32);
  expect(lines.room().count).toBe(0);
  expect(new Set(begun.slice(24).map(({ attempt }) => attempt.webhookId)).size).toBe(8);
});

test('nothing is claimed ahead of an endpoint that is slow, or is not known', () => {
  lines.take(claimed('wh_1', 2));
  expect(lines.room().rounds).toEqual([]);
  answer(0, 300);
  expect(lines.room().rounds).toEqual([]);
  answer(1, 100);
  expect(lines.room().rounds).toEqual([{ webhookId: 'wh_1', rounds: 2 }]);
});

test('nothing is claimed ahead where places are short', () => {
  lines.take(claimed('wh_1', 2));
  answer(0);
  for (let other = 2; other < 5; other += 1) lines.take(claimed(`wh_${other}`, 1));
  expect(lines.room().rounds).toEqual([{ webhookId: 'wh_1', rounds: 3 }]);
  lines.take(claimed('wh_5', 1));
  expect(lines.room().rounds).toEqual([]);
  lines.take(claimed('wh_1', 4));
  expect(lines.mayClaim('wh_1')).toBe(false);
  expect(lines.mayClaim('wh_5')).toBe(true);
});

test('a webhook that has what it may is woken when an attempt ends, a quick one before it has nothing to begin', () => {
  lines.take(claimed('wh_1', 5, { hasMore: true }));
  expect(lines.mayClaim('wh_1')).toBe(false);
  expect(woken).toEqual([]);
  answer(0);
  expect(woken).toEqual(['wh_1']);
  expect(lines.mayClaim('wh_1')).toBe(true);
  lines.take(claimed('wh_1', 7, { hasMore: true }));
  expect(woken).toEqual(['wh_1']);
  expect(lines.mayClaim('wh_1')).toBe(false);
  answer(1);
  expect(woken).toEqual(['wh_1']);
  answer(2);
  expect(woken).toEqual(['wh_1', 'wh_1']);
});

test('what was claimed ahead and cannot begin is given back, and its webhook claims again', async () => {
  const deliveries = claimed('wh_1', 7);
  lines.take(deliveries);
  expect(lines.giveBackLate()).toEqual([]);
  await clock.advance(2_000);
  const late = deliveries.slice(5).map(({ webhookId, sequence }) => ({ webhookId, sequence }));
  answer(0);
  expect(begun).toHaveLength(5);
  expect(lines.giveBackLate()).toEqual(late);
  expect(lines.room().ahead).toBe(64);
  expect(lines.giveBackLate()).toEqual([]);
  answer(1);
  expect(woken).toEqual(['wh_1']);
});

test('what a webhook gives back is its own, and nothing more is claimed ahead of it', () => {
  lines.take(claimed('wh_1', 5));
  lines.take(claimed('wh_2', 5));
  answer(0);
  answer(5);
  lines.take(claimed('wh_1', 4));
  lines.take(claimed('wh_2', 4));
  expect(lines.giveBack('wh_1')).toHaveLength(3);
  expect(lines.room().rounds).toEqual([{ webhookId: 'wh_2', rounds: 3 }]);
  expect(lines.giveBackAll()).toHaveLength(3);
  expect(lines.giveBackAll()).toEqual([]);
});

test('what is answered but not stored holds no place, until there is too much of it', async () => {
  lines.take(claimed('wh_1', 1));
  answer(0);
  expect(lines.room()).toMatchObject({ count: 32, busy: [{ webhookId: 'wh_1', isAnswered: true }] });
  for (let index = 1; index < 250; index += 1) {
    lines.take(claimed('wh_1', 1));
    answer(index);
  }
  expect(lines.room().count).toBe(6);
  await end(0);
  expect(lines.room().count).toBe(7);
  expect(lines.underWay('wh_1')).toHaveLength(249);
  expect(freed).toBeGreaterThan(0);
});

test('a webhook of which nothing is left is forgotten, with how quick its endpoint was', async () => {
  lines.take(claimed('wh_1', 1));
  answer(0);
  await end(0);
  expect(lines.room()).toMatchObject({ busy: [], rounds: [], count: 32, ahead: 64 });
  expect(lines.underWay()).toEqual([]);
});
