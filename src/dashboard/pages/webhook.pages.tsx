import {
  DeliveryList,
  deliveriesId,
  type DeliveriesModel,
  DeliveriesView,
} from '../../../views/webhooks/deliveries.tsx';
import { DeliveryState, deliveryId, type DeliveryModel, DeliveryView } from '../../../views/webhooks/delivery.tsx';
import { WebhookHeader, webhookHeaderId } from '../../../views/webhooks/header.tsx';
import { WebhookTestArea, WebhookTestView } from '../../../views/webhooks/test.tsx';
import {
  type Deliveries,
  deliveryStatuses,
  deliveryKeyField,
  type TestResult,
  webhookParams,
  type WebhookTest,
} from '../../features/webhooks/webhooks.ts';
import type { EventName } from '../../events.ts';
import { definePage, type Page, type Refusal } from '../../platform/page.ts';
import { type Infer, integer, object, oneOf, required } from '../../platform/schema.ts';
import { webhookId } from '../../features/webhooks/webhooks.ts';
import { testableEvents } from './event-groups.ts';
import { liveWebhookPart, webhookModel, type WebhookModelParts, webhookPage } from './webhook-page.tsx';

export interface WebhookPagesParts extends WebhookModelParts {
  deliveries: Pick<Deliveries, 'list' | 'get' | 'deadErrors'>;
  webhookTest: WebhookTest;
}

const pageSize = 50;
const usualTest: EventName = 'ping';
const listQuery = object({ status: oneOf(...deliveryStatuses), before: integer({ min: 1 }) });
const oneParams = object({ id: required(webhookId), delivery: required(deliveryKeyField) });

/** What is seen of one webhook: its deliveries, each of them, and its test. */
export function webhookPages(parts: WebhookPagesParts): Page[] {
  return [...deliveryPages(parts), ...liveParts(parts), ...testPages(parts)];
}

function deliveryPages(parts: WebhookPagesParts): Page[] {
  return [
    definePage({
      method: 'GET',
      path: '/webhooks/:id',
      access: 'person',
      params: webhookParams,
      query: listQuery,
      async handle({ params, query }) {
        const model = await listModel(parts, params.id, query);
        return webhookPage('Deliveries', model.webhook, <DeliveriesView model={model} />);
      },
    }),
    definePage({
      method: 'GET',
      path: '/webhooks/:id/deliveries/:delivery',
      access: 'person',
      params: oneParams,
      async handle({ params }) {
        const model = await deliveryModel(parts, params.delivery);
        return webhookPage(model.delivery.event, model.webhook, <DeliveryView model={model} />);
      },
    }),
  ];
}

function liveParts(parts: WebhookPagesParts): Page[] {
  const shared = { method: 'GET', access: 'person' } as const;
  return [
    definePage({
      ...shared,
      path: '/ui/webhooks/:id/header',
      params: webhookParams,
      handle: ({ params }) =>
        liveWebhookPart(webhookHeaderId, async () => <WebhookHeader model={await webhookModel(parts, params.id)} />),
    }),
    definePage({
      ...shared,
      path: '/ui/webhooks/:id/deliveries',
      params: webhookParams,
      query: listQuery,
      handle: ({ params, query }) =>
        liveWebhookPart(deliveriesId, async () => <DeliveryList model={await listModel(parts, params.id, query)} />),
    }),
    definePage({
      ...shared,
      path: '/ui/webhooks/:id/deliveries/:delivery',
      params: oneParams,
      handle: ({ params }) =>
        liveWebhookPart(deliveryId, async () => <DeliveryState model={await deliveryModel(parts, params.delivery)} />),
    }),
  ];
}

async function listModel(
  parts: WebhookPagesParts,
  id: string,
  { status, before }: Infer<typeof listQuery>,
): Promise<DeliveriesModel> {
  const model = await webhookModel(parts, id);
  const found = await parts.deliveries.list(id, { status, beforeSequence: before, limit: pageSize }, undefined);
  const errors = status === 'dead' && before === undefined ? await parts.deliveries.deadErrors(id) : [];
  return { ...model, status, before, older: found.nextSequence, deliveries: found.deliveries, errors };
}

/** By its own id alone: that names the webhook too. */
async function deliveryModel(parts: WebhookPagesParts, id: string): Promise<DeliveryModel> {
  const delivery = await parts.deliveries.get(id, undefined);
  return { ...(await webhookModel(parts, delivery.webhookId)), delivery };
}

function testPages(parts: WebhookPagesParts): Page[] {
  const shared = { path: '/webhooks/:id/test', access: 'person', params: webhookParams } as const;

  async function testModel(id: string, event: string, outcome: { problem?: Refusal; result?: TestResult }) {
    return { ...(await webhookModel(parts, id)), events: testableEvents, event, ...outcome };
  }

  return [
    definePage({
      ...shared,
      method: 'GET',
      async handle({ params }) {
        const model = await testModel(params.id, usualTest, {});
        return webhookPage('Test', model.webhook, <WebhookTestView model={model} />);
      },
    }),
    definePage({
      ...shared,
      method: 'POST',
      form: object({ event: required(oneOf(...testableEvents)) }),
      async handle({ params, form, signal, partial }) {
        const result = await parts.webhookTest.send(params.id, form.event, undefined, signal);
        const model = await testModel(params.id, form.event, { result });
        if (partial) return { kind: 'fragment', body: <WebhookTestArea model={model} /> };
        return webhookPage('Test', model.webhook, <WebhookTestView model={model} />);
      },
      async refused({ params }, problem) {
        const model = await testModel(params.id, problem.values['event'] ?? usualTest, { problem });
        return webhookPage('Test', model.webhook, <WebhookTestView model={model} />, problem.status);
      },
    }),
  ];
}
