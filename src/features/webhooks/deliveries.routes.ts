import { positionOf } from '../../platform/cursor.ts';
import { defineRoute, type Route } from '../../platform/route.ts';
import { listOf } from '../../platform/schema.ts';
import type { Deliveries } from './deliveries.ts';
import {
  countAnswer,
  deadRangeBody,
  deliveryAnswer,
  deliveryDetailsAnswer,
  deliveryDetailsJson,
  deliveryJson,
  deliveryListQuery,
  deliveryParams,
  rangeBody,
  testAnswer,
  testBody,
  testJson,
} from './deliveries.schemas.ts';
import { byOf, limitOf, tag } from './webhooks.routes.ts';
import { webhookParams } from './webhooks.schemas.ts';
import type { WebhookTest } from './webhook-test.ts';

export function deliveryRoutes(deliveries: Deliveries, test: WebhookTest): Route[] {
  return [...readingRoutes(deliveries), ...sendingRoutes(deliveries), testRoute(test)];
}

const ofWebhook = { tag, access: 'account', params: webhookParams } as const;
const ofDelivery = { tag, access: 'account', params: deliveryParams } as const;

function readingRoutes(deliveries: Deliveries): Route[] {
  return [
    defineRoute({
      ...ofWebhook,
      method: 'GET',
      path: '/webhooks/:id/deliveries',
      summary: 'List the deliveries of a webhook, of the newest events first',
      query: deliveryListQuery,
      answer: listOf(deliveryAnswer),
      list: true,
      errors: ['webhook.not_found'],
      async handle({ params, query: { status, cursor, limit }, caller }) {
        const filter = { status, beforeSequence: positionOf(cursor), limit };
        const found = await deliveries.list(params.id, filter, limitOf(caller));
        const { nextSequence } = found;
        return {
          data: found.deliveries.map(deliveryJson),
          nextCursor: nextSequence === null ? null : String(nextSequence),
        };
      },
    }),
    defineRoute({
      ...ofDelivery,
      method: 'GET',
      path: '/deliveries/:id',
      summary: 'Read a delivery with its body and every attempt',
      answer: deliveryDetailsAnswer,
      errors: ['delivery.not_found'],
      handle: async ({ params, caller }) => ({
        data: deliveryDetailsJson(await deliveries.get(params.id, limitOf(caller))),
      }),
    }),
  ];
}

function sendingRoutes(deliveries: Deliveries): Route[] {
  const many = { ...ofWebhook, answer: countAnswer, errors: ['webhook.not_found', 'webhook.paused'] } as const;
  return [
    defineRoute({
      ...ofDelivery,
      method: 'POST',
      path: '/deliveries/:id/retry',
      summary: 'Send a delivery again, whatever became of it',
      description: 'The same bytes under the same id, at once and then by the schedule from its beginning.',
      answer: deliveryAnswer,
      errors: ['delivery.not_found', 'webhook.paused'],
      effect: async (input, tx) => ({ data: deliveryJson(await deliveries.retry(tx, input.params.id, byOf(input))) }),
    }),
    defineRoute({
      ...many,
      method: 'POST',
      path: '/webhooks/:id/retry',
      summary: 'Send again what was given up',
      body: deadRangeBody,
      async effect(input, tx) {
        const { from, to } = input.body;
        const range = { ...(from && { from: new Date(from) }), ...(to && { to: new Date(to) }) };
        return { data: { deliveries: await deliveries.retryDead(tx, input.params.id, range, byOf(input)) } };
      },
    }),
    defineRoute({
      ...many,
      method: 'POST',
      path: '/webhooks/:id/replay',
      summary: 'Send again everything that happened within a time',
      description: 'Also what was delivered, under the same ids; of the last 7 days, for which events are kept.',
      body: rangeBody,
      async effect(input, tx) {
        const range = { from: new Date(input.body.from), to: new Date(input.body.to) };
        return { data: { deliveries: await deliveries.replay(tx, input.params.id, range, byOf(input)) } };
      },
    }),
  ];
}

function testRoute(test: WebhookTest): Route {
  return defineRoute({
    ...ofWebhook,
    method: 'POST',
    path: '/webhooks/:id/test',
    summary: 'Send a test delivery and see what the endpoint answers',
    description: 'Works while the webhook is paused too. Its `sequence` is 0, and it is not repeated.',
    body: testBody,
    answer: testAnswer,
    errors: ['webhook.not_found'],
    handle: async ({ params, body, caller, signal }) => ({
      data: testJson(await test.send(params.id, body.event ?? 'ping', limitOf(caller), signal)),
    }),
  });
}
