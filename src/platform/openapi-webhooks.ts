import type Joi from 'joi';
import { jsonSchemaOf } from './json-schema.ts';

/** A request that this server sends to others. */
export interface DescribedWebhook {
  name: string;
  summary: string;
  tag: string;
  body: Joi.ObjectSchema;
  example: object;
}

/** The `webhooks` of an OpenAPI 3.1 document. Throws when a schema cannot be described, with the name. */
export function describedWebhooks(webhooks: readonly DescribedWebhook[]): Record<string, object> {
  return Object.fromEntries(webhooks.map((webhook) => [webhook.name, { post: operation(webhook) }]));
}

function operation({ name, summary, tag, body, example }: DescribedWebhook): object {
  try {
    return {
      operationId: `webhook.${name}`,
      summary,
      tags: [tag],
      requestBody: {
        required: true,
        content: { 'application/json': { schema: jsonSchemaOf(body), examples: { received: { value: example } } } },
      },
      responses: { '2XX': { description: 'It was taken; every other answer is tried again or ends it.' } },
    };
  } catch (error) {
    throw new Error(`Webhook ${name} cannot be described`, { cause: error });
  }
}
