import { expect, test } from 'vitest';
import { anAccount } from '../../../test/doubles/view-models.ts';
import type { Account } from '../../features/accounts/accounts.ts';
import { needingPerson } from './needs-you.ts';

const now = new Date('2026-11-25T12:00:00Z');
const hoursAgo = (hours: number): Date => new Date(now.getTime() - hours * 3_600_000);

function inState(status: Partial<Account['status']>, paused = false): Account {
  return anAccount({ paused, status: { ...anAccount().status, ...status } });
}

const lost = { status: 'disconnected', nextStep: 'reconnect' } as const;
const paused = { status: 'disconnected', reason: 'paused', nextStep: 'resume', message: 'Paused by you' } as const;

test.each([
  ['that is logged out', inState({ status: 'auth_failed', nextStep: 'link_again' })],
  ['with an error', inState({ status: 'error', nextStep: 'reconnect' })],
  ['whose number is linked elsewhere here', inState({ status: 'error', reason: 'account.number_in_use' })],
  ['whose line another program took', inState({ ...lost, reason: 'replaced', message: 'Another program …' })],
  ['with a code to scan', inState({ status: 'qr_ready', nextStep: 'show_code' })],
  ['that was never linked', inState({ status: 'disconnected', reason: 'qr_timeout', nextStep: 'show_code' })],
  ['that was paused long ago', inState({ ...paused, since: hoursAgo(25) }, true)],
])('an account %s needs a person', (_state, account) => {
  expect(needingPerson([account], now)).toEqual([account]);
});

test.each([
  ['that is connected', inState({})],
  ['that starts', inState({ status: 'initializing' })],
  ['that reconnects by itself', inState({ ...lost, message: 'Reconnecting (3), because the line was lost' })],
  ['that was paused today', inState({ ...paused, since: hoursAgo(2) }, true)],
])('an account %s needs nobody', (_state, account) => {
  expect(needingPerson([account], now)).toEqual([]);
});

test('those that cannot go on come first, what may have been forgotten last, otherwise they keep their order', () => {
  const accounts = [
    { ...inState({ ...paused, since: hoursAgo(99) }, true), id: 'paused' },
    { ...inState({ status: 'qr_ready' }), id: 'code' },
    { ...inState({ status: 'error' }), id: 'error' },
    { ...inState({}), id: 'fine' },
    { ...inState({ status: 'auth_failed' }), id: 'out' },
  ];
  expect(needingPerson(accounts, now).map(({ id }) => id)).toEqual(['error', 'out', 'code', 'paused']);
});
