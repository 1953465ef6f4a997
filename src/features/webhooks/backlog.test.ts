import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { openWebhookRig, type WebhookRig } from '../../../test/doubles/webhook-rig.ts';
import { waitFor } from '../../../test/doubles/wait-for.ts';
import type { Service } from '../../platform/lifecycle.ts';
import { createSecrets } from '../../platform/secrets.ts';
import { webhookOf } from './webhook.ts';

const mostWaiting = 20;
let rig: WebhookRig;
let running: Service[] = [];

beforeAll(async () => {
  rig = await openWebhookRig();
});
beforeEach(() => rig.database.execute('TRUNCATE webhooks, webhook_delivery_queue, events, notifications CASCADE'));
afterEach(async () => {
  for (const service of running) await service.stop();
  running = [];
  expect(rig.log.lines.find(({ level }) => level === 'error')).toBeUndefined();
  rig.log.lines.length = 0;
});
afterAll(() => rig.close());

async function watch(): Promise<void> {
  const backlog = rig.backlog(mostWaiting);
  running.push(backlog);
  await backlog.start();
}

/** As an endpoint would, of what waits now the oldest first. */
function take(id: string, count: number): Promise<number> {
  return rig.database.execute(
    `UPDATE webhook_delivery_queue SET status = 'delivered', attempts = 1, ended_at = now()
     WHERE webhook_id = $1 AND sequence IN (
       SELECT sequence FROM webhook_delivery_queue WHERE webhook_id = $1 AND status = 'waiting' ORDER BY sequence LIMIT $2)`,
    [id, count],
  );
}

async function isHeldBack(id: string): Promise<boolean> {
  return (await rig.row(id)).heldBackSince !== null;
}

async function waiting(id: string): Promise<number> {
  return (await rig.row(id)).waiting;
}

/** As if the time that it waits for the last writers were over. */
function settle(): Promise<number> {
  return rig.database.execute(`UPDATE webhooks SET caught_up_at = caught_up_at - interval '61 s'`);
}

async function isSettled(id: string): Promise<boolean> {
  const row = await rig.database.one<{ after: number | null }>(
    'SELECT behind_after AS after FROM webhooks WHERE id = $1',
    [id],
  );
  return row?.after === null;
}

test('what happens beyond the limit waits with the events, follows, and is put down once', async () => {
  const full = await rig.webhook();
  const other = await rig.webhook({ accountId: 'acc_2' });
  await watch();
  await rig.publish(mostWaiting);
  await waitFor(() => isHeldBack(full));
  await rig.publish(100);
  await rig.publish(5, { accountId: 'acc_2' });
  expect(await waiting(full)).toBe(mostWaiting);
  expect(await waiting(other)).toBe(5);
  const { warnings } = webhookOf(
    await rig.row(full),
    createSecrets({ key: 'the encryption key of the webhooks, 32 and more' }),
  );
  expect(warnings).toHaveLength(1);
  expect(await rig.unread()).toEqual(['webhook.held_back']);

  let most = 0;
  while (await isHeldBack(full)) {
    await take(full, 5);
    most = Math.max(most, await waiting(full));
  }
  expect(most).toBeLessThanOrEqual(mostWaiting);
  // Or it may be full once more.
  await take(full, mostWaiting);
  await settle();
  await waitFor(() => isSettled(full));
  const deliveries = await rig.deliveries(full);
  expect(deliveries.map(({ eventId }) => eventId)).toEqual(await rig.eventIds());
});

test('nothing is missing or doubled while events go on being published, by several at a time', async () => {
  const id = await rig.webhook();
  // As on two instances.
  await watch();
  await watch();
  const over = new AbortController();
  const publishers = Array.from({ length: 3 }, async () => {
    for (let round = 0; round < 25; round += 1) await rig.publish(1 + (round % 4), { together: true });
  });
  const published = Promise.all(publishers).finally(() => over.abort());
  let wasHeldBack = false;
  while (!over.signal.aborted) {
    wasHeldBack ||= await isHeldBack(id);
    await take(id, 3);
  }
  await published;
  while ((await isHeldBack(id)) || (await waiting(id)) > 0) {
    await take(id, 10);
    await settle();
  }
  expect(wasHeldBack).toBe(true);
  await waitFor(async () => (await settle(), isSettled(id)));
  const sequences = (await rig.deliveries(id)).map(({ eventId }) => eventId);
  expect(sequences).toEqual(await rig.eventIds());
});

test('an event that was being written while it caught up is found later', async () => {
  const id = await rig.webhook();
  await rig.publish(3);
  const [, second] = await rig.deliveries(id);
  await rig.database.execute('DELETE FROM webhook_delivery_queue WHERE webhook_id = $1 AND sequence = $2', [
    id,
    second?.sequence,
  ]);
  await rig.database.execute(
    `UPDATE webhooks SET behind_after = $2, caught_up_at = now() - interval '61 s' WHERE id = $1`,
    [id, (second?.sequence ?? 0) - 1],
  );
  await watch();
  await waitFor(() => isSettled(id));
  expect((await rig.deliveries(id)).map(({ eventId }) => eventId)).toEqual(await rig.eventIds());
});

test('more than one step of events since it caught up is looked through to the end', async () => {
  const id = await rig.webhook();
  await rig.publish(1);
  await rig.database.execute(
    `UPDATE webhooks SET behind_after = 0, caught_up_at = now() - interval '61 s' WHERE id = $1`,
    [id],
  );
  await rig.publish(1_100, { together: true });
  await rig.database.execute('DELETE FROM webhook_delivery_queue WHERE webhook_id = $1', [id]);
  await watch();
  const all = await rig.eventIds();
  // Nothing else lasts: so much waits then that it is held back again.
  await waitFor(async () => (await rig.deliveries(id)).length >= all.length);
  expect((await rig.deliveries(id)).map(({ eventId }) => eventId)).toEqual(all);
});

test('what happened before a pause is not lost to it', async () => {
  const id = await rig.webhook();
  const other = await rig.webhook({ accountId: 'acc_2' });
  await watch();
  await rig.publish(mostWaiting);
  await rig.publish(mostWaiting, { accountId: 'acc_2' });
  await waitFor(async () => (await isHeldBack(id)) && (await isHeldBack(other)));
  await rig.publish(3);
  await rig.database.execute(`UPDATE webhooks SET active = false, paused_reason = 'by_hand' WHERE id = $1`, [id]);
  // What was under way when it was paused.
  await take(id, mostWaiting);
  await take(other, mostWaiting);
  await waitFor(async () => !(await isHeldBack(other)));
  await rig.database.execute('UPDATE webhooks SET active = true, paused_reason = NULL WHERE id = $1', [id]);
  await waitFor(async () => !(await isHeldBack(id)));
  expect((await rig.deliveries(id)).map(({ eventId }) => eventId)).toEqual(await rig.eventIds());
});
