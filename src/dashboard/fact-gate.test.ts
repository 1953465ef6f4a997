import { expect, test } from 'vitest';
import type { Clock } from '../platform/clock.ts';
import { systemClock } from '../platform/clock.ts';
import { createFactGate } from './fact-gate.ts';

/** A clock whose pauses end when the test says so. */
function heldClock(): Clock & { endPauses(): Promise<void> } {
  let ends: (() => void)[] = [];
  return {
    ...systemClock,
    sleep: (_ms, signal) =>
      new Promise((resolve, reject) => {
        ends.push(resolve);
        signal?.addEventListener('abort', () => reject(new Error('stopped')), { once: true });
      }),
    async endPauses() {
      const ending = ends;
      ends = [];
      for (const end of ending) end();
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

test('the first fact of a topic passes at once, those in its pause together at its end', async () => {
  const clock = heldClock();
  const passed: string[] = [];
  const gate = createFactGate(100, clock, (topic) => passed.push(topic));

  gate.open('account:1');
  gate.open('account:1');
  gate.open('account:1');
  gate.open('account:2');
  expect(passed).toEqual(['account:1', 'account:2']);

  await clock.endPauses();
  expect(passed).toEqual(['account:1', 'account:2', 'account:1']);

  await clock.endPauses();
  gate.open('account:1');
  expect(passed).toEqual(['account:1', 'account:2', 'account:1', 'account:1']);
});

test('nothing passes after the gate was closed', async () => {
  const clock = heldClock();
  const passed: string[] = [];
  const gate = createFactGate(100, clock, (topic) => passed.push(topic));
  gate.open('account:1');
  gate.open('account:1');
  gate.close();
  await clock.endPauses();
  gate.open('account:2');
  expect(passed).toEqual(['account:1']);
});
