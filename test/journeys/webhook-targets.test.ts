import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { invalidUrls, privateHosts, tellsOnlyLookUp } from '../doubles/private-hosts.ts';
import { appTimings } from '../../src/app-timings.ts';
import { type RunningApp, startApp } from '../doubles/running-app.ts';
import { startTrap, type TargetServer } from '../doubles/target-server.ts';
import { waitFor } from '../doubles/wait-for.ts';
import type { Answer } from '../doubles/webhook-answers.ts';
import { type Endpoint, startWebhookReceiver, type WebhookReceiver } from '../doubles/webhook-receiver.ts';

interface AttemptJson {
  status: number | null;
  error: string | null;
  answer: string | null;
}

interface DeliveryJson {
  id: string;
  status: string;
  attempts: number;
  lastStatus: number | null;
  lastError: string | null;
  log: AttemptJson[];
}

interface WebhookJson {
  id: string;
  secret: string;
}

/** Loopback too; allowed on the port of the trap, to see that the trap works and that nothing leads there by itself. */
const allowedAlias = '127.0.0.9';

let trap: TargetServer;
let receiver: WebhookReceiver;
let app: RunningApp;

beforeAll(async () => {
  trap = await startTrap();
  receiver = await startWebhookReceiver();
  const allowed = [`127.0.0.1:${new URL(receiver.url).port}`, `${allowedAlias}:${trap.port}`];
  app = await startApp({
    environment: { OUTBOUND_ALLOW_HOSTS: allowed.join(',') },
    // The receiver is asked whether all connections are closed.
    timings: { webhooks: { ...appTimings.webhooks, keepConnectionsMs: 50 } },
  });
});
afterAll(async () => {
  await app.stop();
  await trap.stop();
  await receiver.stop();
  expect(await receiver.refused()).toEqual([]);
});

/** Not linked, so that nothing happens to it that a test does not do. */
async function newAccount(): Promise<string> {
  const account = await app.data('POST', '/api/accounts', { body: { name: 'Shop', kind: 'sandbox' } });
  return (account as { id: string }).id;
}

async function createWebhook(accountId: string, url: string): Promise<WebhookJson | { refusal: string }> {
  const path = `/api/accounts/${accountId}/webhooks`;
  const { status, body } = await app.call('POST', path, { body: { url, events: ['session.status'] } });
  if (status === 201) return (body as { data: WebhookJson }).data;
  const { errors = [] } = body as { errors?: { field: string; message: string }[] };
  return { refusal: `${status} ${errors.map(({ field, message }) => `${field}: ${message}`).join('; ')}` };
}

async function created(accountId: string, url: string): Promise<WebhookJson> {
  const webhook = await createWebhook(accountId, url);
  if ('refusal' in webhook) throw new Error(webhook.refusal);
  return webhook;
}

/** Something of which its webhooks are told. */
async function cause(accountId: string): Promise<void> {
  await app.data('POST', `/api/accounts/${accountId}/pause`);
}

/** The webhook's first delivery, once it was attempted. */
async function attempted(webhook: WebhookJson): Promise<DeliveryJson> {
  let found: DeliveryJson | undefined;
  await waitFor(async () => {
    const list = await app.data('GET', `/api/webhooks/${webhook.id}/deliveries`);
    const [first] = list as DeliveryJson[];
    if (first) found = (await app.data('GET', `/api/deliveries/${first.id}`)) as DeliveryJson;
    return (found?.attempts ?? 0) > 0;
  });
  if (!found) throw new Error('There is no delivery');
  return found;
}

/** What an endpoint that answers so leaves behind, beside what came to it. */
async function deliveredTo(path: string, answer: Answer): Promise<[DeliveryJson, Endpoint]> {
  const accountId = await newAccount();
  const endpoint = receiver.endpoint(path, answer);
  const webhook = await created(accountId, endpoint.url);
  endpoint.verifyWith([webhook.secret]);
  await cause(accountId);
  return [await attempted(webhook), endpoint];
}

test('nothing on a private address is reached, in no notation, and the sentence names what allows it', async () => {
  const accountId = await newAccount();
  const accepted = new Map<string, WebhookJson>();
  for (const host of privateHosts) {
    const webhook = await createWebhook(accountId, `http://${host}:${trap.port}/hook`);
    if (!('refusal' in webhook)) accepted.set(host, webhook);
    else expect([host, webhook.refusal]).toEqual([host, expect.stringMatching(/^422 url: .*OUTBOUND_ALLOW_HOSTS/)]);
  }
  expect(privateHosts.length).toBeGreaterThan(60);
  expect([...accepted.keys()]).toEqual(privateHosts.filter(tellsOnlyLookUp));

  await cause(accountId);
  for (const [host, webhook] of accepted) {
    const { status, log } = await attempted(webhook);
    const sentence = expect.stringMatching(/OUTBOUND_ALLOW_HOSTS|was not found/) as string;
    expect([host, status, log[0]]).toMatchObject([host, 'retrying', { status: null, error: sentence, answer: '' }]);
  }
  expect(trap.connections).toBe(0);
});

test('a change of the address is refused in the same words', async () => {
  const accountId = await newAccount();
  const webhook = await created(accountId, 'https://hooks.example/');
  for (const url of [`http://127.0.0.1:${trap.port}/`, `http://localhost:${trap.port}/`, 'http://[::1]/']) {
    const { status, body } = await app.call('PUT', `/api/webhooks/${webhook.id}`, { body: { url } });
    expect([status, body]).toMatchObject([422, { errors: [{ field: 'url' }] }]);
    expect(JSON.stringify(body)).toContain('OUTBOUND_ALLOW_HOSTS');
  }
  expect(await app.data('GET', `/api/webhooks/${webhook.id}`)).toMatchObject({ url: 'https://hooks.example/' });
});

test('no webhook leads to what is no address of the web', async () => {
  const accountId = await newAccount();
  for (const url of invalidUrls) {
    const webhook = await createWebhook(accountId, url);
    expect([url, webhook]).toEqual([url, { refusal: expect.stringMatching(/^422 url: /) as string }]);
  }
});

test.each([301, 302, 303, 307, 308])('a redirect (%d) is a failure, and nobody goes where it leads', async (status) => {
  const { port } = trap;
  // To where this server may go, and to where it may not.
  for (const host of [allowedAlias, '127.0.0.1']) {
    const location = `http://${host}:${port}/inside`;
    const [delivery] = await deliveredTo(`/redirect/${status}/${host}`, { status, headers: { location } });
    const error = `The endpoint answered ${status}: redirects are not followed.`;
    expect(delivery).toMatchObject({ status: 'retrying', lastStatus: status, lastError: error, log: [{ error }] });
  }
  expect(trap.connections).toBe(0);
});

const kept = 16_000;

describe('of an answer is read and kept only the beginning', () => {
  test.each(['endless body', 'gzip bomb', 'brotli bomb'] as const)('%s of an attempt that failed', async (does) => {
    const [delivery, endpoint] = await deliveredTo(`/failed/${does.replace(' ', '-')}`, { status: 500, does });
    expect(delivery).toMatchObject({ status: 'retrying', lastStatus: 500 });
    expect(delivery.log[0]?.answer).toHaveLength(kept);
    await isLeftAlone(endpoint);
  });

  test.each(['endless body', 'gzip bomb', 'brotli bomb', 'slow body'] as const)('%s of a success', async (does) => {
    const [delivery, endpoint] = await deliveredTo(`/succeeded/${does.replace(' ', '-')}`, does);
    expect(delivery).toMatchObject({ status: 'delivered', lastStatus: 200, lastError: null });
    expect(delivery.log[0]?.answer?.length).toBeLessThanOrEqual(1_000);
    expect(delivery.log[0]?.answer?.length).toBeGreaterThan(0);
    await isLeftAlone(endpoint);
  });

  test('a head without end is a failure', async () => {
    const [delivery, endpoint] = await deliveredTo('/head', 'endless head');
    expect(delivery).toMatchObject({ status: 'retrying', lastStatus: null, log: [{ answer: '' }] });
    expect(delivery.lastError).toMatch(/too many headers/);
    await isLeftAlone(endpoint);
  });

  async function isLeftAlone({ deliveries }: Endpoint): Promise<void> {
    await waitFor(() => receiver.open === 0 && deliveries.every(({ ended }) => ended !== undefined));
    // What the system holds for the two ends counts; without a limit there would be hundreds of MB in the time that it has.
    for (const { answeredBytes } of deliveries) expect(answeredBytes).toBeLessThan(20_000_000);
  }
});

test('the trap works: it counts who is let through', async () => {
  const accountId = await newAccount();
  const webhook = await created(accountId, `http://${allowedAlias}:${trap.port}/`);
  await cause(accountId);
  expect(await attempted(webhook)).toMatchObject({ status: 'delivered', log: [{ answer: 'trapped' }] });
  expect(trap.connections).toBeGreaterThan(0);
});
