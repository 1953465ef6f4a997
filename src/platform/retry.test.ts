import { expect, test } from 'vitest';
import { backoffMs } from './retry.ts';

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
