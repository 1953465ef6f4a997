import { expect, test } from 'vitest';
import type { Account } from './account.ts';
import { settingsWithDefaults } from './account-settings.ts';
import { type AccountStatus, neverLinkedStatus, pausedStatus, statusOf } from './account-status.ts';
import { linkingOf } from './linking.ts';

const since = new Date('2026-01-01T00:00:00Z');
const qr = { code: 'ref,keys', revision: 1, attempt: 1, attempts: 6, expiresAt: since };
const code = { code: 'ABCD-EFGH', phone: '+9990000000001', revision: 1, expiresAt: since };
const typed = { code: code.code, phone: code.phone, askedAt: since, expiresAt: since };
const pairing = { kind: 'pairing', qr: 'ref,keys', expiresAt: since, attempt: 1, attempts: 6, endsAt: since } as const;

function account(status: AccountStatus, change: Partial<Account> = {}): Account {
  return {
    id: 'acc_1',
    name: 'Shop',
    kind: 'whatsapp',
    status: { ...status, since },
    paused: false,
    linked: false,
    qrRevision: 0,
    phone: null,
    lid: null,
    notice: null,
    restrictedUntil: null,
    apiKeyHint: null,
    linkedAt: null,
    settings: settingsWithDefaults('whatsapp', {}),
    createdAt: since,
    ...change,
  };
}

function linking(given: Account, seconds: number, codes: { qr?: typeof qr; code?: typeof code } = {}) {
  const now = new Date(since.getTime() + seconds * 1000);
  return linkingOf({ account: given, qr: codes.qr, code: codes.code, lateMs: 20_000, now });
}

const starting = account(statusOf({ kind: 'connecting', attempt: 0, reason: null }));

test('without a first code it is starting for 20 s, then late', () => {
  expect(linking(starting, 19)).toEqual({ kind: 'starting', lateAt: new Date('2026-01-01T00:00:20Z') });
  expect(linking(starting, 20)).toEqual({ kind: 'late', message: 'No code for 20 seconds. It is still being tried' });
});

test('a line that does not come about is late at once, with the reason', () => {
  const waiting = statusOf({ kind: 'waiting', reason: 'connect_timeout', attempt: 1, retryAt: since });
  expect(linking(account(waiting), 1)).toEqual({
    kind: 'late',
    message: 'No code yet. Reconnecting (1), because WhatsApp did not answer',
  });
});

test.each([
  ['the code to scan', null, 'Scan QR code'],
  ['the code to type beside it', { ...typed, refused: false }, 'Type the code on +9990000000001, or scan the QR code'],
  [
    'that something else was typed',
    { ...typed, refused: true },
    'The phone did not accept what was typed. Type the code again, or ask for a new one',
  ],
])('shows %s', (_what, shown, message) => {
  const codes = shown === null ? { qr } : { qr, code };
  const found = linking(account(statusOf({ ...pairing, code: shown })), 1, codes);
  expect(found).toEqual({ kind: 'showing', qr, code: shown === null ? undefined : code, message });
});

test.each([
  [
    'the codes are used up',
    statusOf({ kind: 'failed', reason: 'qr_timeout' }),
    'Paused to protect your number. Show a new code',
  ],
  ['nobody has asked for a code since the start', neverLinkedStatus, 'Not linked yet. Show a new code'],
  [
    'the phone has removed it',
    statusOf({ kind: 'needs-login', reason: 'logged_out' }),
    'Logged out: the device was removed on the phone',
  ],
])('stops when %s', (_when, status, message) => {
  expect(linking(account(status), 1)).toEqual({ kind: 'stopped', message });
});

test('a paused account stops, and a linked one is linked whatever its line does', () => {
  expect(linking(account(pausedStatus, { paused: true }), 1)).toEqual({ kind: 'stopped', message: 'Paused by you' });
  expect(linking({ ...starting, linked: true }, 60)).toEqual({ kind: 'linked' });
});
