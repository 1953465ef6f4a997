import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createRecordingLog } from '../../../test/doubles/recording-log.ts';
import { openTestDatabase, type TestDatabase } from '../../../test/doubles/test-database.ts';
import { waitFor } from '../../../test/doubles/wait-for.ts';
import type { Actor } from '../../platform/actor.ts';
import { systemClock as clock } from '../../platform/clock.ts';
import { createEventBus, type EventBus } from '../../platform/event-bus.ts';
import { type Act, type Audit, createAudit } from './audit.ts';

const actor: Actor = { kind: 'key', name: 'Backup script', address: '192.0.2.7' };
const shop = { id: 'acc_1', name: 'Shop' };
let database: TestDatabase;
let events: EventBus;
let audit: Audit;

beforeAll(async () => {
  database = await openTestDatabase();
  events = createEventBus(clock);
  audit = createAudit({ database, events, sweepIntervalMs: 20, clock, log: createRecordingLog() });
});
beforeEach(() => database.execute('DELETE FROM audit_log'));
afterAll(() => database.close());

function record(...acts: readonly Act[]): Promise<void> {
  return database.transaction(async (tx) => {
    for (const act of acts) await audit.record(tx, act);
  });
}

test('an act is listed with who did it, what to, and the details', async () => {
  const details = { name: { from: 'Store', to: 'Shop' } };
  await record({ actor, action: 'account.renamed', account: shop, details });
  expect(await audit.list({ limit: 10 })).toMatchObject([
    {
      actorKind: 'key',
      actorName: 'Backup script',
      address: '192.0.2.7',
      action: 'account.renamed',
      accountId: 'acc_1',
      accountName: 'Shop',
      details,
    },
  ]);
});

test('the list begins with the newest, goes on before an entry, and can be of one account or one action', async () => {
  await record(
    { actor, action: 'account.created', account: shop },
    { actor, action: 'key.created' },
    { actor, action: 'account.paused', account: { id: 'acc_2', name: 'Office' } },
    { actor, action: 'account.paused', account: shop },
  );
  const actions = async (filter: object): Promise<string[]> =>
    (await audit.list({ limit: 10, ...filter })).map(({ action }) => action);
  expect(await actions({})).toEqual(['account.paused', 'account.paused', 'key.created', 'account.created']);
  const [, second] = await audit.list({ limit: 2 });
  expect(await actions({ before: second?.id })).toEqual(['key.created', 'account.created']);
  expect(await actions({ accountId: 'acc_1' })).toEqual(['account.paused', 'account.created']);
  expect(await actions({ accountId: 'acc_1', action: 'account.paused' })).toEqual(['account.paused']);
});

test('an act is announced once it is committed, and is not there when its transaction is rolled back', async () => {
  let announced = 0;
  const unlisten = events.listen('audit', () => (announced += 1));
  const undone = database.transaction(async (tx) => {
    await audit.record(tx, { actor, action: 'account.paused', account: shop });
    throw new Error('rolled back');
  });
  await expect(undone).rejects.toThrow('rolled back');
  expect({ announced, acts: await audit.list({ limit: 10 }) }).toEqual({ announced: 0, acts: [] });
  await record({ actor, action: 'account.paused', account: shop });
  expect(announced).toBe(1);
  unlisten();
});

test('what is older than a year is removed while the server runs', async () => {
  await record({ actor, action: 'account.created', account: shop }, { actor, action: 'account.paused', account: shop });
  await database.execute(`UPDATE audit_log SET at = now() - interval '366 days' WHERE action = 'account.created'`);
  await database.execute(`UPDATE audit_log SET at = now() - interval '364 days' WHERE action = 'account.paused'`);
  await audit.start();
  await waitFor(async () => (await audit.list({ limit: 10 })).length < 2);
  await audit.stop();
  expect((await audit.list({ limit: 10 })).map(({ action }) => action)).toEqual(['account.paused']);
});
