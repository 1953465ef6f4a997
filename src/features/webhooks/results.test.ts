import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWebhookRig, type WebhookRig } from '../../../test/doubles/webhook-rig.ts';
import type { WebhookRow } from './webhook.ts';
import type { Result } from './results.ts';

const begin = new Date('2026-03-01T12:00:00.000Z').getTime();
const minute = 60_000;
const day = 24 * 60 * minute;
let nowMs = begin;
let rig: WebhookRig;

beforeAll(async () => {
  rig = await openWebhookRig({ now: () => new Date(nowMs) });
});
afterAll(() => rig.close());

type Ending = Partial<Pick<Result, 'status' | 'gone' | 'contacted'>> & { afterMs?: number; holdMs?: number };
const failed: Ending = {};
const delivered: Ending = { status: 'delivered' };

/** A webhook with one delivery for each of these endings, which are stored group by group. */
async function webhookAfter(...groups: readonly (readonly Ending[])[]): Promise<WebhookRow> {
  const id = await rig.webhook();
  await rig.publish(groups.flat().length);
  const results = rig.results();
  const deliveries = await rig.deliveries(id);
  for (const group of groups) {
    await Promise.all(
      group.map(({ afterMs = 0, holdMs, ...ending }) => {
        const delivery = deliveries.shift();
        nowMs = begin + afterMs;
        const at = new Date(nowMs);
        const status = ending.status ?? 'waiting';
        return results.store({
          webhookId: id,
          sequence: delivery?.sequence ?? 0,
          number: 1,
          tries: 1,
          status,
          dueAt: status === 'waiting' ? new Date(nowMs + minute) : null,
          at,
          durationMs: 1,
          httpStatus: status === 'delivered' ? 200 : 500,
          error: status === 'delivered' ? null : 'It failed.',
          answer: '',
          gone: false,
          contacted: true,
          notBefore: holdMs === undefined ? null : new Date(nowMs + holdMs),
          ...ending,
        });
      }),
    );
  }
  const row = await rig.row(id);
  await rig.database.execute('DELETE FROM webhooks');
  return row;
}

const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);
const at = (ms: number): Date => new Date(begin + ms);
const calm = { active: true, failures: 0, firstFailureAt: null, notBefore: null };

test.each<[what: string, groups: readonly (readonly Ending[])[], expected: Partial<WebhookRow>]>([
  ['successes alone', [[delivered, delivered]], { ...calm, succeeded: 2, failed: 0, lastSuccessAt: at(0) }],
  [
    'failures add up over what is stored together',
    [[failed, { afterMs: 5 }], [{ afterMs: 9 }]],
    {
      failures: 3,
      firstFailureAt: at(0),
      lastFailureAt: at(9),
      notBefore: null,
      succeeded: 0,
      failed: 3,
    },
  ],
  ['a success ends a row of them', [[failed, failed], [delivered]], { ...calm, lastFailureAt: at(0), failed: 2 }],
  [
    'only those after the last success count',
    [times(8, failed), [failed, { ...delivered, afterMs: 1 }, { afterMs: 2 }]],
    {
      failures: 1,
      firstFailureAt: at(2),
      failed: 10,
    },
  ],
  ['nine failures are no reason to hold anything', [times(9, failed)], { failures: 9, notBefore: null }],
  [
    'ten open the breaker for a minute',
    [times(9, failed), [{ afterMs: 7 }]],
    {
      failures: 10,
      notBefore: at(minute + 7),
    },
  ],
  ['ten at a time do, too', [times(12, failed)], { failures: 12, notBefore: at(minute) }],
  ['a success closes it', [times(12, failed), [{ ...delivered, afterMs: minute }]], calm],
  [
    'what the endpoint asked for goes beyond the minute',
    [times(10, { holdMs: 5 * minute })],
    { notBefore: at(5 * minute) },
  ],
  [
    'what it asked for stays when another attempt fails without a word',
    [[{ holdMs: 5 * minute }], [{ afterMs: 1 }]],
    {
      failures: 2,
      notBefore: at(5 * minute),
    },
  ],
  [
    'and when another succeeds that was under way',
    [[{ holdMs: 5 * minute }], [{ ...delivered, afterMs: 1 }]],
    {
      failures: 0,
      notBefore: at(5 * minute),
    },
  ],
  [
    'also when both are stored together',
    [[{ holdMs: 5 * minute }, failed, delivered]],
    {
      failures: 0,
      notBefore: at(5 * minute),
    },
  ],
  ['the longest wait counts', [[{ holdMs: 5 * minute }, { holdMs: minute }]], { notBefore: at(5 * minute) }],
  [
    'what never got to the endpoint says nothing of it',
    [times(12, { status: 'dead', contacted: false })],
    {
      ...calm,
      failed: 0,
      lastFailureAt: null,
    },
  ],
  ['410 pauses', [[{ status: 'dead', gone: true }]], { active: false, pausedReason: 'gone' }],
  [
    '410 pauses also beside a success',
    [[{ status: 'dead', gone: true }, delivered]],
    { active: false, pausedReason: 'gone' },
  ],
  ['four days and more of failures are borne', [[failed], [{ afterMs: 5 * day - 1 }]], { active: true, failures: 2 }],
  ['five days are not', [[failed], [{ afterMs: 5 * day }]], { active: false, pausedReason: 'failing' }],
  [
    'unless something succeeded meanwhile',
    [[failed], [{ ...delivered, afterMs: day }, { afterMs: 5 * day }]],
    {
      active: true,
      failures: 1,
      firstFailureAt: at(5 * day),
    },
  ],
])('%s', async (_what, groups, expected) => {
  expect(await webhookAfter(...groups)).toMatchObject(expected);
});

test('people are told once why a webhook was paused', async () => {
  await rig.database.execute('DELETE FROM notifications');
  const gone: Ending = { status: 'dead', gone: true };
  await webhookAfter([gone, gone], [gone]);
  expect(await rig.unread()).toEqual(['webhook.paused']);
});
