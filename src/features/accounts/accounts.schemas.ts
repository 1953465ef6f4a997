import {
  eachNullable,
  eachRequired,
  flag,
  integer,
  isoTime,
  name,
  nullable,
  object,
  oneOf,
  pageFields,
  required,
  text,
} from '../../platform/schema.ts';
import type { Account } from './account.ts';
import { pacingPresets } from './account-settings.ts';

export const accountId = text({ max: 40, pattern: /^acc_[0-9a-z]{1,30}$/, patternName: 'an account id, acc_…' });
export const accountParams = object({ id: required(accountId) });

const dayMs = 86_400_000;

const pacing = {
  preset: oneOf(...pacingPresets).description(
    'careful: one in 10 s; normal: one in 5 s after a burst of 5; fast: one in 2 s; unpaced: as fast as the line.',
  ),
  perMinute: integer({ min: 0, max: 600 }).description('Only with the preset custom; 0 = as fast as the line.'),
  burst: integer({ min: 1, max: 100 }).description('Only with the preset custom: so many at once after a rest.'),
  minDelayMs: integer({ min: 0, max: dayMs }).description('The shortest pause after a message.'),
  maxDelayMs: integer({ min: 0, max: dayMs }).description('The longest.'),
  typing: flag().description('Whether people see somebody type before a message comes.'),
  newChatsPerDay: integer({ min: 0, max: 100_000 }).description(
    'Chats in which nobody has written yet; 0 = any number.',
  ),
  dailyCap: integer({ min: 0, max: 1_000_000 }).description('Messages a day; 0 = any number.'),
  queueLimit: integer({ min: 1, max: 100_000 }).description('Messages that may wait.'),
};
const behaviour = {
  alwaysOnline: flag().description('People see the account online while it is connected; the phone then stays silent.'),
  markRead: flag().description('What people write is marked as read as soon as it is stored.'),
  rejectCalls: flag(),
  ignoreGroups: flag().description('What happens in groups is neither stored nor told.'),
  ignoreStatus: flag().description(
    'The same for status broadcasts, true by default; with false they are told as messages.upsert only.',
  ),
  storeMedia: flag().description(
    'Files that people send are fetched and stored as soon as their message is, up to MEDIA_STORE_MB.',
  ),
};
const duplicateWindowSeconds = integer({ min: 0, max: 3600 });

const settingsChange = object({
  pacing: object(eachNullable(pacing)),
  behaviour: object(eachNullable(behaviour)),
  duplicateWindowSeconds: nullable(duplicateWindowSeconds),
}).description('What is left out stays; null takes a setting back to its default.');

export const newAccountBody = object({
  name: required(name({ max: 100 }).description('What people call this account.')),
  kind: required(oneOf('whatsapp', 'sandbox').description('A real number, or one on the built-in network.')),
  settings: settingsChange,
});

export const accountChangeBody = object({ name: name({ max: 100 }), settings: settingsChange });
export const accountListQuery = object(pageFields());
export const newKeyBody = object({
  overlapMinutes: integer({ min: 0, max: 7 * 24 * 60 }).description('How long the old key goes on working; default 0.'),
});

export const statusFields = {
  status: required(oneOf('initializing', 'qr_ready', 'ready', 'disconnected', 'auth_failed', 'error')),
  statusMessage: required(text({ max: 500 })),
  statusReason: required(nullable(text({ max: 100 }))),
  nextStep: required(nullable(oneOf('show_code', 'reconnect', 'link_again', 'resume'))),
};

const accountFields = {
  id: required(text({ max: 40 })),
  name: required(text({ max: 100 })),
  kind: required(oneOf('whatsapp', 'sandbox')),
  ...statusFields,
  statusSince: required(isoTime()),
  phone: required(nullable(text({ max: 20 }))),
  lid: required(nullable(text({ max: 40 }))),
  notice: required(nullable(text({ max: 500 })).description('What the last link changed, until it is dismissed.')),
  paused: required(flag()),
  restrictedUntil: required(nullable(isoTime())),
  apiKeyHint: required(nullable(text({ max: 40 }))),
  settings: required(
    object({
      pacing: required(object({ ...eachRequired(pacing), newChatsPerDay: required(nullable(pacing.newChatsPerDay)) })),
      behaviour: required(object(eachRequired(behaviour))),
      duplicateWindowSeconds: required(duplicateWindowSeconds),
    }),
  ),
  createdAt: required(isoTime()),
};

export const accountAnswer = object(accountFields);
export const accountWithKeyAnswer = object({
  ...accountFields,
  apiKey: required(text({ max: 100 }).description('Shown only in this answer.')),
});
export const deletedAnswer = object({ id: required(text({ max: 40 })) });

export const qrAnswer = object({
  qr: required(text({ max: 2000 }).description('What the phone scans.')),
  image: required(text({ max: 20_000 }).description('The same as a picture, a data: URL.')),
  revision: required(integer({ min: 0 })),
  expiresAt: required(isoTime()),
  attempt: required(integer({ min: 1 })),
  attempts: required(integer({ min: 1 })),
});

export const pairingCodeBody = object({
  phone: required(name({ max: 40 }).description('The number whose phone is to be linked, with its country code.')),
});

export const pairingCodeAnswer = object({
  code: required(text({ max: 9 }).description('What the owner types on the phone, such as ABCD-EFGH.')),
  phone: required(text({ max: 20 })),
  expiresAt: required(isoTime()),
  revision: required(integer({ min: 0 })),
});

export function accountJson(account: Account) {
  const { status } = account;
  return {
    id: account.id,
    name: account.name,
    kind: account.kind,
    status: status.status,
    statusMessage: status.message,
    statusReason: status.reason,
    nextStep: status.nextStep,
    statusSince: status.since.toISOString(),
    phone: account.phone,
    lid: account.lid,
    notice: account.notice,
    paused: account.paused,
    restrictedUntil: account.restrictedUntil?.toISOString() ?? null,
    apiKeyHint: account.apiKeyHint,
    settings: account.settings,
    createdAt: account.createdAt.toISOString(),
  };
}
