import { isDeepStrictEqual } from 'node:util';
import { type Clock, endsWithin, systemClock } from '../../src/platform/clock.ts';
import { errorMessage } from '../../src/platform/errors.ts';
import type { Random } from '../../src/platform/retry.ts';
import type { Child } from '../doubles/child-process.ts';
import { complaints } from './complaints.ts';
import type { Suite } from './suite.ts';

/** One row of the promises, as far as its feature exists. */
export interface Scenario {
  readonly row: number;
  readonly name: string;
  /** With how many seeds it runs: one unless chance plays a part. */
  readonly seeds?: { readonly short: number; readonly long: number };
  /** What the row also promises and nothing offers yet. */
  readonly without?: string;
  run(stage: Stage): Promise<void>;
}

/** Where a scenario plays. */
export interface Stage {
  readonly suite: Suite;
  readonly seed: number;
  /** In [0, 1), the same for the same seed. */
  readonly random: Random;
  /** The full numbers. */
  readonly long: boolean;
  readonly clock: Clock;
  /** Shown beside the row. */
  count(name: string, value: number): void;
  /** What the row promises. It goes on, so that everything that is wrong is shown. */
  promise(what: string, found: unknown, expected: unknown): void;
  /** The same for an amount that has a bound. */
  atMost(what: string, found: number, bound: number): void;
  /** Resolves once the fact holds; rejects after `limitMs`, which says only that something hangs. */
  until(what: string, fact: () => boolean | Promise<boolean>, limitMs?: number): Promise<void>;
  /** Work that goes on beside what follows; it is awaited later, or never when something else goes wrong first. */
  beside<T>(work: Promise<T>): Promise<T>;
  /** Its warnings and errors are shown when the row fails. */
  witness(child: Child): void;
  /** Runs at the end, the last one first, whatever happened. */
  later(end: () => Promise<unknown>): void;
}

export interface Outcome {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly counts: readonly (readonly [name: string, value: number])[];
  readonly mistakes: readonly string[];
  /** What the processes said, when there are mistakes. */
  readonly words: readonly string[];
  readonly ms: number;
}

const usualLimitMs = 30_000;
const longestShortMs = 120_000;
const longestMs = 3_600_000;
const lookMs = 50;

/** Mulberry32. */
function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Runs a scenario to its end; whatever goes wrong stands in the outcome. */
export async function play(scenario: Scenario, suite: Suite, seed: number, long: boolean): Promise<Outcome> {
  const clock = systemClock;
  const startedMs = clock.monotonicMs();
  const counts: [string, number][] = [];
  const mistakes: string[] = [];
  const witnesses: Child[] = [];
  const ends: (() => Promise<unknown>)[] = [];
  const stage: Stage = {
    suite,
    seed,
    random: createRandom(seed),
    long,
    clock,
    count: (name, value) => counts.push([name, value]),
    promise(what, found, expected) {
      if (isDeepStrictEqual(found, expected)) return;
      mistakes.push(`${what}: ${shown(found)} instead of ${shown(expected)}`);
    },
    atMost(what, found, bound) {
      if (found <= bound) return;
      mistakes.push(`${what}: ${found}, which is more than ${bound}`);
    },
    async until(what, fact, limitMs = usualLimitMs) {
      const begunMs = clock.monotonicMs();
      while (!(await fact())) {
        if (clock.monotonicMs() - begunMs > limitMs) throw new Error(`Not within ${limitMs / 1000} s: ${what}`);
        await clock.sleep(lookMs);
      }
    },
    beside(work) {
      work.catch(() => undefined);
      return work;
    },
    witness: (child) => void witnesses.push(child),
    later: (end) => void ends.push(end),
  };
  const played = scenario.run(stage).catch((error: unknown) => void mistakes.push(errorMessage(error)));
  const limitMs = long ? longestMs : longestShortMs;
  if (!(await endsWithin(clock, limitMs, played))) mistakes.push(`It hangs after ${limitMs / 1000} s`);
  for (const end of ends.toReversed()) await end().catch((error: unknown) => mistakes.push(errorMessage(error)));
  const words = mistakes.length === 0 ? [] : witnesses.flatMap(complaints);
  return { scenario, seed, counts, mistakes, words, ms: clock.monotonicMs() - startedMs };
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
