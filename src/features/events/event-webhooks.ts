import { eventCatalogue, type EventName } from '../../events.ts';
import type { DescribedWebhook } from '../../platform/openapi-webhooks.ts';
import { object, oneOf, required } from '../../platform/schema.ts';
import { eventData } from './event-data.ts';
import { eventSample } from './event-samples.ts';
import { envelopeFields } from './events.schemas.ts';

/** What is posted to webhooks, event by event, as who asked for just that name gets it. */
export function eventWebhooks(): DescribedWebhook[] {
  const names = Object.keys(eventCatalogue) as EventName[];
  return names.map((name) => ({
    name,
    summary: eventCatalogue[name],
    tag: 'Webhooks',
    body: object({ ...envelopeFields, event: required(oneOf(name)), data: required(eventData[name]) }),
    example: eventSample(name),
  }));
}
