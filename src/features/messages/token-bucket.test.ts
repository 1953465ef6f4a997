import { expect, test } from 'vitest';
import { bucketAfter, depart, departuresToLookAt, opensMs, type Pace } from './token-bucket.ts';

const normal = { intervalMs: 5_000, burst: 5 };

function nextDepartureMs(pace: Pace, fullAt: number, nowMs: number): number {
  return Math.max(nowMs, opensMs(pace, fullAt));
}

test('five go at once and then one every five seconds', () => {
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

test('a restart in the middle of a long queue gives no second burst', () => {
  const departures: number[] = [];
  let fullAt = 0;
  let now = 1_000_000;
  for (let count = 0; count < 60; count += 1) {
    now = nextDepartureMs(normal, fullAt, now);
    fullAt = depart(normal, fullAt, now);
    departures.push(now);
  }
  const afterRestart = bucketAfter(normal, departures.slice(-departuresToLookAt));
  expect(nextDepartureMs(normal, afterRestart, now)).toBe(nextDepartureMs(normal, fullAt, now));
});

test('a restart never lets a message leave earlier than without it, and a rest is not forgotten', () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const departures: number[] = [];
    let fullAt = 0;
    let now = 1_000_000;
    for (let count = 0; count < 50; count += 1) {
      now = nextDepartureMs(normal, fullAt, now + ((seed * 7919 * (count + 1)) % 12_000));
      fullAt = depart(normal, fullAt, now);
      departures.push(now);
    }
    const afterRestart = bucketAfter(normal, departures.slice(-departuresToLookAt));
    expect(nextDepartureMs(normal, afterRestart, now)).toBeGreaterThanOrEqual(nextDepartureMs(normal, fullAt, now));
    const rested = now + 1_000_000;
    expect(nextDepartureMs(normal, afterRestart, rested)).toBe(rested);
  }
});
