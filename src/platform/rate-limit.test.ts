import { afterEach, expect, test } from 'vitest';
import { knownKeys, startHttpServer, type Reply, type TestServer } from '../../test/doubles/http-server.ts';
import { systemClock, type Clock } from './clock.ts';
import { AppError } from './errors.ts';
import type { Authenticate } from './identify.ts';
import { createWindowStore } from './rate-limit.ts';
import { defineRoute } from './route.ts';
import { text } from './schema.ts';

const answer = text({ max: 10 });
const routes = [
  defineRoute({
    method: 'GET',
    path: '/things',
    summary: 'Needs a key',
    tag: 'Test',
    access: 'account',
    answer,
    handle: async () => ({ data: 'ok' }),
  }),
  ...(['/ping', '/healthz'] as const).map((path) =>
    defineRoute({
      method: 'GET',
      path,
      root: true,
      rate: 'exempt',
      summary: 'Alive',
      tag: 'System',
      access: 'anonymous',
      answer,
      handle: async () => ({ data: 'ok' }),
    }),
  ),
  defineRoute({
    method: 'GET',
    path: '/readyz',
    root: true,
    summary: 'Ready',
    tag: 'System',
    access: 'anonymous',
    answer,
    handle: async () => ({ data: 'ok' }),
  }),
];

let server: TestServer;
let lookUps = 0;
const counted: Authenticate = async (credentials) => {
  lookUps += 1;
  await new Promise((resolve) => setImmediate(resolve));
  return knownKeys(credentials);
};
async function start(overrides: Parameters<typeof startHttpServer>[1] = {}): Promise<void> {
  lookUps = 0;
  server = await startHttpServer(routes, {
    authenticate: counted,
    limits: { perKeyPerMinute: 30, perAddressPerMinute: 10 },
    ...overrides,
  });
}
afterEach(() => server.stop());

const many = (count: number, call: (index: number) => Promise<Reply>): Promise<Reply[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => call(index)));
function statuses(replies: Reply[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of replies) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

test('a key has its own limit, with headers that tell and a Retry-After at the end', async () => {
  await start();
  const replies = await many(31, () => server.call('GET', '/api/things', { key: 'account-1' }));
  expect(statuses(replies)).toEqual({ 200: 30, 429: 1 });
  const refused = replies.find(({ status }) => status === 429);
  expect(refused?.json).toMatchObject({ success: false, code: 'request.rate_limited', status: 429 });
  expect(refused?.headers.get('content-type')).toContain('application/problem+json');
  expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
  const good = replies.find(({ status }) => status === 200);
  expect(good?.headers.get('ratelimit')).toMatch(/^"key"; r=\d+; t=\d+$/);
  expect(good?.headers.get('ratelimit-policy')).toMatch(/^"key"; q=30; w=60; pk=:/);
  expect((await server.call('GET', '/api/things', { key: 'account-2' })).status).toBe(200);
});

test('calls without a key share the limit of their address, unknown paths and the document too', async () => {
  await start();
  const paths = ['/api/things', '/api/nowhere', '/nowhere', '/readyz', '/api/openapi.json', '/api/v1/things'];
  const replies = await many(12, (index) => server.call('GET', paths[index % paths.length] ?? ''));
  expect(replies.filter(({ status }) => status === 429)).toHaveLength(2);
  expect((await server.call('GET', '/api/things', { key: 'account-1' })).status).toBe(429);
});

test('/ping and /healthz are exempt and ask nobody', async () => {
  await start();
  const replies = await many(30, (index) => server.call('GET', index % 2 ? '/ping' : '/healthz', { key: 'wrong' }));
  expect(statuses(replies)).toEqual({ 200: 30 });
  expect(lookUps).toBe(0);
});

test('a flood of wrong keys costs no more look-ups than its address has requests', async () => {
  await start();
  expect((await server.call('GET', '/api/things', { key: 'account-1' })).status).toBe(200);
  const flood = await many(200, (index) => server.call('GET', '/api/things', { key: `wrong-${index}` }));
  expect(statuses(flood)).toEqual({ 401: 10, 429: 190 });
  expect(lookUps).toBe(11);
  // Who was known before the flood is not locked out by it.
  expect((await server.call('GET', '/api/things', { key: 'account-1' })).status).toBe(200);
});

test('a burst of one new valid key is looked up before it is judged', async () => {
  await start();
  expect(statuses(await many(25, () => server.call('GET', '/api/things', { key: 'account-7' })))).toEqual({ 200: 25 });
  const anonymous = await many(10, () => server.call('GET', '/api/nowhere'));
  expect(statuses(anonymous)).toEqual({ 404: 10 });
});

test('a database that is away is 503, not 429, and locks nobody out', async () => {
  let away = true;
  await start({
    authenticate: async (credentials) => {
      if (away) throw new AppError('database.unavailable', { status: 503 });
      return knownKeys(credentials);
    },
  });
  for (let index = 0; index < 15; index += 1) {
    expect((await server.call('GET', '/api/things', { key: 'account-1' })).status).toBe(503);
  }
  away = false;
  expect((await server.call('GET', '/api/things', { key: 'account-1' })).status).toBe(200);
});

test('the address is the one that the trusted proxy saw, whatever the client claims', async () => {
  await start({ trustProxyHops: 1 });
  const claimed = (index: number): Record<string, string> => ({ 'x-forwarded-for': `10.0.0.${index}, 192.0.2.1` });
  const replies = await many(12, (index) => server.call('GET', '/api/nowhere', { headers: claimed(index) }));
  expect(statuses(replies)).toEqual({ 404: 10, 429: 2 });
  const other = await server.call('GET', '/api/nowhere', { headers: { 'x-forwarded-for': '192.0.2.2' } });
  expect(other.status).toBe(404);
});

test('the store forgets after a minute and never holds more than its bound', async () => {
  await start();
  let now = 0;
  const clock: Clock = { ...systemClock, now: () => new Date(now) };
  const store = createWindowStore(clock, 100);
  expect([await store.increment('a'), await store.increment('a')].map(({ totalHits }) => totalHits)).toEqual([1, 2]);
  await store.decrement('a');
  expect((await store.increment('a')).totalHits).toBe(2);
  now = 60_000;
  expect((await store.increment('a')).totalHits).toBe(1);
  for (let index = 0; index < 1_000; index += 1) await store.increment(`key-${index}`);
  expect(store.size).toBe(100);
});
