import { expect, test } from 'vitest';
import { instantOf, localText } from './local-time.ts';

test.each([
  ['2026-11-26T14:30', 'UTC', '2026-11-26T14:30:00.000Z'],
  ['2026-11-26T14:30', 'Asia/Jakarta', '2026-11-26T07:30:00.000Z'],
  ['2026-07-01T00:15', 'Europe/Berlin', '2026-06-30T22:15:00.000Z'],
  ['2026-03-29T03:30', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
  ['2026-10-25T12:00', 'Europe/Berlin', '2026-10-25T11:00:00.000Z'],
])('%s in %s is %s, and back', (text, zone, iso) => {
  expect(instantOf(text, zone)?.toISOString()).toBe(iso);
  expect(localText(new Date(iso), zone)).toBe(text);
});

test.each(['', 'yesterday', '2026-13-01T00:00', '2026-11-26', '2026-11-26T14:30Z'])('%j is no time', (text) => {
  expect(instantOf(text, 'UTC')).toBeUndefined();
});
