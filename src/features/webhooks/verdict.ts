import type { Random } from '../../platform/retry.ts';

/** How an attempt ended: with the head of an answer, or without one. */
export type Outcome = Answered | Unanswered;

export interface Answered {
  kind: 'answered';
  /** Of HTTP. */
  status: number;
  /** As the header was given. */
  retryAfter: string | undefined;
}

export interface Unanswered {
  kind: 'unanswered';
  /** For a person; no secret in it. */
  error: string;
}

/** What follows from an attempt. */
export interface Verdict {
  status: 'delivered' | 'waiting' | 'dead';
  /** Until the next attempt; only while it waits. */
  againMs: number | null;
  /** How long the endpoint wants nothing at all. */
  holdMs: number | null;
  /** The endpoint says that it will not come back. */
  gone: boolean;
  /** Why it failed, for a person. */
  error: string | null;
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Waits before the second attempt and those that follow, each counted from the attempt before. */
export const retryDelaysMs: readonly number[] = [
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
];
const jitter = 0.2;
const longestRetryAfterMs = hour;

/** `tries`: how many of the schedule there were, with this one. */
export function verdictOf(outcome: Outcome, tries: number, { now, random }: { now: Date; random: Random }): Verdict {
  if (outcome.kind === 'answered' && outcome.status >= 200 && outcome.status < 300) {
    return { status: 'delivered', againMs: null, holdMs: null, gone: false, error: null };
  }
  const error = errorOf(outcome);
  if (outcome.kind === 'answered' && outcome.status === 410) {
    return { status: 'dead', againMs: null, holdMs: null, gone: true, error };
  }
  const delayMs = retryDelaysMs[tries - 1];
  const holdMs = outcome.kind === 'answered' ? askedWaitMs(outcome, now) : null;
  if (delayMs === undefined) return { status: 'dead', againMs: null, holdMs, gone: false, error };
  const jitteredMs = delayMs * (1 - jitter + 2 * jitter * random());
  return { status: 'waiting', againMs: Math.max(Math.round(jitteredMs), holdMs ?? 0), holdMs, gone: false, error };
}

/** RFC 9110, 10.2.3: seconds or a date. */
function askedWaitMs({ status, retryAfter }: Answered, now: Date): number | null {
  if ((status !== 429 && status !== 503) || retryAfter === undefined) return null;
  const text = retryAfter.trim();
  const ms = /^\d+$/.test(text) ? Number(text) * second : Date.parse(text) - now.getTime();
  return ms > 0 ? Math.min(ms, longestRetryAfterMs) : null;
}

function errorOf(outcome: Outcome): string {
  if (outcome.kind === 'unanswered') return outcome.error;
  const { status } = outcome;
  if (status >= 300 && status < 400) return `The endpoint answered ${status}: redirects are not followed.`;
  if (status === 410) return 'The endpoint answered 410: it is gone.';
  return `The endpoint answered ${status}.`;
}
