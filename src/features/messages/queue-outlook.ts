import type { Clock } from '../../platform/clock.ts';
import type { Queryable } from '../../platform/database.ts';
import type { Account } from '../accounts/accounts.ts';
import { plannedDepartures, type WaitReason } from './departure-plan.ts';
import { readOutlook } from './departures.store.ts';
import { rulesOf } from './pacing-rules.ts';

/** Why a queued message waits: for the line, or for one of the reasons of a plan. */
export interface Wait {
  reason: WaitReason | 'offline' | 'line';
  /** Place in the order of departures, 1 = next. */
  position: number;
  /** If the account stays online. */
  estimatedSendAt: string;
}

export interface QueueOutlookOptions {
  typingBaseMs: number;
  /** Whose midnight begins a day. */
  timeZone: string;
  clock: Clock;
}

/** When each message of an account's queue leaves and why not before, by id. */
export async function waitsOf(
  db: Queryable,
  account: Account,
  { typingBaseMs, timeZone, clock }: QueueOutlookOptions,
): Promise<Map<string, Wait>> {
  const rules = rulesOf(account, typingBaseMs, clock.now());
  const outlook = await readOutlook(db, account.id, rules, { timeZone });
  const isOffline = account.status.status !== 'ready';
  const departures = [...plannedDepartures(outlook.queue, { ...outlook, rules })];
  return new Map(
    departures.map(({ id, departMs, reason }, index) => [
      id,
      {
        reason: reason ?? (isOffline ? 'offline' : 'line'),
        position: index + 1,
        estimatedSendAt: new Date(departMs).toISOString(),
      },
    ]),
  );
}
