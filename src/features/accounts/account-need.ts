import type { ChannelState } from '../../channels/channel.ts';
import type { NotificationKind } from '../notifications/notifications.ts';

/** What may be told of an account that nothing but a person can help; over once it is online. */
export const needKinds: readonly NotificationKind[] = [
  'account.banned',
  'account.logged_out',
  'account.replaced',
  'account.stopped',
];

const bans = ['account_banned', 'account_locked', 'temporarily_banned'];

/** Null while the account goes on by itself, and where it was a person who stopped it or who let its codes run out. */
export function needOf(state: ChannelState): NotificationKind | null {
  if (state.kind !== 'needs-login' && state.kind !== 'failed') return null;
  const { kind, reason } = state;
  if (reason === 'unlinked_by_you' || reason === 'qr_timeout') return null;
  if (bans.includes(reason)) return 'account.banned';
  if (kind === 'needs-login') return 'account.logged_out';
  return reason === 'replaced' ? 'account.replaced' : 'account.stopped';
}
