import type { Account } from '../accounts/accounts.ts';
import type { PacingRules } from './pacing.ts';

const weekMs = 7 * 86_400_000;
const newChatsPerDay = { firstWeek: 20, later: 50 };

/** What an account's settings mean now. */
export function rulesOf({ settings, linkedAt }: Account, typingBaseMs: number, now: Date): PacingRules {
  const { perMinute, burst, minDelayMs, maxDelayMs, typing, dailyCap } = settings.pacing;
  const isInFirstWeek = linkedAt === null || now.getTime() - linkedAt.getTime() < weekMs;
  const budget = settings.pacing.newChatsPerDay ?? newChatsPerDay[isInFirstWeek ? 'firstWeek' : 'later'];
  return {
    pace: perMinute === 0 ? undefined : { intervalMs: 60_000 / perMinute, burst },
    minDelayMs,
    maxDelayMs,
    typingBaseMs: typing ? typingBaseMs : 0,
    newChatsPerDay: budget === 0 ? undefined : budget,
    dailyCap: dailyCap === 0 ? undefined : dailyCap,
  };
}
