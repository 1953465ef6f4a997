import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { environmentOf } from '../doubles/network-environment.ts';
import { type AccountJson, type Api, apiOf } from '../doubles/api.ts';
import { createPostgresProxy, type PostgresProxy } from '../doubles/postgres-proxy.ts';
import { type RunningApp, startApp } from '../doubles/running-app.ts';

const owner = '9990000000001';
const customer = '9990000000101';
let simulator: Simulator;
let proxy: PostgresProxy;
let app: RunningApp;
let api: Api;
let shop: AccountJson;

beforeAll(async () => {
  simulator = createSimulator({ seed: Buffer.alloc(32, 7), receiptDelayMs: 20 });
  await simulator.start();
  app = await startApp({
    environment: environmentOf(simulator),
    async through(connection) {
      proxy = await createPostgresProxy(connection);
      return proxy.connection();
    },
  });
  api = apiOf(app);
  shop = await api.createAccount('Shop', 'whatsapp', { pacing: { preset: 'unpaced' } });
  await simulator.control.phone(owner).scan(await api.qr(shop.id));
  await api.becomes(shop.id, 'ready');
  await api.send(shop, customer, 'before the outage', '?wait=true');
});
afterAll(async () => {
  await app.stop();
  await proxy.close();
  await simulator.stop();
});

async function storedKeys(): Promise<number> {
  const row = await app.database.one<{ count: number }>(
    `SELECT count(*)::int AS count FROM channel_keys WHERE account_id = $1 AND type = 'creds'`,
    [shop.id],
  );
  return row?.count ?? 0;
}

test('while the database is away nothing is accepted and the server lives; afterwards nothing is missing', async () => {
  await proxy.close();
  proxy.cut();
  const body = { to: customer, text: 'during the outage' };
  const refused = await app.call('POST', '/api/send', { key: shop.apiKey, body });
  expect(refused).toMatchObject({ status: 503, body: { code: 'database.unavailable' } });
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
  expect((await app.call('GET', '/readyz')).status).toBe(503);
  expect(await app.call('GET', '/ping')).toMatchObject({ status: 200, body: 'pong' });
  expect(await app.call('GET', '/api/health')).toMatchObject({ status: 200, body: { data: { status: 'degraded' } } });
  await simulator.control.phone(customer).send({ to: owner, text: 'written during the outage' });

  await proxy.listen();
  await api.lists(shop, 'written during the outage', 'received');
  await api.becomes(shop.id, 'ready');
  await api.send(shop, customer, 'after the outage', '?wait=true');
  const received = simulator.control
    .phone(customer)
    .messages()
    .filter(({ fromMe }) => !fromMe);
  expect(received.map(({ text }) => text)).toEqual(['before the outage', 'after the outage']);
  expect(await storedKeys()).toBe(1);
  expect(simulator.control.phone(owner).devices()).toHaveLength(1);
});
