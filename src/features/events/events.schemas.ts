import Joi from 'joi';
import { eventCatalogue } from '../../events.ts';
import { integer, isoTime, listOf, object, pageFields, required, text } from '../../platform/schema.ts';
import type { PublishedEvent } from '../../platform/events.store.ts';

const names = Object.entries(eventCatalogue).map(([name, words]) => `\`${name}\` (${words})`);

export const eventQuery = object({
  accountId: text({ max: 40 }).description('With an admin key: whose. An account key may leave it out.'),
  after: text({ max: 500 }).description(
    'A `nextCursor`, or the `sequence` of an event. Without it the list begins with the oldest that is kept.',
  ),
  limit: pageFields().limit,
});

export const envelopeFields = {
  id: required(text({ max: 40 }).description('The same wherever the event is told.')),
  event: required(text({ max: 100 }).description('The most specific of its names.')),
  names: required(
    listOf(text({ max: 100 })).description(`All that fit, the most specific first: ${names.join(', ')}.`),
  ),
  timestamp: required(isoTime()),
  accountId: required(text({ max: 40 })),
  sequence: required(
    integer({ min: 0 }).description('Counts the events of the account, without gaps. 0 in the test of a webhook.'),
  ),
  data: required(Joi.object<object>().unknown().description('What happened; its fields depend on the event.')),
};
export const eventAnswer = object(envelopeFields);

/** The envelope in which callers get an event. */
export function eventJson({ id, names, createdAt, accountId, sequence, data }: PublishedEvent) {
  return {
    id,
    event: names[0] ?? '',
    names: [...names],
    timestamp: createdAt.toISOString(),
    accountId,
    sequence,
    data,
  };
}
