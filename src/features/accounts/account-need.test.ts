import { expect, test } from 'vitest';
import type { ChannelState } from '../../channels/channel.ts';
import { needOf } from './account-need.ts';

const at = new Date('2026-11-25T12:00:00Z');
const self = { jid: '', phone: '+9990000000001', lid: null, name: null };

test.each<[string, ChannelState, string | null]>([
  ['is logged out on the phone', { kind: 'needs-login', reason: 'logged_out' }, 'account.logged_out'],
  ['has the number of another', { kind: 'needs-login', reason: 'account.number_in_use' }, 'account.logged_out'],
  ['is banned', { kind: 'needs-login', reason: 'account_banned' }, 'account.banned'],
  ['is locked', { kind: 'needs-login', reason: 'account_locked' }, 'account.banned'],
  ['is banned for a while', { kind: 'failed', reason: 'temporarily_banned' }, 'account.banned'],
  ['lost its line to another program', { kind: 'failed', reason: 'replaced' }, 'account.replaced'],
  ['gave up', { kind: 'failed', reason: 'bad_session' }, 'account.stopped'],
  ['has unreadable keys', { kind: 'failed', reason: 'secrets.unreadable' }, 'account.stopped'],
  ['was unlinked by a person', { kind: 'needs-login', reason: 'unlinked_by_you' }, null],
  ['let its codes run out', { kind: 'failed', reason: 'qr_timeout' }, null],
  ['tries to get its line back', { kind: 'waiting', reason: 'replaced', attempt: 1, retryAt: at }, null],
  ['connects', { kind: 'connecting', attempt: 0, reason: null }, null],
  ['is online', { kind: 'online', self, since: at }, null],
])('of an account that %s a person is told what is needed', (_what, state, kind) => {
  expect(needOf(state)).toBe(kind);
});
