import { expect, test } from 'vitest';
import { startOfDay } from './start-of-day.ts';

test.each([
  ['2026-11-25T14:02:03.456Z', 'UTC', '2026-11-25T00:00:00.000Z'],
  ['2026-11-25T14:02:03.456Z', 'Asia/Kolkata', '2026-11-24T18:30:00.000Z'],
  ['2026-11-25T20:00:00.000Z', 'Asia/Jakarta', '2026-11-25T17:00:00.000Z'],
  ['2026-11-25T00:00:00.000Z', 'UTC', '2026-11-25T00:00:00.000Z'],
  // Clocks went forward, and back, at night.
  ['2026-03-29T10:00:00.000Z', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
  ['2026-10-25T10:00:00.000Z', 'Europe/Berlin', '2026-10-24T22:00:00.000Z'],
  ['2026-10-25T00:30:00.000Z', 'Europe/Berlin', '2026-10-24T22:00:00.000Z'],
])('the day of %s in %s began at %s', (now, timeZone, start) => {
  expect(startOfDay(new Date(now), timeZone).toISOString()).toBe(start);
});
