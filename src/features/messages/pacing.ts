import { type BucketFullAtMs, opensMs, type Pace } from './token-bucket.ts';

/** How fast an account's messages may leave. */
export interface PacingRules {
  /** undefined = as fast as the line takes them. */
  pace: Pace | undefined;
  /** The pause after each message, somewhere between the two. */
  minDelayMs: number;
  maxDelayMs: number;
  /** 0 = nobody is shown typing. */
  typingBaseMs: number;
  /** Chats in which nobody has written yet; undefined = any number. */
  newChatsPerDay: number | undefined;
  dailyCap: number | undefined;
}

/** So much of an interval a message may be late at most, so that nothing leaves like clockwork. */
const jitterShare = 0.2;

const typing = { leastMs: 1_000, mostMs: 8_000, perCharacterMs: 40 };

/** For how long somebody is shown typing such a text, in ms. */
export function typingMs(baseMs: number, characters: number): number {
  if (baseMs === 0) return 0;
  return Math.min(typing.mostMs, Math.max(typing.leastMs, baseMs + characters * typing.perCharacterMs));
}

/** Whether nothing but the line holds messages back. */
export function isImmediate(rules: PacingRules): boolean {
  return (
    rules.pace === undefined &&
    rules.maxDelayMs === 0 &&
    rules.typingBaseMs === 0 &&
    rules.newChatsPerDay === undefined &&
    rules.dailyCap === undefined
  );
}

/**
 * A share of one that looks like chance and is the same for a message whoever asks and whenever, so that an estimate comes
 * true: 32-bit FNV-1a of its id.
 */
export function chanceOf(messageId: string, purpose: string): number {
  let hash = 0x811c9dc5;
  for (const character of `${purpose} ${messageId}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

/** When a message may be begun and leave after those before it, by pace, pause and typing alone. */
export function earliestMs(
  rules: PacingRules,
  message: { id: string; typingMs: number },
  before: { fullAt: BucketFullAtMs; lastMs: number; nowMs: number },
): { beginMs: number; departMs: number } {
  const { pace, minDelayMs, maxDelayMs } = rules;
  const { fullAt, lastMs, nowMs } = before;
  const bucketMs = pace ? opensMs(pace, fullAt) : -Infinity;
  // Only what the bucket makes wait is made to wait a little longer: a burst stays a burst.
  const jitterMs = pace && bucketMs > lastMs ? chanceOf(message.id, 'jitter') * jitterShare * pace.intervalMs : 0;
  const pauseMs = minDelayMs + chanceOf(message.id, 'pause') * (maxDelayMs - minDelayMs);
  const freeMs = Math.max(bucketMs + jitterMs, lastMs + pauseMs);
  // One hand types one message at a time.
  const beginMs = Math.max(nowMs, lastMs, freeMs - message.typingMs);
  return { beginMs, departMs: Math.max(freeMs, beginMs + message.typingMs) };
}
