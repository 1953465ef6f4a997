import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createPostgresProxy } from '../../../test/doubles/postgres-proxy.ts';
import { waitFor } from '../../../test/doubles/wait-for.ts';
import { useWebhookReceiver } from '../../../test/doubles/watched-webhook-receiver.ts';
import type { Answer } from '../../../test/doubles/webhook-answers.ts';
import type { Endpoint } from '../../../test/doubles/webhook-receiver.ts';
import { openWebhookRig, type WebhookRig } from '../../../test/doubles/webhook-rig.ts';
import { deferred } from '../../platform/deferred.ts';
import { systemClock as clock } from '../../platform/clock.ts';
import { createDatabase, type Database } from '../../platform/database.ts';
import type { Service } from '../../platform/lifecycle.ts';
import { settingsTopic } from './topics.ts';

const receiver = useWebhookReceiver();
let rig: WebhookRig;
let running: Service[] = [];

beforeAll(async () => {
  rig = await openWebhookRig();
});
afterEach(async () => {
  for (const service of running) await service.stop();
  running = [];
  await rig.database.execute('DELETE FROM webhooks');
});
afterAll(() => rig.close());

async function deliver(): Promise<Service> {
  const deliverer = rig.deliverer();
  running.push(deliverer);
  await deliverer.start();
  return deliverer;
}

async function statuses(id: string): Promise<string[]> {
  return (await rig.deliveries(id)).map(({ status, attempts }) => `${status} ${attempts}`);
}

test('a webhook that cannot be read fails by its schedule, and keeps nobody else waiting', async () => {
  const endpoint = receiver.endpoint('/beside-an-unreadable-one');
  const broken = await rig.webhook();
  await rig.database.execute('UPDATE webhooks SET url = $2 WHERE id = $1', [broken, Buffer.from('not sealed')]);
  const other = await rig.webhook({ url: endpoint.url });
  await deliver();
  for (let count = 1; count <= 20; count += 1) {
    await rig.publish(1);
    await endpoint.waitFor(count);
  }
  await waitFor(async () => (await statuses(other)).every((status) => status === 'delivered 1'));
  await waitFor(async () => (await rig.row(broken)).failures >= 10);
  // Ten that opened the breaker, and what was under way then.
  const failures = rig.log.lines.filter(({ message }) => message === 'A delivery failed');
  expect(failures.length).toBeLessThanOrEqual(15);
  expect(await rig.database.one('SELECT DISTINCT error FROM webhook_attempts WHERE webhook_id = $1', [broken])).toEqual(
    {
      error: 'This server could not send it. Its log says why.',
    },
  );
});

test('a delivery whose event is not kept any more ends, which says nothing about its endpoint', async () => {
  const endpoint = receiver.endpoint('/without-events');
  const id = await rig.webhook({ url: endpoint.url, media: 'base64' });
  await rig.publish(12, { url: 'https://media.example.com/file' });
  await rig.database.execute('DELETE FROM events');
  await deliver();
  await waitFor(async () => (await statuses(id)).every((status) => status === 'dead 1'));
  const row = await rig.row(id);
  expect(row).toMatchObject({ failures: 0, notBefore: null, active: true });
  expect(endpoint.deliveries).toEqual([]);
});

/** The first of 16 is answered, five hang, and ten more are claimed, because time stands still: the endpoint is quick. */
async function claimAhead(endpoint: Endpoint): Promise<{ id: string; deliverer: Service }> {
  const id = await rig.webhook({ url: endpoint.url });
  const deliverer = rig.deliverer({ clock: { ...clock, monotonicMs: () => 0 } });
  running.push(deliverer);
  await deliverer.start();
  await rig.publish(16, { together: true });
  await endpoint.waitFor(6);
  await waitFor(async () => (await claims(id)) === 15);
  return { id, deliverer };
}

/** Deliveries that an instance has. */
async function claims(id: string): Promise<number> {
  const row = await rig.database.one<{ count: number }>(
    `SELECT count(*)::int AS count FROM webhook_delivery_queue
     WHERE webhook_id = $1 AND status = 'waiting' AND claimed_until > now()`,
    [id],
  );
  return row?.count ?? NaN;
}

test('what was claimed ahead of its turn is free for others as soon as this process stops', async () => {
  const { id, deliverer } = await claimAhead(receiver.endpoint('/ahead-of-a-stop', 200, 'hang'));
  await deliverer.stop();
  expect(await claims(id)).toBe(0);
});

test('what was claimed ahead of its turn is not sent once the settings are others', async () => {
  const endpoint = receiver.endpoint('/ahead-of-a-change', 200, 'hang');
  const { id } = await claimAhead(endpoint);
  await rig.database.execute(`UPDATE webhooks SET active = false, paused_reason = 'by_hand' WHERE id = $1`, [id]);
  rig.events.announce(`${settingsTopic}${id}`);
  await waitFor(async () => (await claims(id)) === 5);
  expect(endpoint.deliveries).toHaveLength(6);
});

test('what was claimed while the settings changed is claimed anew, as they are now', async () => {
  const endpoint = receiver.endpoint('/changed-meanwhile');
  const id = await rig.webhook({ url: endpoint.url });
  const [claimed, goOn] = [deferred<void>(), deferred<void>()];
  const database: Database = {
    ...rig.database,
    async rows<Row extends object>(sql: string, parameters?: readonly unknown[]) {
      const rows = await rig.database.rows<Row>(sql, parameters);
      if (rows.length === 0) return rows;
      claimed.resolve();
      await goOn.promise;
      return rows;
    },
  };
  const deliverer = rig.deliverer({ database });
  running.push(deliverer);
  await deliverer.start();
  await rig.publish(3, { together: true });
  await claimed.promise;
  await rig.database.execute(`UPDATE webhooks SET active = false, paused_reason = 'by_hand' WHERE id = $1`, [id]);
  rig.events.announce(`${settingsTopic}${id}`);
  goOn.resolve();
  await waitFor(async () => (await claims(id)) === 0);
  expect(endpoint.deliveries).toEqual([]);
});

test('after a failure nothing is claimed ahead any more', async () => {
  const endpoint = receiver.endpoint('/ahead-of-a-failure');
  const failing = deferred<Answer>();
  endpoint.answer(200, () => failing.promise, 'hang');
  const { id } = await claimAhead(endpoint);
  failing.resolve(500);
  await waitFor(async () => (await statuses(id)).includes('waiting 1'));
  await waitFor(async () => (await claims(id)) === 5);
  expect(endpoint.mostAtOnce).toBe(5);
});

test('a stop ends attempts that do not end by themselves, and another instance takes them up at once', async () => {
  const endpoint = receiver.endpoint('/hangs-for-one', 'hang', 200);
  const id = await rig.webhook({ url: endpoint.url });
  const first = await deliver();
  await rig.publish(1);
  await endpoint.waitFor(1);
  await first.stop();
  expect(await statuses(id)).toEqual(['waiting 0']);
  await deliver();
  await waitFor(async () => (await statuses(id))[0] === 'delivered 1');
  const [one, two] = endpoint.deliveries;
  expect(two?.body).toEqual(one?.body);
  expect(two?.headers['webhook-id']).toBe(one?.headers['webhook-id']);
});

test('a stop does not wait for a database that is away: what was answered is delivered again under its id', async () => {
  const proxy = await createPostgresProxy(rig.database.connection);
  const through = createDatabase({ connection: () => proxy.connection(), clock, log: rig.log, drainMs: 100 });
  await through.start();
  const endpoint = receiver.endpoint('/answers-late', async () => {
    await proxy.close();
    return 200;
  });
  const id = await rig.webhook({ url: endpoint.url });
  const first = rig.deliverer({ database: through });
  await first.start();
  await rig.publish(1);
  await waitFor(() => endpoint.deliveries[0]?.ended === 'whole');
  await first.stop();
  expect(await statuses(id)).toEqual(['waiting 0']);
  await through.stop();

  await rig.database.execute('UPDATE webhook_delivery_queue SET claimed_until = now() WHERE webhook_id = $1', [id]);
  endpoint.answer(200);
  await deliver();
  await waitFor(async () => (await statuses(id))[0] === 'delivered 1');
  const ids = endpoint.deliveries.map(({ headers, body }) => `${headers['webhook-id']} ${body.toString()}`);
  expect(new Set(ids).size).toBe(1);
});
