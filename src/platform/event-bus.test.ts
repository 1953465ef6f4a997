import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../../test/doubles/test-database.ts';
import { systemClock } from './clock.ts';
import { createEventBus, type EventBus } from './event-bus.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
  await database.execute(`
    INSERT INTO whatsapp_accounts (id, name, kind, status, status_message)
    VALUES ('acc_1', 'One', 'sandbox', 'ready', ''), ('acc_2', 'Two', 'sandbox', 'ready', '')`);
});
afterAll(() => database.close());

async function publish(bus: EventBus, accountId: string): Promise<void> {
  await database.transaction((tx) => bus.publish(tx, [{ accountId, names: ['message'], data: {} }]));
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
