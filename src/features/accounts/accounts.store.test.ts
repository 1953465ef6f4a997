import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../../../test/doubles/test-database.ts';
import { systemClock } from '../../platform/clock.ts';
import type { Transaction } from '../../platform/database.ts';
import { createEventBus } from '../../platform/event-bus.ts';
import { insertAccount, lockAccount } from './accounts.store.ts';
import { linkedChangeKind } from './link.store.ts';

const events = createEventBus(systemClock);
const link = linkedChangeKind({ events, endQueue: () => Promise.resolve(0) });
let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
  await insertAccount(database, { id: 'acc_1', name: 'Shop', kind: 'sandbox', settings: {} });
});
afterAll(() => database.close());

test.each<[string, (tx: Transaction) => Promise<unknown>]>([
  ['changed', (tx) => lockAccount(tx, 'acc_1')],
  ['linked', (tx) => link.apply(tx, [{ owner: 'acc_1', row: { linked: true, phone: '+9990000000001', lid: null } }])],
])('events about an account that is being %s need not wait for that', async (_act, act) => {
  const count = async (): Promise<number> => (await database.rows('SELECT 1 FROM events')).length;
  const before = await count();
  await database.transaction(async (tx) => {
    await act(tx);
    await database.transaction(async (other) =>
      events.publish(other, [{ accountId: 'acc_1', names: ['message'], data: {} }]),
    );
    expect(await count()).toBe(before + 1);
  });
});
