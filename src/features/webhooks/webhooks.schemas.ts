import Joi from 'joi';
import { type EventName, eventCatalogue } from '../../events.ts';
import {
  decimal,
  flag,
  integer,
  isoTime,
  listOf,
  nullable,
  object,
  oneOf,
  pageFields,
  required,
  text,
} from '../../platform/schema.ts';
import { accountId } from '../accounts/accounts.ts';
import { settingsTag, healths, mediaModes, pausedReasons, type Webhook } from './webhook.ts';

export const webhookId = text({ max: 40, pattern: /^wh_[0-9a-z]{26}$/, patternName: 'a webhook id, wh_…' });
export const webhookParams = object({ id: required(webhookId) });

const names = Object.keys(eventCatalogue) as EventName[];
const namesInWords = Object.entries(eventCatalogue).map(([name, words]) => `\`${name}\` (${words})`);

/** Each as it may be given. */
export const settingFields = {
  url: text({
    max: 2_000,
    pattern: /^[hH][tT][tT][pP][sS]?:\/\/\S+$/,
    patternName: 'an http or https address',
  }).description('Where deliveries are posted to. A private address needs OUTBOUND_ALLOW_HOSTS.'),
  events: listOf(oneOf(...names), { min: 1, max: names.length })
    .unique()
    .description(
      `What is told, by either set of names; an occurrence with several of them is told once. ${namesInWords.join(', ')}.`,
    ),
  active: flag().description('False pauses it: what has happened meanwhile can be replayed.'),
  media: oneOf(...mediaModes).description(
    'How files go with messages: `link` (good for 7 days), `base64` (in the body up to 1 MB, else the link) or `none`.',
  ),
  headers: Joi.object<Record<string, string>>()
    .pattern(/^[\w!#$%&'*+.^`|~-]{1,100}$/, text({ min: 0, max: 2_000 }))
    .max(20)
    .description('Sent with every delivery, such as `Authorization`.'),
  timeoutSeconds: integer({ min: 1, max: 30 }).description('Of a whole attempt; 15 by default.'),
  maxInFlight: integer({ min: 1, max: 20 }).description('Attempts at a time; 5 by default.'),
};

export const webhookChangeBody = object(settingFields);
export const newWebhookBody = object({ ...settingFields, url: required(settingFields.url) });
export const newWebhookOfAccountBody = object({
  ...settingFields,
  url: required(settingFields.url),
  accountId: accountId.description('With an admin key: whose. An account key may leave it out.'),
});
export const webhookListQuery = object({
  accountId: accountId.description('With an admin key: of one account; without it of all.'),
  ...pageFields(),
});
export const accountWebhooksQuery = object(pageFields());
export const rotateBody = object({
  overlapHours: integer({ min: 0, max: 7 * 24 }).description(
    'How long deliveries are signed with the secret before too; 24 by default, 0 ends it at once.',
  ),
});

const webhookFields = {
  id: required(text({ max: 40 })),
  accountId: required(text({ max: 40 })),
  url: required(settingFields.url),
  events: required(settingFields.events),
  active: required(settingFields.active),
  media: required(settingFields.media),
  headers: required(settingFields.headers),
  timeoutSeconds: required(settingFields.timeoutSeconds),
  maxInFlight: required(settingFields.maxInFlight),
  health: required(oneOf(...healths)).description('failing: 3 attempts or more failed in a row.'),
  healthMessage: required(nullable(text({ max: 500 })).description('What is the matter and what to do.')),
  pausedReason: required(
    nullable(oneOf(...pausedReasons)).description('gone: it answered 410; failing: no success within five days.'),
  ),
  lastSuccessAt: required(nullable(isoTime())),
  lastFailureAt: required(nullable(isoTime())),
  successRate24h: required(nullable(decimal({ min: 0, max: 1 })).description('Of attempts; null without any.')),
  waiting: required(integer({ min: 0 }).description('Deliveries that wait for an attempt.')),
  dead: required(integer({ min: 0 }).description('Deliveries that were given up, within the last 7 days.')),
  warnings: required(listOf(text({ max: 500 }))),
  createdAt: required(isoTime()),
  updatedAt: required(isoTime()),
};

export const webhookAnswer = object(webhookFields);
export const webhookWithSecretAnswer = object({
  ...webhookFields,
  secret: required(text({ max: 100 }).description('What deliveries are signed with. Shown only in this answer.')),
});
export const deletedWebhookAnswer = object({ id: required(text({ max: 40 })) });

export function webhookJson(webhook: Webhook) {
  const { lastSuccessAt, lastFailureAt, createdAt, updatedAt, events, headers, ...rest } = webhook;
  return {
    ...rest,
    events: events as EventName[],
    headers: { ...headers },
    lastSuccessAt: lastSuccessAt?.toISOString() ?? null,
    lastFailureAt: lastFailureAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

export function answerOf(webhook: Webhook) {
  return { data: webhookJson(webhook), etag: settingsTag(webhook) };
}

export function answerWithSecret(webhook: Webhook, secret: string) {
  const data = webhookJson(webhook);
  return {
    data: { ...data, secret },
    masked: { ...data, secret: `${secret.slice(0, 'whsec_'.length)}…` },
    etag: settingsTag(webhook),
    accountId: webhook.accountId,
  };
}
