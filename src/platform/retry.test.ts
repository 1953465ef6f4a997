import { expect, test } from 'vitest';
import { backoffMs, retryAfterMs } from './retry.ts';

const almostOne = (): number => 0.999_999;

test.each([
  [0, 99],
  [1, 199],
  [2, 399],
  [6, 6_399],
  [7, 9_999],
  [5_000, 9_999],
])('the bound of attempt %i doubles up to the cap', (attempt, longestMs) => {
  expect(backoffMs(attempt, { baseMs: 100, capMs: 10_000 }, almostOne)).toBe(longestMs);
});

test('a wait is spread over the whole of its bound', () => {
  expect(backoffMs(3, { baseMs: 100, capMs: 10_000 }, () => 0)).toBe(0);
  expect(backoffMs(3, { baseMs: 100, capMs: 10_000 }, () => 0.5)).toBe(400);
});

const now = new Date('2026-01-02T03:04:05Z');

test.each([
  ['120', 120_000],
  [' 0 ', 0],
  ['Fri, 02 Jan 2026 03:04:15 GMT', 10_000],
  ['Friday, 02-Jan-26 03:04:15 GMT', 10_000],
  ['Fri, 02 Jan 2026 03:00:00 GMT', 0],
  ['-1', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['Fri, nonsense', undefined],
  ['99999999999999999999', undefined],
  ['', undefined],
  [null, undefined],
  [undefined, undefined],
])('Retry-After %j means %j ms', (header, expected) => {
  expect(retryAfterMs(header, now)).toBe(expected);
});
