import { expect, test } from 'vitest';
import { hookedShop, newPath, type WebhookJson } from '../doubles/hooked-shop.ts';
import { useLinkedShop } from '../doubles/linked-shop.ts';
import { useWebhookReceiver } from '../doubles/watched-webhook-receiver.ts';

const receiver = useWebhookReceiver();
const used = useLinkedShop(() => ({ environment: { OUTBOUND_ALLOW_HOSTS: '127.0.0.1' } }));
const { linked } = used;
const { call, data } = hookedShop(used);

test('a webhook is created with its secret, read, changed and deleted by its account, and hidden from others', async () => {
  const { app, api, shop } = linked();
  const { url } = receiver.endpoint(newPath());
  const created = await call('POST', `/api/accounts/${shop.id}/webhooks`, { body: { url } });
  expect(created.status).toBe(201);
  const { secret, ...webhook } = (created.body as { data: WebhookJson }).data;
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(webhook).toMatchObject({
    accountId: shop.id,
    url,
    events: ['messages.received'],
    active: true,
    media: 'link',
    headers: {},
    timeoutSeconds: 15,
    maxInFlight: 5,
    health: 'healthy',
    successRate24h: null,
    waiting: 0,
    dead: 0,
  });
  const read = await call('GET', `/api/webhooks/${webhook.id}`);
  expect((read.body as { data: unknown }).data).toEqual(webhook);
  const etag = read.headers.get('etag') ?? '';
  expect(etag).toBe(created.headers.get('etag'));
  for (const each of ['/api/webhooks', '/api/v1/webhooks', `/api/accounts/${shop.id}/webhooks`]) {
    expect((await data<WebhookJson[]>('GET', each)).map(({ id }) => id)).toContain(webhook.id);
  }

  const change = { events: ['message', 'message.status'], headers: { Authorization: 'Bearer abc' }, active: false };
  const changed = await call('PUT', `/api/webhooks/${webhook.id}`, { body: change, headers: { 'If-Match': etag } });
  expect(changed.body).toMatchObject({ data: { ...change, url, health: 'paused', pausedReason: 'by_hand' } });
  const stale = await call('PUT', `/api/webhooks/${webhook.id}`, { body: {}, headers: { 'If-Match': etag } });
  expect([stale.status, stale.body]).toMatchObject([412, { code: 'request.stale' }]);
  const staleDelete = await call('DELETE', `/api/webhooks/${webhook.id}`, { headers: { 'If-Match': etag } });
  expect(staleDelete.status).toBe(412);

  const stranger = await api.createAccount('Stranger', 'sandbox');
  for (const [method, end] of [
    ['GET', ''],
    ['PUT', ''],
    ['DELETE', ''],
    ['POST', '/test'],
    ['POST', '/rotate-secret'],
    ['GET', '/deliveries'],
    ['POST', '/retry'],
  ] as const) {
    const body = method === 'GET' || method === 'DELETE' ? {} : { body: {} };
    const answer = await app.call(method, `/api/webhooks/${webhook.id}${end}`, { key: stranger.apiKey, ...body });
    expect([method, end, answer.status]).toEqual([method, end, 404]);
  }
  expect(await app.data('GET', '/api/webhooks', { key: stranger.apiKey })).toEqual([]);

  expect((await call('DELETE', `/api/webhooks/${webhook.id}`)).status).toBe(200);
  expect((await call('GET', `/api/webhooks/${webhook.id}`)).status).toBe(404);
  const acts = (await app.data('GET', `/api/audit-log?accountId=${shop.id}`)) as { action: string; details: object }[];
  expect(acts.map(({ action }) => action).slice(0, 3)).toEqual([
    'webhook.deleted',
    'webhook.changed',
    'webhook.created',
  ]);
  expect(JSON.stringify(acts)).not.toContain('Bearer abc');
});

test('the same creation twice is one webhook; its secret is told once, and nothing of it lies open', async () => {
  const { app, secrets } = { ...linked(), secrets: linked().app.secrets };
  const { url } = receiver.endpoint(newPath());
  const request = { body: { url, headers: { 'X-Token': 'a token of theirs' } }, headers: { 'Idempotency-Key': url } };
  const [first, second] = [await call('POST', '/api/webhooks', request), await call('POST', '/api/webhooks', request)];
  const [one, other] = [first, second].map(({ body }) => (body as { data: WebhookJson & { secret: string } }).data);
  expect(other?.id).toBe(one?.id);
  expect(one?.secret).toMatch(/^whsec_.{44}$/);
  expect(other?.secret).toBe('whsec_…');
  const row = await app.database.one<{ text: string; secret: Buffer }>(
    `SELECT w::text AS text, secret FROM webhooks w WHERE id = $1`,
    [one?.id],
  );
  for (const hidden of [one?.secret ?? '', 'a token of theirs', url]) {
    expect(row?.text).not.toContain(hidden);
    expect(row?.text).not.toContain(Buffer.from(hidden).toString('hex'));
  }
  const place = { table: 'webhooks', row: one?.id ?? '', column: 'secret' };
  expect(secrets.openText(row?.secret ?? Buffer.alloc(0), place)).toBe(one?.secret);
  expect(JSON.stringify(app.log.lines)).not.toContain('a token of theirs');
});

test.each([
  ['a private name', { url: 'http://localhost:5678/hook' }, 'url', 'OUTBOUND_ALLOW_HOSTS'],
  ['a private address', { url: 'http://192.168.1.7/hook' }, 'url', 'OUTBOUND_ALLOW_HOSTS'],
  ['an odd notation of one', { url: 'http://0x7f.1.1/hook' }, 'url', 'OUTBOUND_ALLOW_HOSTS'],
  ['a password in the address', { url: 'https://ann:secret@example.com/' }, 'url', 'password'],
  ['no address', { url: 'example.com/hook' }, 'url', 'http or https'],
  ['no event', { events: [] }, 'events', '1'],
  ['an unknown event', { events: ['messages.recieved'] }, 'events[0]', 'messages.received'],
  ['an event twice', { events: ['message', 'message'] }, 'events[1]', ''],
  ['a header of ours', { headers: { 'Webhook-Id': '1' } }, 'headers.webhook-id', 'set by this server'],
  ['a header twice', { headers: { 'x-a': '1', 'X-A': '2' } }, 'headers.x-a', 'twice'],
  ['a header of the connection', { headers: { Host: 'example.com' } }, 'headers', 'Host'],
  ['a header with a line break', { headers: { 'X-A': 'a\r\nX-B: b' } }, 'headers', 'X-A'],
])('%s is refused by the name of its field', async (_, body, field, word) => {
  const answer = await call('POST', '/api/webhooks', { body: { url: 'https://example.com/hook', ...body } });
  const { errors } = answer.body as { errors: { field: string; message: string }[] };
  expect([answer.status, errors[0]?.field]).toEqual([422, field]);
  expect(errors[0]?.message).toContain(word);
});

test('an account has 20 webhooks at most, also when all are added at once', async () => {
  const { app, api } = linked();
  const { apiKey: key } = await api.createAccount('Many', 'sandbox');
  const create = () => app.call('POST', '/api/webhooks', { key, body: { url: 'https://example.com/', active: false } });
  const answers = await Promise.all(Array.from({ length: 30 }, create));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(20);
  const refused = answers.filter(({ status }) => status !== 201);
  for (const answer of refused) expect(answer).toMatchObject({ status: 409, body: { code: 'webhook.limit' } });
});
