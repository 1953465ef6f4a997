import { type EventName, eventCatalogue } from '../../events.ts';
import {
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
import type { DeliveryDetails } from './deliveries.ts';
import { type Delivery, deliveryStatuses } from './delivery.ts';
import type { TestResult } from './webhook-test.ts';

export const deliveryKeyField = text({
  max: 60,
  pattern: /^dlv_[0-9a-z]{26}_\d{1,15}$/,
  patternName: 'a delivery id, dlv_…',
});
export const deliveryParams = object({ id: required(deliveryKeyField) });
export const deliveryListQuery = object({
  status: oneOf(...deliveryStatuses).description(
    'waiting: no attempt yet; retrying: another follows; dead: given up after the last of the schedule.',
  ),
  ...pageFields(),
});

export const rangeBody = object({
  from: required(isoTime().description('Of what happened from then on …')),
  to: required(isoTime().description('… until then.')),
});
export const deadRangeBody = object({
  from: isoTime().description('Without it from the oldest on.'),
  to: isoTime().description('Without it up to now.'),
});
export const countAnswer = object({ deliveries: required(integer({ min: 0 }).description('So many are sent now.')) });

const attemptFields = {
  at: required(isoTime()),
  durationMs: required(integer({ min: 0 })),
  status: required(nullable(integer()).description('Of HTTP; null without an answer.')),
  error: required(nullable(text({ max: 1_000 })).description('Why it failed, in a sentence; null when it did not.')),
};
const answer = nullable(text({ min: 0, max: 20_000 }));

const deliveryFields = {
  id: required(text({ max: 60 })),
  webhookId: required(text({ max: 40 })),
  accountId: required(text({ max: 40 })),
  eventId: required(text({ max: 40 }).description('The header `webhook-id`, the same in every attempt and replay.')),
  event: required(text({ max: 100 })),
  status: required(oneOf(...deliveryStatuses)),
  attempts: required(integer({ min: 0 })),
  nextAttemptAt: required(nullable(isoTime()).description('Not before; null once it has ended.')),
  lastStatus: required(nullable(integer()).description('Of HTTP.')),
  lastError: required(nullable(text({ max: 1_000 }))),
  replay: required(flag().description('Somebody asked for it again.')),
  createdAt: required(isoTime()),
  endedAt: required(nullable(isoTime())),
};

export const deliveryAnswer = object(deliveryFields);
export const deliveryDetailsAnswer = object({
  ...deliveryFields,
  body: required(
    nullable(text({ max: 20_000_000 })).description('As every attempt sends it; null before a file in it was read.'),
  ),
  log: required(
    listOf(
      object({
        number: required(integer({ min: 1 })),
        ...attemptFields,
        answer: required(answer.description('Its first 16 kB; 1 kB of an attempt that succeeded.')),
      }),
    ).description('Every attempt, the first one first.'),
  ),
});

export const testBody = object({
  event: oneOf(...(Object.keys(eventCatalogue) as EventName[])).description('`ping` by default.'),
});
export const testAnswer = object({
  delivered: required(flag().description('Whether the endpoint answered 2xx.')),
  eventId: required(text({ max: 40 })),
  ...attemptFields,
  headers: required(
    listOf(
      object({ name: required(text({ max: 1_000 })), value: required(text({ min: 0, max: 20_000 })) }),
    ).description('Of the answer.'),
  ),
  answer: required(answer.description('Its first 16 kB.')),
  body: required(text({ max: 20_000_000 }).description('What was sent.')),
});

export function deliveryJson(delivery: Delivery) {
  const { sequence: _place, nextAttemptAt, createdAt, endedAt, ...rest } = delivery;
  return {
    ...rest,
    nextAttemptAt: nextAttemptAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
  };
}

export function deliveryDetailsJson({ body, log, ...delivery }: DeliveryDetails) {
  return { ...deliveryJson(delivery), body, log: log.map(({ at, ...rest }) => ({ ...rest, at: at.toISOString() })) };
}

export function testJson({ at, ...rest }: TestResult) {
  return { ...rest, at: at.toISOString() };
}
