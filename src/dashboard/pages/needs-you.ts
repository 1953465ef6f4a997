import type { Account } from '../../features/accounts/accounts.ts';

const pausedTooLongMs = 24 * 3_600_000;

/** How much an account waits for a person: 0 = it cannot go on, 1 = a person's turn, 2 = perhaps forgotten. */
type Weight = 0 | 1 | 2;

/** The accounts that nothing but a person can help, the worst first and otherwise in order of creation. */
export function needingPerson(accounts: readonly Account[], now: Date): Account[] {
  return accounts
    .map((account) => ({ account, weight: weightOf(account, now) }))
    .filter((each): each is { account: Account; weight: Weight } => each.weight !== undefined)
    .toSorted((one, other) => one.weight - other.weight)
    .map(({ account }) => account);
}

function weightOf({ status, paused }: Account, now: Date): Weight | undefined {
  if (paused) return now.getTime() - status.since.getTime() > pausedTooLongMs ? 2 : undefined;
  switch (status.status) {
    case 'auth_failed':
    case 'error':
      return 0;
    case 'qr_ready':
      return 1;
    case 'disconnected':
      if (status.nextStep === 'show_code') return 1;
      return status.reason === 'replaced' && !status.message.startsWith('Reconnecting') ? 0 : undefined;
    case 'initializing':
    case 'ready':
      return undefined;
  }
}
