import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWebhookRig, type WebhookRig } from '../../../test/doubles/webhook-rig.ts';
import { waitFor } from '../../../test/doubles/wait-for.ts';
import { systemClock as clock } from '../../platform/clock.ts';
import { createRetention } from './retention.ts';

let rig: WebhookRig;

beforeAll(async () => {
  rig = await openWebhookRig();
});
afterAll(() => rig.close());

test('what was held for 14 days is given up with its reason, what ended 7 days ago goes, and the rest stays', async () => {
  const { database } = rig;
  const id = await rig.webhook();
  await rig.publish(4);
  const [held, ended, recent, waiting] = await rig.deliveries(id);
  const age = (sequence: number | undefined, sql: string): Promise<number> =>
    database.execute(`UPDATE webhook_delivery_queue SET ${sql} WHERE webhook_id = $1 AND sequence = $2`, [
      id,
      sequence,
    ]);
  const over = `status = 'delivered', attempts = 1, ended_at = now() - interval`;
  await age(held?.sequence, `created_at = now() - interval '15 days'`);
  await age(ended?.sequence, `${over} '8 days'`);
  await age(recent?.sequence, `${over} '6 days'`);
  const retention = createRetention({ database, intervalMs: 3_600_000, clock, log: rig.log });
  await retention.start();
  await waitFor(async () => (await rig.deliveries(id)).length === 3);
  await retention.stop();
  expect(rig.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  expect((await rig.deliveries(id)).map(({ sequence, status }) => [sequence, status])).toEqual([
    [held?.sequence, 'dead'],
    [recent?.sequence, 'delivered'],
    [waiting?.sequence, 'waiting'],
  ]);
  expect(
    await database.one('SELECT last_error AS why FROM webhook_delivery_queue WHERE sequence = $1', [held?.sequence]),
  ).toEqual({ why: 'It waited for more than 14 days.' });
});
