import { afterAll, beforeAll, expect, test } from 'vitest';
import { owner, useLinkedShop } from '../doubles/linked-shop.ts';
import { waitFor } from '../doubles/wait-for.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../doubles/webhook-receiver.ts';

let receiver: WebhookReceiver;
const { linked, newCustomer } = useLinkedShop(() => ({ environment: { OUTBOUND_ALLOW_HOSTS: '127.0.0.1' } }));

beforeAll(async () => {
  receiver = await startWebhookReceiver();
});
afterAll(async () => {
  await receiver.stop();
  expect(await receiver.refused()).toEqual([]);
});

test('what a customer writes is posted once, signed, with the message in it', async () => {
  const { app, shop } = linked();
  const endpoint = receiver.endpoint('/first');
  const created = (await app.data('POST', `/api/accounts/${shop.id}/webhooks`, {
    body: { url: endpoint.url, events: ['message', 'messages.received', 'messages.upsert'] },
  })) as { id: string; secret: string };
  endpoint.verifyWith([created.secret]);
  const customer = newCustomer();
  await customer.send({ to: owner, text: 'Are you open?' });
  await endpoint.waitFor(1);
  await waitFor(async () => {
    const list = (await app.data('GET', `/api/webhooks/${created.id}/deliveries`)) as { status: string }[];
    return list[0]?.status === 'delivered';
  });
});
