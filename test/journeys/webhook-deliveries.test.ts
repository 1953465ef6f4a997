import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { hookedShop, newPath } from '../doubles/hooked-shop.ts';
import { owner, useLinkedShop } from '../doubles/linked-shop.ts';
import { waitFor } from '../doubles/wait-for.ts';
import { useWebhookReceiver } from '../doubles/watched-webhook-receiver.ts';
import { standardFault } from '../doubles/webhook-signatures.ts';

interface TestJson {
  delivered: boolean;
  status: number | null;
  error: string | null;
  answer: string | null;
  headers: { name: string; value: string }[];
  body: string;
}

const receiver = useWebhookReceiver();
const used = useLinkedShop(() => ({ environment: { OUTBOUND_ALLOW_HOSTS: '127.0.0.1' } }));
const { linked, newCustomer, stored } = used;
const { call, data, hooked, deliveriesOf, delivery, write } = hookedShop(used);
const bodyOf = ({ body }: { body: Buffer }) => JSON.parse(body.toString()) as { id: string; data: { text: string } };

test('what a customer writes is posted once, under the most specific name that is wanted', async () => {
  const { shop } = linked();
  const endpoint = receiver.endpoint(newPath());
  const events = ['messages.upsert', 'message', 'messages.received'];
  const webhook = await hooked(endpoint, { events, headers: { Authorization: 'Bearer abc' } });
  const { id } = await stored(await write('Are you open?'));
  const [received] = await endpoint.waitFor(1);
  expect(received?.headers).toMatchObject({
    'content-type': 'application/json',
    authorization: 'Bearer abc',
    'x-webhook-event': 'messages.received',
    'x-webhook-attempt': '1',
  });
  const told = await delivery(webhook, 'delivered');
  expect(received?.body.toString()).toBe(told.body);
  expect(JSON.parse(told.body)).toMatchObject({
    id: received?.headers['webhook-id'],
    event: 'messages.received',
    names: ['messages.received', 'messages.upsert', 'message'],
    accountId: shop.id,
    data: { id, text: 'Are you open?', body: 'Are you open?', type: 'text', direction: 'incoming' },
  });
  expect(told).toMatchObject({ attempts: 1, lastStatus: 200, lastError: null, nextAttemptAt: null, replay: false });
  expect(await data('GET', `/api/webhooks/${webhook.id}`)).toMatchObject({ health: 'healthy', successRate24h: 1 });
  // The event feed tells the same under the same id.
  const feed = await data<{ id: string; timestamp: string; sequence: number; data: object }[]>('GET', '/api/events');
  const { names: _wanted, event: _name, ...envelope } = JSON.parse(told.body) as Record<string, unknown>;
  expect(feed.find(({ id: evt }) => evt === told.eventId)).toMatchObject(envelope);
  expect(endpoint.deliveries).toHaveLength(1);
});

test('what is paused gets nothing, and what happened meanwhile can be replayed, under the same ids', async () => {
  const endpoint = receiver.endpoint(newPath());
  const webhook = await hooked(endpoint);
  const from = new Date().toISOString();
  await data('PUT', `/api/webhooks/${webhook.id}`, { active: false });
  await stored(await write('while paused'));
  const range = { from, to: new Date(Date.now() + 60_000).toISOString() };
  expect(await call('POST', `/api/webhooks/${webhook.id}/replay`, { body: range })).toMatchObject({
    status: 409,
    body: { code: 'webhook.paused' },
  });
  await data('PUT', `/api/webhooks/${webhook.id}`, { active: true });
  await write('once active');
  const [first] = await endpoint.waitFor(1);
  expect(first && bodyOf(first).data.text).toBe('once active');
  await delivery(webhook, 'delivered');

  expect(await data('POST', `/api/webhooks/${webhook.id}/replay`, range)).toEqual({ deliveries: 2 });
  const received = await endpoint.waitFor(3);
  expect(
    received
      .slice(1)
      .map((each) => bodyOf(each).data.text)
      .toSorted(),
  ).toEqual(['once active', 'while paused']);
  const again = received.slice(1).find((each) => bodyOf(each).data.text === 'once active');
  expect(again?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
  expect(again?.body.equals(first?.body ?? Buffer.alloc(0))).toBe(true);
  expect(again?.headers['x-webhook-attempt']).toBe('2');
  await waitFor(async () => (await deliveriesOf(webhook, '?status=delivered')).length === 2);
});

test('the log shows every attempt, and what failed is sent again at once when somebody asks for it', async () => {
  const endpoint = receiver.endpoint(newPath(), { status: 500, body: 'out of order' }, 200);
  const webhook = await hooked(endpoint);
  await write('Hello');
  const failed = await delivery(webhook, 'retrying');
  expect(failed).toMatchObject({
    attempts: 1,
    lastStatus: 500,
    lastError: 'The endpoint answered 500.',
    log: [{ number: 1, status: 500, answer: 'out of order' }],
  });
  expect(Date.parse(failed.nextAttemptAt ?? '')).toBeGreaterThan(Date.now());
  expect(await data('POST', `/api/deliveries/${failed.id}/retry`)).toMatchObject({ status: 'retrying', replay: true });
  const [one, other] = await endpoint.waitFor(2);
  expect(other?.body.equals(one?.body ?? Buffer.alloc(0))).toBe(true);
  const done = await delivery(webhook, 'delivered');
  expect(done.log.map(({ number, status }) => [number, status])).toEqual([
    [1, 500],
    [2, 200],
  ]);
  expect(await deliveriesOf(webhook, '?status=dead')).toEqual([]);
  expect((await call('GET', '/api/deliveries/dlv_00000000000000000000000000_1')).status).toBe(404);
});

test('both secrets sign while one replaces the other', async () => {
  const endpoint = receiver.endpoint(newPath());
  const webhook = await hooked(endpoint);
  const { secret } = await data<{ secret: string }>('POST', `/api/webhooks/${webhook.id}/rotate-secret`, {});
  expect(secret).not.toBe(webhook.secret);
  endpoint.verifyWith([secret]);
  await write('during');
  const [during] = await endpoint.waitFor(1);
  if (!during) throw new Error('Nothing came');
  for (const each of [secret, webhook.secret]) expect(standardFault(each, during, new Date())).toBeUndefined();

  const last = await data<{ secret: string }>('POST', `/api/webhooks/${webhook.id}/rotate-secret`, { overlapHours: 0 });
  const after = receiver.endpoint(newPath());
  after.verifyWith([last.secret]);
  await data('PUT', `/api/webhooks/${webhook.id}`, { url: after.url });
  await write('after');
  const [received] = await after.waitFor(1);
  expect(String(received?.headers['webhook-signature']).split(' ')).toHaveLength(1);
});

test('a test shows what the endpoint answers, also while the webhook is paused, and leaves nothing behind', async () => {
  const endpoint = receiver.endpoint(
    newPath(),
    { status: 418, headers: { 'X-Kind': 'teapot' }, body: 'short and stout' },
    204,
  );
  const webhook = await hooked(endpoint, { active: false });
  const refused = await data<TestJson>('POST', `/api/webhooks/${webhook.id}/test`, {});
  expect(refused).toMatchObject({
    delivered: false,
    status: 418,
    error: 'The endpoint answered 418.',
    answer: 'short and stout',
  });
  expect(refused.headers).toContainEqual({ name: 'x-kind', value: 'teapot' });
  expect(endpoint.deliveries[0]?.body.toString()).toBe(refused.body);
  expect(JSON.parse(refused.body)).toMatchObject({ event: 'ping', names: ['ping'], sequence: 0 });
  expect(await data('POST', `/api/webhooks/${webhook.id}/test`, {})).toMatchObject({ delivered: true, status: 204 });
  expect(await deliveriesOf(webhook)).toEqual([]);
  expect(await data('GET', `/api/webhooks/${webhook.id}`)).toMatchObject({ successRate24h: null });
});

test('a deleted webhook gets nothing more of what waited for it', async () => {
  const { app } = linked();
  const endpoint = receiver.endpoint(newPath(), 500);
  const webhook = await hooked(endpoint);
  await write('one');
  await delivery(webhook, 'retrying');
  await call('DELETE', `/api/webhooks/${webhook.id}`);
  for (const table of ['webhook_delivery_queue', 'webhook_attempts', 'webhook_hours']) {
    expect(await app.database.rows(`SELECT 1 FROM ${table} WHERE webhook_id = $1`, [webhook.id])).toEqual([]);
  }
});

test.each(['link', 'base64', 'none'])('a file goes with its message as %s', async (media) => {
  const endpoint = receiver.endpoint(newPath());
  await hooked(endpoint, { media });
  const bytes = randomBytes(2_000);
  await newCustomer().send({
    to: owner,
    type: 'document',
    media: { bytes, mimetype: 'application/octet-stream', fileName: 'a.bin' },
  });
  const [received] = await endpoint.waitFor(1);
  const told = JSON.parse(received?.body.toString() ?? '') as { data: { media: Record<string, string> } };
  const { url, base64, ...rest } = told.data.media;
  expect(rest).toMatchObject({ mimetype: 'application/octet-stream', size: 2_000, filename: 'a.bin' });
  expect([url !== undefined, base64 !== undefined]).toEqual([media === 'link', media === 'base64']);
  if (base64 !== undefined) expect(Buffer.from(base64, 'base64').equals(bytes)).toBe(true);
  if (url === undefined) return;
  const { app } = linked();
  const answer = await fetch(`${app.address}${new URL(url).pathname}`);
  expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
});
