export interface Backoff {
  /** Upper bound of the first wait, in milliseconds; it doubles with each attempt. */
  baseMs: number;
  /** Upper bound of every wait, in milliseconds. */
  capMs: number;
}

/** Uniform in [0, 1), like `Math.random`; tests give another one. */
export type Random = () => number;

/** Full jitter: a uniform choice between nothing and the bound of this attempt (0 is the first). */
export function backoffMs(attempt: number, { baseMs, capMs }: Backoff, random: Random): number {
  const bound = Math.min(capMs, baseMs * 2 ** Math.min(attempt, 52));
  return Math.floor(random() * bound);
}
