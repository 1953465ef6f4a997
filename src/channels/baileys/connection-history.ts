import type { Clock } from '../../platform/clock.ts';
import { type CloseCause, type History, replacedWindowMs } from './disconnects.ts';

/** What a channel remembers of its earlier connections, to decide about the next one. */
export interface ConnectionHistory {
  readonly failures: number;
  opened(): void;
  paired(): void;
  /** Counts a connection that ended, and tells what `afterClose` needs to know. */
  closed(cause: CloseCause): History;
  /** The last close was no failure. */
  forgive(): void;
  /** A pairing that the phone confirmed did not open in time; true at most twice, when fresh keys are worth a try. */
  pairingIsStuck(): boolean;
}

const mostFreshPairings = 2;

export function createHistory(timings: { settledMs: number; pairingMs: number }, clock: Clock): ConnectionHistory {
  let failures = 0;
  let openedAtMs: number | undefined;
  let pairedAtMs: number | undefined;
  let freshPairings = 0;
  let replacedAtMs: number[] = [];

  return {
    get failures() {
      return failures;
    },
    opened() {
      openedAtMs = clock.monotonicMs();
      pairedAtMs = undefined;
    },
    paired() {
      pairedAtMs ??= clock.monotonicMs();
    },
    closed(cause) {
      const nowMs = clock.monotonicMs();
      if (openedAtMs !== undefined && nowMs - openedAtMs >= timings.settledMs) failures = 0;
      openedAtMs = undefined;
      failures += 1;
      if (cause.kind === 'code' && cause.code === 440) replacedAtMs.push(nowMs);
      replacedAtMs = replacedAtMs.filter((at) => nowMs - at < replacedWindowMs);
      return { failures, replacements: replacedAtMs.length };
    },
    forgive() {
      failures = Math.max(0, failures - 1);
    },
    pairingIsStuck() {
      if (pairedAtMs === undefined || freshPairings >= mostFreshPairings) return false;
      if (clock.monotonicMs() - pairedAtMs < timings.pairingMs) return false;
      pairedAtMs = undefined;
      freshPairings += 1;
      return true;
    },
  };
}
