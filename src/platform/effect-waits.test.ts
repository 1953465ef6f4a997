// How often a request waits for the database, and when what it answers is read.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDelayProxy, type DelayProxy } from '../../test/doubles/delay-proxy.ts';
import { type Reply, startHttpServer, type TestServer } from '../../test/doubles/http-server.ts';
import { createRecordingLog } from '../../test/doubles/recording-log.ts';
import { openTestDatabase, type TestDatabase } from '../../test/doubles/test-database.ts';
import { systemClock as clock } from './clock.ts';
import { createDatabase, type Database, type Queryable } from './database.ts';
import { defineRoute } from './route.ts';
import { integer, object, required, text } from './schema.ts';

let database: TestDatabase;
let far: DelayProxy;
let farDatabase: Database;
let server: TestServer;

const answer = object({ id: required(text({ max: 40 })), things: required(integer()) });

async function counted(db: Queryable): Promise<number> {
  return (await db.one<{ count: number }>('SELECT count(*)::int AS count FROM things'))?.count ?? -1;
}

const route = defineRoute({
  method: 'POST',
  path: '/things',
  summary: 'Make a thing',
  tag: 'Test',
  access: 'account',
  body: object({ name: required(text({ max: 20 })) }),
  answer,
  idempotent: true,
  async effect({ body: { name } }, tx) {
    const [, row] = await Promise.all([
      tx.one('SELECT 1 FROM things'),
      tx.last<{ name: string }>('INSERT INTO things (name) VALUES ($1) RETURNING name', [name]),
    ]);
    const id = row?.name ?? '';
    if (name === 'short') return { data: { id, things: 0 } };
    return {
      data: { id, things: 0 },
      async complete(db) {
        if (name === 'broken') await db.execute('SELECT 1 / 0');
        return { data: { id, things: await counted(db) } };
      },
    };
  },
});

beforeAll(async () => {
  database = await openTestDatabase();
  await database.execute('CREATE TABLE things (name text PRIMARY KEY)');
  await database.execute(`
    INSERT INTO whatsapp_accounts (id, name, kind, status, status_message)
    VALUES ('acc_1', 'Shop', 'sandbox', 'initializing', 'Starting')`);
  far = await createDelayProxy({ target: database.connection, delayMs: 10 });
  farDatabase = createDatabase({
    connection: () => far.connection,
    clock,
    log: createRecordingLog(),
    maxConnections: 1,
  });
  await farDatabase.start();
  server = await startHttpServer([route], { database: farDatabase });
});
afterAll(async () => {
  await server.stop();
  await farDatabase.stop();
  await far.close();
  await database.close();
});
beforeEach(() => database.execute('TRUNCATE things'));

function post(name: string, key?: string): Promise<Reply> {
  const headers = key === undefined ? {} : { 'idempotency-key': key };
  return server.call('POST', '/api/things', { key: 'account-1', body: { name }, headers });
}

async function waitsOf(work: () => Promise<unknown>): Promise<number> {
  const before = far.roundTrips;
  await work();
  return far.roundTrips - before;
}

test('an effect with one statement that writes waits once, and once more for what it answers beside', async () => {
  expect(await waitsOf(() => post('short'))).toBe(1);
  expect(await waitsOf(() => post('long'))).toBe(2);
});

test('under an Idempotency-Key it waits for the key, for its effect and for its commit with the answer', async () => {
  expect(await waitsOf(() => post('short', 'one'))).toBe(3);
  expect(await waitsOf(() => post('short', 'one'))).toBe(2);
});

test('what is stored under an Idempotency-Key is the completed answer', async () => {
  const replies = [await post('a', 'two'), await post('a', 'two')];
  expect(replies.map(({ json }) => json['data'])).toEqual([
    { id: 'a', things: 1 },
    { id: 'a', things: 1 },
  ]);
});

test('when completing fails, what was done is told after its commit, and undone before it', async () => {
  const committed = await post('broken');
  expect([committed.status, committed.json['data']]).toEqual([200, { id: 'broken', things: 0 }]);
  expect(await counted(database)).toBe(1);
  await database.execute('TRUNCATE things');
  expect((await post('broken', 'three')).status).toBe(500);
  expect(await counted(database)).toBe(0);
});
