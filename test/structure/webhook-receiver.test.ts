import { afterEach, beforeEach, expect, test } from 'vitest';
import { newWebhookSecret, signatureHeaders } from '../../src/features/webhooks/signature.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createOutboundHttp, readText } from '../../src/platform/outbound-http.ts';
import { waitFor } from '../doubles/wait-for.ts';
import { useWebhookReceiver } from '../doubles/watched-webhook-receiver.ts';
import type { Answer } from '../doubles/webhook-answers.ts';
import { type ReceivedDelivery, startWebhookReceiver, type WebhookReceiver } from '../doubles/webhook-receiver.ts';

let receiver: WebhookReceiver;
beforeEach(async () => {
  receiver = await startWebhookReceiver();
});
afterEach(() => receiver.stop());

const client = createOutboundHttp({
  allowedHosts: [{ host: '127.0.0.1', port: undefined }],
  userAgent: 'Test/1',
  clock: systemClock,
});
const post = (url: string, body: string | Buffer = 'x', headers: Record<string, string> = {}) =>
  client.request(url, { method: 'POST', body, headers, maxBodyBytes: 16_000, whenTooLarge: 'cut' });

async function statusOf(url: string): Promise<number> {
  const response = await post(url);
  await readText(response);
  return response.status;
}

test('answers go by the script, path by path, and the last one stays', async () => {
  const shop = receiver.endpoint('/shop', 500, { status: 429, headers: { 'Retry-After': '7' }, body: 'later' }, 200);
  const other = receiver.endpoint('/other', 410);
  expect(await statusOf(shop.url)).toBe(500);
  const second = await post(shop.url);
  expect([second.status, second.headers.get('retry-after'), await readText(second)]).toEqual([429, '7', 'later']);
  expect(await statusOf(other.url)).toBe(410);
  expect([await statusOf(shop.url), await statusOf(shop.url)]).toEqual([200, 200]);
  shop.answer(503);
  expect(await statusOf(shop.url)).toBe(503);
  expect(await statusOf(`${receiver.url}/elsewhere`)).toBe(404);
  expect(receiver.deliveries.map(({ path }) => path.slice(1))).toEqual([
    'shop',
    'shop',
    'other',
    'shop',
    'shop',
    'shop',
    'elsewhere',
  ]);
  expect(await shop.waitFor(5)).toHaveLength(5);
});

test('a delivery is kept to the byte, with its headers and when it came', async () => {
  const endpoint = receiver.endpoint('/bytes');
  const bytes = Buffer.from([0, 255, 13, 10, 0xc3, 0x28]);
  await readText(await post(endpoint.url, bytes, { 'X-Odd-Case': 'yes' }));
  await readText(await post(endpoint.url));
  const [first, second] = endpoint.deliveries;
  expect(first?.body.equals(bytes)).toBe(true);
  expect(first).toMatchObject({
    path: '/bytes',
    method: 'POST',
    headers: { 'content-length': '6', 'x-odd-case': 'yes' },
  });
  expect(second?.atMs).toBeGreaterThan(first?.atMs ?? Infinity);
});

test('an answer can be held back, and what is open at a time is counted', async () => {
  const release = new AbortController();
  const released = new Promise<void>((resolve) => release.signal.addEventListener('abort', () => resolve()));
  const endpoint = receiver.endpoint('/held', async () => released.then(() => 204));
  const answers = [1, 2, 3].map(async () => statusOf(endpoint.url));
  await endpoint.waitFor(3);
  expect(endpoint.deliveries.map(({ ended }) => ended)).toEqual([undefined, undefined, undefined]);
  release.abort();
  expect(await Promise.all(answers)).toEqual([204, 204, 204]);
  expect([endpoint.mostAtOnce, receiver.mostAtOnce]).toEqual([3, 3]);
});

async function outcomeOf(
  answer: Answer,
  timeouts = {},
): Promise<{ text?: string; code?: unknown; delivery: ReceivedDelivery }> {
  const endpoint = receiver.endpoint('/odd', answer);
  const text = client
    .request(endpoint.url, { method: 'POST', body: 'x', maxBodyBytes: 16_000, whenTooLarge: 'cut', ...timeouts })
    .then(readText);
  const result = await text.then(
    (read) => ({ text: read }),
    (error: unknown) => ({ code: (error as { code?: unknown }).code }),
  );
  const [delivery] = await endpoint.waitFor(1);
  if (!delivery) throw new Error('Nothing came');
  await waitFor(() => delivery.ended !== undefined);
  return { ...result, delivery };
}

test.each(['hang', 'slow head', 'slow body'] as const)(
  '%s: the caller gives up, which the receiver sees',
  async (answer) => {
    const { code, delivery } = await outcomeOf(answer, { totalTimeoutMs: 500 });
    expect([code, delivery.ended]).toEqual(['outbound.timeout', 'cut']);
    expect(delivery.answeredBytes === 0).toBe(answer === 'hang');
  },
);

test.each(['cut head', 'cut body'] as const)('%s: the connection ends in the middle', async (answer) => {
  const { code, delivery } = await outcomeOf(answer);
  expect([code, delivery.ended]).toEqual(['outbound.unreachable', 'whole']);
  expect(delivery.answeredBytes).toBeGreaterThan(0);
});

test('answers without end go on until the other side leaves, and bombs grow when they are unpacked', async () => {
  const head = await outcomeOf('endless head');
  expect([head.code, head.delivery.ended]).toEqual(['outbound.too_large', 'cut']);
  const body = await outcomeOf('endless body');
  expect([body.text?.length, body.delivery.ended]).toEqual([16_000, 'cut']);
  expect(body.delivery.answeredBytes).toBeGreaterThanOrEqual(16_000);
  for (const bomb of ['gzip bomb', 'brotli bomb'] as const) {
    expect((await outcomeOf(bomb)).text).toBe('\0'.repeat(16_000));
  }
});

test('both official verifiers look at every delivery of an endpoint whose secret is known', async () => {
  const [secret, newer] = [newWebhookSecret(), newWebhookSecret()];
  const endpoint = receiver.endpoint('/signed');
  const deliver = async (signedWith: string, body: string, sent = body, at = Date.now()): Promise<void> => {
    const timestampSeconds = Math.floor(at / 1000);
    const headers = signatureHeaders({ id: `evt_${sent}`, timestampSeconds, body, secrets: [signedWith] });
    await readText(await post(endpoint.url, sent, headers));
  };
  await deliver(secret, 'early');
  await deliver(secret, 'early', 'tampered early');
  endpoint.verifyWith([secret]);
  await deliver(secret, 'good');
  await deliver(newer, 'wrong');
  await deliver(secret, 'good', 'tampered');
  await deliver(secret, 'old', 'old', Date.now() - 301_000);
  await readText(await post(endpoint.url, 'bare'));
  endpoint.verifyWith([newer, secret]);
  await deliver(newer, 'new');
  await deliver(secret, 'still');
  endpoint.verifyWith([secret], () => new Date(1_000_000));
  await deliver(secret, 'then', 'then', 1_000_000);

  const refused = await receiver.refused();
  expect(refused.map(({ id }) => id)).toEqual([
    'evt_tampered early',
    'evt_wrong',
    'evt_tampered',
    'evt_old',
    undefined,
  ]);
  expect(refused[3]?.reason).toContain('too old');
  expect(endpoint.deliveries).toHaveLength(10);
});

test('a header of GitHub that does not fit is refused, though the standard one does', async () => {
  const secret = newWebhookSecret();
  const endpoint = receiver.endpoint('/hub');
  endpoint.verifyWith([secret]);
  for (const name of ['X-Hub-Signature', 'X-Hub-Signature-256']) {
    const headers = signatureHeaders({
      id: name,
      timestampSeconds: Math.floor(Date.now() / 1000),
      body: 'x',
      secrets: [secret],
    });
    await readText(await post(endpoint.url, 'x', { ...headers, [name]: 'sha256=00' }));
  }
  expect((await receiver.refused()).map(({ id }) => id)).toEqual(['X-Hub-Signature', 'X-Hub-Signature-256']);
});

const watched = useWebhookReceiver();

async function deliverWatched(known: string, signedWith: string): Promise<void> {
  const endpoint = watched.endpoint('/watched');
  endpoint.verifyWith([known]);
  const timestampSeconds = Math.floor(Date.now() / 1000);
  const headers = signatureHeaders({ id: 'evt_1', timestampSeconds, body: 'x', secrets: [signedWith] });
  await readText(await post(endpoint.url, 'x', headers));
}

test.fails('a test fails when the official verifiers refuse a delivery that came in until its end', async () => {
  await deliverWatched(newWebhookSecret(), newWebhookSecret());
});

test('what was refused in a test is not held against the next', async () => {
  const secret = newWebhookSecret();
  await deliverWatched(secret, secret);
  expect(watched.deliveries).toHaveLength(2);
});
