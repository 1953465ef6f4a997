import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../../test/doubles/test-database.ts';
import { systemClock } from './clock.ts';
import { deferred } from './deferred.ts';
import { createEventBus, type EventBus, type Occurrence } from './event-bus.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase({ maxConnections: 20 });
  await database.execute(`
    INSERT INTO whatsapp_accounts (id, name, kind, status, status_message)
    SELECT 'acc_' || n, 'Branch ' || n, 'sandbox', 'ready', '' FROM generate_series(1, 19) n`);
});
afterAll(() => database.close());

function about(accountId: string, data: object = {}): Occurrence {
  return { accountId, names: ['message'], data };
}

async function publish(bus: EventBus, accountId: string): Promise<void> {
  await database.transaction(async (tx) => bus.publish(tx, [about(accountId)]));
}

/** The data of an account's events in their order. Throws where the sequence has a gap. */
async function published(accountId: string): Promise<unknown[]> {
  const rows = await database.rows<{ sequence: number; data: unknown }>(
    'SELECT sequence, data FROM events WHERE account_id = $1 ORDER BY sequence',
    [accountId],
  );
  expect(rows.map(({ sequence }) => sequence)).toEqual(rows.map((_, index) => index + 1));
  return rows.map(({ data }) => data);
}

test('an instance is told of what others published, not of what it published itself', async () => {
  const here = createEventBus(systemClock);
  const elsewhere = createEventBus(systemClock);
  await publish(elsewhere, 'acc_1');
  expect(await here.publishedElsewhere(database)).toEqual([]);

  await publish(here, 'acc_1');
  expect(await here.publishedElsewhere(database)).toEqual([]);

  await publish(elsewhere, 'acc_2');
  await publish(elsewhere, 'acc_2');
  expect(await here.publishedElsewhere(database)).toEqual(['acc_2']);
  expect(await here.publishedElsewhere(database)).toEqual([]);
});

test('what one transaction publishes is written before its commit, of each account in the order of publishing', async () => {
  const bus = createEventBus(systemClock);
  await database.transaction(async (tx) => {
    bus.publish(tx, [about('acc_3', { place: 1 }), about('acc_4', { place: 1 })]);
    bus.publish(tx, []);
    bus.publish(tx, [about('acc_3', { place: 2 })]);
    expect(await tx.rows(`SELECT 1 FROM events WHERE account_id = 'acc_3'`)).toEqual([]);
    bus.publish(tx, [about('acc_4', { place: 2 }), about('acc_3', { place: 3 })]);
  });
  expect(await published('acc_3')).toEqual([{ place: 1 }, { place: 2 }, { place: 3 }]);
  expect(await published('acc_4')).toEqual([{ place: 1 }, { place: 2 }]);
});

test('a transaction that is rolled back publishes nothing and leaves no gap', async () => {
  const bus = createEventBus(systemClock);
  const undone = database.transaction(async (tx) => {
    bus.publish(tx, [about('acc_5', { undone: true })]);
    throw new Error('rolled back');
  });
  await expect(undone).rejects.toThrow('rolled back');
  await database.transaction(async (tx) => bus.publish(tx, [about('acc_5', { undone: false })]));
  expect(await published('acc_5')).toEqual([{ undone: false }]);
});

test('transactions that publish about accounts in opposite orders do not wait for each other in a circle', async () => {
  const bus = createEventBus(systemClock);
  const [oneBegan, otherBegan] = [deferred<void>(), deferred<void>()];
  const one = database.transaction(async (tx) => {
    bus.publish(tx, [about('acc_6')]);
    oneBegan.resolve();
    await otherBegan.promise;
    bus.publish(tx, [about('acc_7')]);
  });
  const other = database.transaction(async (tx) => {
    bus.publish(tx, [about('acc_7')]);
    otherBegan.resolve();
    await oneBegan.promise;
    bus.publish(tx, [about('acc_6')]);
  });
  await Promise.all([one, other]);
  expect(await published('acc_6')).toHaveLength(2);
  expect(await published('acc_7')).toHaveLength(2);
});

test('no sequence has a gap when many write at once about several accounts, each in another order, and some fail', async () => {
  const bus = createEventBus(systemClock);
  const accounts = Array.from({ length: 12 }, (_, index) => `acc_${index + 8}`);
  const write = (writer: number): Promise<void> =>
    database.transaction(async (tx) => {
      for (let turn = 0; turn < accounts.length; turn += 1) {
        bus.publish(tx, [about(accounts[(writer + turn) % accounts.length] ?? '', { writer })]);
      }
      await tx.execute('SELECT 1');
      if (writer % 5 === 0) throw new Error('rolled back');
    });
  const writers = Array.from({ length: 200 }, (_, index) => index);
  const outcomes = await Promise.allSettled(writers.map(write));
  const written = writers.filter((writer) => outcomes[writer]?.status === 'fulfilled');
  expect(written).toEqual(writers.filter((writer) => writer % 5 !== 0));
  for (const account of accounts) {
    const found = (await published(account)) as { writer: number }[];
    expect(found.map(({ writer }) => writer).toSorted((one, other) => one - other)).toEqual(written);
  }
});

test('who listens to all hears every topic until the signal aborts', () => {
  const bus = createEventBus(systemClock);
  const heard: string[] = [];
  const listening = new AbortController();
  bus.listenToAll((topic) => heard.push(topic), listening.signal);
  bus.announce('account:1');
  listening.abort();
  bus.announce('account:2');
  expect(heard).toEqual(['account:1']);
});
