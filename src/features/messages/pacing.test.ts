import { expect, test } from 'vitest';
import { bucketAfter, depart, estimateMs, nextDepartureMs, paceOf } from './pacing.ts';

const normal = { intervalMs: 5_000, burst: 5 };

test('the normal preset lets five go at once and then one every five seconds', () => {
  expect(paceOf('normal')).toEqual(normal);
  const departures: number[] = [];
  let fullAt = 0;
  let now = 1_000_000;
  for (let count = 0; count < 8; count += 1) {
    now = nextDepartureMs(normal, fullAt, now);
    fullAt = depart(normal, fullAt, now);
    departures.push(now - 1_000_000);
  }
  expect(departures).toEqual([0, 0, 0, 0, 0, 5_000, 10_000, 15_000]);
});

test('a rest refills the bucket, but never beyond the burst', () => {
  const fullAt = bucketAfter(normal, [0, 0, 0, 0, 0]);
  expect(nextDepartureMs(normal, fullAt, 0)).toBe(5_000);
  expect(nextDepartureMs(normal, fullAt, 10_000)).toBe(10_000);
  const afterRest = bucketAfter(normal, [0, 0, 0, 0, 0, 1_000_000, 1_000_000, 1_000_000, 1_000_000, 1_000_000]);
  expect(nextDepartureMs(normal, afterRest, 1_000_000)).toBe(1_005_000);
});

test('a restart that knows the last departures goes on where the bucket stood', () => {
  const before = [100, 100, 200, 300, 400, 5_100, 10_100];
  const whole = bucketAfter(normal, before);
  const lastBurst = bucketAfter(normal, before.slice(-normal.burst));
  expect(nextDepartureMs(normal, lastBurst, 10_200)).toBeLessThanOrEqual(nextDepartureMs(normal, whole, 10_200));
  expect(nextDepartureMs(normal, whole, 10_200)).toBe(15_100);
});

test('the estimate of a place in the queue is when it would leave', () => {
  expect(estimateMs(normal, 0, 1_000, 5)).toBe(1_000);
  expect(estimateMs(normal, 0, 1_000, 6)).toBe(6_000);
  expect(estimateMs(normal, 0, 1_000, 8)).toBe(16_000);
  expect(estimateMs(undefined, 0, 1_000, 500)).toBe(1_000);
});
