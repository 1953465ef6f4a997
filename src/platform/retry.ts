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

/**
 * Milliseconds to wait as told by a `Retry-After` header (RFC 9110, section 10.2.3): seconds, or an HTTP date.
 * Undefined when the header is absent or makes no sense; a date in the past is 0.
 */
export function retryAfterMs(header: string | null | undefined, now: Date): number | undefined {
  const value = header?.trim();
  if (value === undefined || value === '') return undefined;
  if (/^\d+$/.test(value)) {
    const delayMs = Number(value) * 1000;
    return Number.isSafeInteger(delayMs) ? delayMs : undefined;
  }
  if (!/^[A-Za-z]{3,9},? /.test(value)) return undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.getTime());
}
