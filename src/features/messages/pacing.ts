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

/** The bucket after these departures, in ascending order. */
export function bucketAfter(pace: Pace, departuresMs: readonly number[]): BucketFullAtMs {
  return departuresMs.reduce((fullAt, departure) => depart(pace, fullAt, departure), 0);
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
