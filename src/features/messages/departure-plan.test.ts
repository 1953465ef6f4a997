import { describe, expect, test } from 'vitest';
import { type Departed, type PlanOptions, plannedDepartures, type Waiting } from './departure-plan.ts';
import type { PacingRules } from './pacing.ts';

const dayMs = 86_400_000;
const unlimited: PacingRules = {
  pace: undefined,
  minDelayMs: 0,
  maxDelayMs: 0,
  typingBaseMs: 0,
  newChatsPerDay: undefined,
  dailyCap: undefined,
};
const normal = { ...unlimited, pace: { intervalMs: 5_000, burst: 5 } };
const careful = { ...unlimited, pace: { intervalMs: 10_000, burst: 1 } };
const nothing: Departed = { fullAt: 0, lastMs: -Infinity, today: 0, newChatsToday: 0 };

function queueOf(count: number, change: (index: number) => Partial<Waiting> = () => ({})): Waiting[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `msg_${index}`,
    chatJid: `chat ${index}`,
    isNewChat: false,
    isUnconfirmedChat: false,
    priority: 0,
    position: index,
    sendAtMs: -Infinity,
    typingMs: 0,
    ...change(index),
  }));
}

function plan(queue: readonly Waiting[], rules: PacingRules, options: Partial<PlanOptions> = {}) {
  const dayEndsMs = (Math.floor((options.nowMs ?? 0) / dayMs) + 1) * dayMs;
  const shared = { departed: nothing, nowMs: 0, restrictedUntilMs: undefined, dayEndsMs };
  return [...plannedDepartures(queue, { rules, ...shared, ...options })];
}

function gapsOf(times: readonly number[]): number[] {
  return times.slice(1).map((time, index) => time - (times[index] ?? 0));
}

describe('pace', () => {
  test('without any rule all leave at once, in order of acceptance', () => {
    const departures = plan(queueOf(50), unlimited);
    expect(departures.map(({ id }) => id)).toEqual(queueOf(50).map(({ id }) => id));
    expect(departures.every(({ departMs, reason }) => departMs === 0 && reason === null)).toBe(true);
  });

  test('careful: never more than one in ten seconds, and never more than a fifth of that late', () => {
    const times = plan(queueOf(50), careful).map(({ departMs }) => departMs);
    for (const gap of gapsOf(times)) {
      expect(gap).toBeGreaterThanOrEqual(10_000);
      expect(gap).toBeLessThan(12_000);
    }
  });

  test('normal: fifty to known chats take less than five minutes, with typing', () => {
    const departures = plan(
      queueOf(50, () => ({ typingMs: 3_000 })),
      normal,
    );
    expect(departures.at(-1)?.departMs).toBeLessThan(300_000);
  });

  test('typing is done one message after the other', () => {
    const departures = plan(
      queueOf(4, () => ({ typingMs: 2_000 })),
      unlimited,
    );
    expect(departures.map(({ beginMs, departMs }) => [beginMs, departMs])).toEqual([
      [0, 2_000],
      [2_000, 4_000],
      [4_000, 6_000],
      [6_000, 8_000],
    ]);
  });

  test('the pause between two lies between its bounds', () => {
    const times = plan(queueOf(200), { ...unlimited, minDelayMs: 2_000, maxDelayMs: 5_000 }).map(
      (each) => each.departMs,
    );
    const pauses = gapsOf(times);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(2_000);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(5_000);
    expect(Math.max(...pauses) - Math.min(...pauses)).toBeGreaterThan(2_000);
  });
});

describe('order', () => {
  test('a higher priority goes first, then acceptance', () => {
    const queue = queueOf(4, (index) => ({ priority: index === 3 ? -1 : 0 }));
    expect(plan(queue, careful).map(({ id }) => id)).toEqual(['msg_3', 'msg_0', 'msg_1', 'msg_2']);
  });

  test('what is scheduled leaves at its time and keeps nobody back', () => {
    const queue = queueOf(3, (index) => (index === 0 ? { sendAtMs: 15_000 } : {}));
    const departures = plan(queue, careful);
    expect(departures.map(({ id }) => id)).toEqual(['msg_1', 'msg_2', 'msg_0']);
    expect(departures[2]).toMatchObject({ reason: 'scheduled' });
    expect(
      plan(
        queueOf(1, () => ({ sendAtMs: 15_000 })),
        unlimited,
      )[0]?.departMs,
    ).toBe(15_000);
  });

  test('one that comes due while another waits for its pace goes before it, if it was accepted before it', () => {
    const departed = { ...nothing, fullAt: 10_000, lastMs: 0 };
    const queue = queueOf(2, (index) => (index === 0 ? { sendAtMs: 5_000 } : {}));
    expect(plan(queue, careful, { departed, nowMs: 1_000 }).map(({ id }) => id)).toEqual(['msg_0', 'msg_1']);
  });
});

describe('limits of a day', () => {
  test('new chats wait for the next day when the budget is spent, known ones go on', () => {
    const queue = queueOf(6, (index) => ({ isNewChat: index % 2 === 0 }));
    const departures = plan(queue, { ...unlimited, newChatsPerDay: 2 });
    expect(departures.map(({ id, departMs, reason }) => [id, departMs, reason])).toEqual([
      ['msg_0', 0, null],
      ['msg_1', 0, null],
      ['msg_2', 0, null],
      ['msg_3', 0, null],
      ['msg_5', 0, null],
      ['msg_4', dayMs, 'new_chats'],
    ]);
  });

  test('a chat is new once', () => {
    const queue = queueOf(3, () => ({ isNewChat: true, chatJid: 'the same' }));
    expect(plan(queue, { ...unlimited, newChatsPerDay: 1 }).every(({ departMs }) => departMs === 0)).toBe(true);
  });

  test('the daily cap counts what has left already, and ends with the day', () => {
    const departures = plan(queueOf(5), { ...unlimited, dailyCap: 3 }, { departed: { ...nothing, today: 1 } });
    expect(departures.map(({ departMs, reason }) => [departMs, reason])).toEqual([
      [0, null],
      [0, null],
      [dayMs, 'daily_cap'],
      [dayMs, 'daily_cap'],
      [dayMs, 'daily_cap'],
    ]);
  });

  test('while the network refuses new chats they wait, without an end where it is not known', () => {
    const queue = queueOf(2, (index) => ({ isUnconfirmedChat: index === 0 }));
    expect(plan(queue, unlimited, { restrictedUntilMs: 60_000 }).map(({ id, departMs }) => [id, departMs])).toEqual([
      ['msg_1', 0],
      ['msg_0', 60_000],
    ]);
    expect(plan(queue, unlimited, { restrictedUntilMs: Infinity }).map(({ id }) => id)).toEqual(['msg_1']);
  });
});

test('whoever takes the first departure again and again sees the same times as whoever plans all at once', () => {
  const rules = { ...normal, minDelayMs: 500, maxDelayMs: 1_500, newChatsPerDay: 7, dailyCap: 30 };
  const queue = queueOf(60, (index) => ({
    isNewChat: index % 3 === 0,
    chatJid: `chat ${index % 25}`,
    priority: index % 11 === 0 ? -1 : 0,
    sendAtMs: index % 7 === 0 ? index * 3_000 : -Infinity,
    typingMs: 1_000 + (index % 5) * 700,
  }));
  const planned = plan(queue, rules);
  expect(planned).toHaveLength(60);

  const departures: [string, number][] = [];
  let left = queue;
  let departed = nothing;
  let nowMs = 0;
  while (left.length > 0) {
    const [next] = plan(left, rules, { departed, nowMs });
    const message = left.find(({ id }) => id === next?.id);
    if (!next || !message) throw new Error('Nothing leaves any more');
    const isNextDay = Math.floor(next.departMs / dayMs) > Math.floor(nowMs / dayMs);
    const counted = isNextDay ? { ...departed, today: 0, newChatsToday: 0 } : departed;
    departed = {
      fullAt: Math.max(counted.fullAt, next.departMs) + normal.pace.intervalMs,
      lastMs: next.departMs,
      today: counted.today + 1,
      newChatsToday: counted.newChatsToday + (message.isNewChat ? 1 : 0),
    };
    departures.push([next.id, next.departMs]);
    left = left
      .filter(({ id }) => id !== next.id)
      .map((each) => (each.chatJid === message.chatJid ? { ...each, isNewChat: false } : each));
    nowMs = next.departMs;
  }
  expect(departures).toEqual(planned.map(({ id, departMs }) => [id, departMs]));
});
