/** A bucket that refills one message per interval and holds at most `burst` of them. */
export interface Pace {
  intervalMs: number;
  burst: number;
}

/**
 * The bucket as one number: the time at which it would be full again (the "theoretical arrival time" of the generic cell
 * rate algorithm). Times are ms of one clock.
 */
export type BucketFullAtMs = number;

/** How many departures tell the state of a bucket well enough. */
export const departuresToLookAt = 20;

/**
 * The bucket after the account's last departures, in ascending order. When there were more than are looked at, the
 * bucket is taken for empty at the first of them: a restart may make the next message wait longer, but never gives a
 * second burst.
 */
export function bucketAfter(pace: Pace, departuresMs: readonly number[]): BucketFullAtMs {
  const [first = 0] = departuresMs;
  const isWholeHistory = departuresMs.length < departuresToLookAt;
  const before = isWholeHistory ? 0 : first + (pace.burst - 1) * pace.intervalMs;
  return departuresMs.reduce((fullAt, departure) => depart(pace, fullAt, departure), before);
}

export function depart(pace: Pace, fullAt: BucketFullAtMs, nowMs: number): BucketFullAtMs {
  return Math.max(fullAt, nowMs) + pace.intervalMs;
}

/** From when on one more message may leave. */
export function opensMs(pace: Pace, fullAt: BucketFullAtMs): number {
  return fullAt - (pace.burst - 1) * pace.intervalMs;
}
