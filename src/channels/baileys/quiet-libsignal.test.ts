import { createRequire } from 'node:module';
import { afterAll, expect, test } from 'vitest';

const printed: unknown[][] = [];
const levels = ['log', 'info', 'warn', 'error'] as const;
/* oxlint-disable no-console -- what is tested is the console */
const originals = levels.map((level) => console[level]);
for (const level of levels) console[level] = (...parts: unknown[]) => void printed.push(parts);
afterAll(() => levels.forEach((level, index) => (console[level] = originals[index] ?? (() => undefined))));

const { silenceLibsignal } = await import('./quiet-libsignal.ts');
const SessionRecord = createRequire(import.meta.url)('libsignal/src/session_record.js') as new () => {
  closeSession(session: object): void;
  openSession(session: object): void;
};

function openAndClose(): void {
  const record = new SessionRecord();
  const session = { indexInfo: { closed: -1 }, secret: 'private key' };
  record.closeSession(session);
  record.closeSession(session);
  record.openSession(session);
  record.openSession(session);
}

test('libsignal prints sessions with their keys, until it is silenced; everybody else is heard', () => {
  openAndClose();
  expect(JSON.stringify(printed)).toContain('private key');
  printed.length = 0;
  silenceLibsignal();
  silenceLibsignal();
  openAndClose();
  expect(printed).toEqual([]);
  for (const level of levels) console[level](level, { of: 'somebody else' });
  expect(printed).toEqual(levels.map((level) => [level, { of: 'somebody else' }]));
});
