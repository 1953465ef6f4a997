import { expect, test } from 'vitest';
import type { Clock } from '../../platform/clock.ts';
import { createHistory } from './connection-history.ts';
import type { CloseCause } from './disconnects.ts';

const code = (value: number): CloseCause => ({ kind: 'code', code: value, detail: '' });

/** A history whose time passes when the test says so. */
function createTimedHistory() {
  let nowMs = 1_000_000;
  const clock: Clock = { now: () => new Date(nowMs), monotonicMs: () => nowMs, sleep: () => Promise.resolve() };
  const history = createHistory({ settledMs: 60_000, pairingMs: 120_000 }, clock);
  return { history, passes: (ms: number) => (nowMs += ms) };
}

test('connections that end early add up', () => {
  const { history, passes } = createTimedHistory();
  expect(history.failures).toBe(0);
  for (const failures of [1, 2, 3]) {
    history.opened();
    passes(59_999);
    expect(history.closed(code(428))).toEqual({ failures, replacements: 0 });
  }
});

test('sixty seconds online begin a new count', () => {
  const { history, passes } = createTimedHistory();
  history.closed(code(428));
  history.closed(code(428));
  history.opened();
  passes(60_000);
  expect(history.closed(code(428)).failures).toBe(1);
  expect(history.closed(code(428)).failures).toBe(2);
});

test('a close that is forgiven does not count', () => {
  const { history } = createTimedHistory();
  history.closed(code(515));
  history.forgive();
  expect(history.failures).toBe(0);
  expect(history.closed(code(428)).failures).toBe(1);
});

test('replacements count for ten minutes, whatever came between', () => {
  const { history, passes } = createTimedHistory();
  expect(history.closed(code(440)).replacements).toBe(1);
  passes(5 * 60_000);
  expect(history.closed(code(440)).replacements).toBe(2);
  expect(history.closed(code(428)).replacements).toBe(2);
  passes(5 * 60_000);
  expect(history.closed(code(440)).replacements).toBe(2);
  passes(10 * 60_000);
  expect(history.closed({ kind: 'silent' }).replacements).toBe(0);
});

test('a pairing is stuck when it did not open in two minutes, and twice at most', () => {
  const { history, passes } = createTimedHistory();
  expect(history.pairingIsStuck()).toBe(false);
  for (const _time of [1, 2]) {
    history.paired();
    passes(119_999);
    expect(history.pairingIsStuck()).toBe(false);
    history.paired();
    passes(1);
    expect(history.pairingIsStuck()).toBe(true);
    expect(history.pairingIsStuck()).toBe(false);
  }
  history.paired();
  passes(1_000_000);
  expect(history.pairingIsStuck()).toBe(false);
});

test('a pairing that opened is not stuck', () => {
  const { history, passes } = createTimedHistory();
  history.paired();
  history.opened();
  passes(1_000_000);
  expect(history.pairingIsStuck()).toBe(false);
});
