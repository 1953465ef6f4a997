/** A bucket that refills one message per interval and holds at most `burst` of them. */
export interface Pace {
  intervalMs: number;
  burst: number;
}

export type PacingPreset = 'normal' | 'unpaced';

/** undefined = as fast as the line takes them. */
export function paceOf(preset: PacingPreset): Pace | undefined {
  return preset === 'normal' ? { intervalMs: 5_000, burst: 5 } : undefined;
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

/** Earliest time at which one more message may leave. */
export function nextDepartureMs(pace: Pace, fullAt: BucketFullAtMs, nowMs: number): number {
  return Math.max(nowMs, fullAt - (pace.burst - 1) * pace.intervalMs);
}

/** When the message at this place in the queue (1 = next) leaves, if everything before it leaves as early as it may. */
export function estimateMs(pace: Pace | undefined, fullAt: BucketFullAtMs, nowMs: number, place: number): number {
  if (!pace) return nowMs;
  let bucket = fullAt;
  let departureMs = nowMs;
  for (let index = 0; index < place; index += 1) {
    departureMs = nextDepartureMs(pace, bucket, departureMs);
    bucket = depart(pace, bucket, departureMs);
  }
  return departureMs;
}
