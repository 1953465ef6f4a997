import { assert, double, integer, option, property } from 'fast-check';
import { expect, test } from 'vitest';
import { type Outcome, retryDelaysMs, verdictOf } from './verdict.ts';

const now = new Date('2026-03-01T12:00:00.000Z');
const second = 1_000;
const hour = 3_600_000;
const attempts = 10;
/** Neither too early nor too late. */
const middle = { now, random: () => 0.5 };

function answered(status: number, retryAfter?: string): Outcome {
  return { kind: 'answered', status, retryAfter };
}

test('the schedule is the promised one: ten attempts, the first at once', () => {
  const [m, h] = [60 * second, hour];
  expect(retryDelaysMs).toEqual([5 * second, 5 * m, 30 * m, 2 * h, 5 * h, 10 * h, 14 * h, 20 * h, 24 * h]);
});

test.each([200, 201, 204, 299])('%s is a success, on any attempt', (status) => {
  for (const tries of [1, attempts]) {
    expect(verdictOf(answered(status, '60'), tries, middle)).toEqual({
      status: 'delivered',
      againMs: null,
      holdMs: null,
      gone: false,
      error: null,
    });
  }
});

test.each([
  [100, 'The endpoint answered 100.'],
  [199, 'The endpoint answered 199.'],
  [300, 'The endpoint answered 300: redirects are not followed.'],
  [301, 'The endpoint answered 301: redirects are not followed.'],
  [304, 'The endpoint answered 304: redirects are not followed.'],
  [307, 'The endpoint answered 307: redirects are not followed.'],
  [400, 'The endpoint answered 400.'],
  [404, 'The endpoint answered 404.'],
  [429, 'The endpoint answered 429.'],
  [500, 'The endpoint answered 500.'],
  [599, 'The endpoint answered 599.'],
])('%s is a failure that is tried again by the schedule, then given up', (status, error) => {
  retryDelaysMs.forEach((delayMs, index) => {
    expect(verdictOf(answered(status), index + 1, middle)).toEqual({
      status: 'waiting',
      againMs: delayMs,
      holdMs: null,
      gone: false,
      error,
    });
  });
  expect(verdictOf(answered(status), attempts, middle)).toEqual({
    status: 'dead',
    againMs: null,
    holdMs: null,
    gone: false,
    error,
  });
});

test('no answer is tried again as a bad one is, with its own words', () => {
  const outcome: Outcome = { kind: 'unanswered', error: 'example.com does not answer.' };
  expect(verdictOf(outcome, 1, middle)).toMatchObject({ status: 'waiting', againMs: 5 * second, error: outcome.error });
  expect(verdictOf(outcome, attempts, middle)).toMatchObject({ status: 'dead', againMs: null, gone: false });
});

test('410 ends the delivery on its first attempt, and says that the endpoint is gone', () => {
  const error = 'The endpoint answered 410: it is gone.';
  expect(verdictOf(answered(410, '60'), 1, middle)).toEqual({
    status: 'dead',
    againMs: null,
    holdMs: null,
    gone: true,
    error,
  });
});

test.each([
  ['120', 120 * second],
  [' 120 ', 120 * second],
  ['3600', hour],
  ['3601', hour],
  ['9999999999', hour],
  ['99999999999999999999', hour],
  ['Sun, 01 Mar 2026 12:01:30 GMT', 90 * second],
  ['Sunday, 01-Mar-26 12:01:30 GMT', 90 * second],
  ['Sun Mar  1 12:01:30 2026', 90 * second],
  ['Mon, 02 Mar 2026 12:00:00 GMT', hour],
  ['Sun, 01 Mar 2026 11:59:00 GMT', null],
  ['0', null],
  ['-5', null],
  ['1.5', null],
  ['+60', null],
  ['2030', 2_030 * second],
  ['soon', null],
  ['', null],
])('Retry-After %j', (retryAfter, holdMs) => {
  for (const status of [429, 503]) {
    const verdict = verdictOf(answered(status, retryAfter), 1, middle);
    expect(verdict).toMatchObject({ holdMs, againMs: Math.max(5 * second, holdMs ?? 0) });
    // The last attempt is followed by none, but the others wait.
    expect(verdictOf(answered(status, retryAfter), attempts, middle)).toMatchObject({ status: 'dead', holdMs });
  }
  expect(verdictOf(answered(500, retryAfter), 1, middle)).toMatchObject({ holdMs: null, againMs: 5 * second });
});

test('the next attempt is within 20 % of its time, and never before the endpoint wants it', () => {
  assert(
    property(
      integer({ min: 1, max: retryDelaysMs.length }),
      double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      option(integer({ min: 0, max: 100_000 }), { nil: undefined }),
      (tries, chance, seconds) => {
        const delayMs = retryDelaysMs[tries - 1] ?? 0;
        const outcome = answered(503, seconds?.toString());
        const { againMs, holdMs } = verdictOf(outcome, tries, { now, random: () => chance });
        const askedMs = Math.min((seconds ?? 0) * second, hour);
        expect(holdMs ?? 0).toBe(askedMs);
        expect(againMs).toBeGreaterThanOrEqual(Math.max(askedMs, Math.floor(delayMs * 0.8)));
        expect(againMs).toBeLessThanOrEqual(Math.max(askedMs, Math.ceil(delayMs * 1.2)));
      },
    ),
  );
  const at = (chance: number) => verdictOf(answered(500), 1, { now, random: () => chance }).againMs;
  expect([at(0), at(0.5), at(0.999999)]).toEqual([4 * second, 5 * second, 6 * second]);
});
