import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startHttpServer, type Reply, type TestServer } from '../../test/doubles/http-server.ts';
import { openTestDatabase, type TestDatabase } from '../../test/doubles/test-database.ts';
import { AppError } from './errors.ts';
import { createIdempotency } from './idempotency.store.ts';
import { defineRoute } from './route.ts';
import { integer, object, required, text } from './schema.ts';

let database: TestDatabase;
let server: TestServer;
let release: (() => void) | undefined;
let entered: (() => void) | undefined;

const thing = object({ number: required(integer()), secret: required(text({ max: 40 })) });
const body = object({ name: required(text({ max: 20 })), size: integer() });

const routes = ['/things', '/others'].map((path) =>
  defineRoute({
    method: 'POST',
    path,
    summary: 'Make a thing',
    tag: 'Test',
    access: 'account',
    query: object({ accountId: text({ max: 40 }) }),
    body,
    answer: thing,
    statuses: [201, 202],
    idempotent: true,
    effect: async ({ body, query }, tx) => {
      const row = await tx.one<{ number: number }>('INSERT INTO things (name) VALUES ($1) RETURNING number', [
        body.name,
      ]);
      if (body.name === 'fail') throw new AppError('thing.refused', { status: 409 });
      if (body.name === 'wait') {
        entered?.();
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      }
      const number = Number(row?.number);
      return {
        ...(body.name === 'later' ? { status: 202 as const } : {}),
        data: { number, secret: 'sk_live_shown_once' },
        masked: { number, secret: 'sk_live_…once' },
        headers: { 'X-Thing': 'yes' },
        ...(query.accountId === undefined ? {} : { accountId: query.accountId }),
        ...(body.name === 'later'
          ? { after: async () => ({ status: 201 as const, data: { number, secret: 'late' } }) }
          : {}),
      };
    },
  }),
);

beforeAll(async () => {
  database = await openTestDatabase();
  await database.execute('CREATE TABLE things (number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text)');
  await database.execute(`
    INSERT INTO whatsapp_accounts (id, name, kind, status, status_message)
    SELECT 'acc_' || number, 'Shop', 'sandbox', 'initializing', 'Starting' FROM generate_series(1, 9) AS number`);
  server = await startHttpServer(routes, { database });
});
afterAll(async () => {
  await server.stop();
  await database.close();
});
beforeEach(async () => {
  await database.execute('TRUNCATE things');
  await database.execute('TRUNCATE idempotency_keys');
});

interface Call {
  path?: string;
  key?: string;
  idempotencyKey?: string;
  body?: unknown;
}

function post({ path = '/api/things', key = 'account-1', idempotencyKey = 'k1', body }: Call): Promise<Reply> {
  return server.call('POST', path, {
    key,
    body: body ?? { name: 'a' },
    headers: { 'idempotency-key': idempotencyKey },
  });
}

async function things(): Promise<number> {
  return Number((await database.one<{ count: number }>('SELECT count(*) AS count FROM things'))?.count);
}

async function storedKeys(): Promise<number> {
  return Number((await database.one<{ count: number }>('SELECT count(*) AS count FROM idempotency_keys'))?.count);
}

test('the same call again gets the stored answer, its secret masked, and has no second effect', async () => {
  const first = await post({ body: { name: 'a', size: 1 } });
  const again = await post({ body: { size: 1, name: 'a' } });
  expect([first.status, again.status]).toEqual([201, 201]);
  expect(first.headers.get('idempotency-replayed')).toBeNull();
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(again.headers.get('x-thing')).toBe('yes');
  const { number } = first.json['data'] as { number: number };
  expect(first.json['data']).toEqual({ number, secret: 'sk_live_shown_once' });
  expect(again.json).toEqual({ success: true, data: { number, secret: 'sk_live_…once' } });
  expect(await things()).toBe(1);
  const rows = await database.rows('SELECT answer::text FROM idempotency_keys');
  expect(JSON.stringify(rows)).not.toContain('shown_once');
});

test('another body, or another query, under the same key is 422 and names the header', async () => {
  await post({});
  for (const call of [{ body: { name: 'b' } }, { path: '/api/things?accountId=acc_1' }]) {
    const reply = await post(call);
    expect(reply.status).toBe(422);
    expect(reply.json['errors']).toEqual([
      { field: 'Idempotency-Key', message: 'was used with another body within the last 24 hours' },
    ]);
  }
  expect(await things()).toBe(1);
});

test('another route, caller or key is another call; /api/v1 is the same route', async () => {
  await post({});
  await post({ path: '/api/others' });
  await post({ key: 'account-2' });
  await post({ key: 'admin-1' });
  await post({ idempotencyKey: 'k2' });
  expect(await things()).toBe(5);
  expect((await post({ path: '/api/v1/things' })).headers.get('idempotency-replayed')).toBe('true');
  expect(await things()).toBe(5);
});

test('while the first is running, the second is told to come back', async () => {
  const inside = new Promise<void>((resolve) => {
    entered = resolve;
  });
  const first = post({ body: { name: 'wait' } });
  await inside;
  const second = await post({ body: { name: 'wait' } });
  expect([second.status, second.json['code']]).toEqual([409, 'request.in_progress']);
  expect(second.headers.get('retry-after')).toBe('1');
  release?.();
  expect((await first).status).toBe(201);
  expect((await post({ body: { name: 'wait' } })).headers.get('idempotency-replayed')).toBe('true');
});

test('100 calls at once with one key have one effect', async () => {
  const replies = await Promise.all(Array.from({ length: 100 }, () => post({})));
  const states = new Set(replies.map(({ status }) => status));
  expect([...states].every((status) => status === 201 || status === 409)).toBe(true);
  expect(replies.some(({ status }) => status === 201)).toBe(true);
  expect(await things()).toBe(1);
});

test('a failure is not stored, and its effect is rolled back', async () => {
  expect((await post({ body: { name: 'fail' } })).status).toBe(409);
  expect(await things()).toBe(0);
  expect(await storedKeys()).toBe(0);
  expect((await post({ body: { name: 'a' } })).status).toBe(201);
});

test('what comes after the commit is sent but not stored', async () => {
  const first = await post({ body: { name: 'later' } });
  expect([first.status, (first.json['data'] as { secret: string }).secret]).toEqual([201, 'late']);
  const again = await post({ body: { name: 'later' } });
  expect([again.status, (again.json['data'] as { secret: string }).secret]).toEqual([202, 'sk_live_…once']);
});

test('without a key nothing is stored; a key that is no key is 422', async () => {
  expect((await server.call('POST', '/api/things', { key: 'account-1', body: { name: 'a' } })).status).toBe(201);
  expect(await storedKeys()).toBe(0);
  for (const bad of ['', 'x'.repeat(256), 'é']) {
    const reply = await post({ idempotencyKey: bad });
    expect([reply.status, reply.json['errors']]).toEqual([
      422,
      [{ field: 'Idempotency-Key', message: 'must be 1 to 255 printable ASCII characters' }],
    ]);
  }
  expect((await post({ idempotencyKey: 'x'.repeat(255) })).status).toBe(201);
});

test('the rows of an account can be found by it', async () => {
  await post({});
  await post({ path: '/api/things?accountId=acc_9', key: 'admin-1' });
  const rows = await database.rows('SELECT account_id FROM idempotency_keys ORDER BY account_id');
  expect(rows).toEqual([{ account_id: 'acc_1' }, { account_id: 'acc_9' }]);
});

test('after 24 hours the key is free again, swept or not', async () => {
  const idempotency = createIdempotency();
  await post({});
  await post({ idempotencyKey: 'young' });
  await database.execute(`UPDATE idempotency_keys SET created_at = now() - interval '25 hours' WHERE key = 'k1'`);
  const again = await post({ body: { name: 'b' } });
  expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, null]);
  expect(await idempotency.sweep(database)).toBe(0);
  await database.execute(`UPDATE idempotency_keys SET created_at = now() - interval '25 hours' WHERE key = 'k1'`);
  expect(await idempotency.sweep(database)).toBe(1);
  expect(await storedKeys()).toBe(1);
});
