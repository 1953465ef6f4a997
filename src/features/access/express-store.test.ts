import type { SessionData, Store } from 'express-session';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRecordingLog } from '../../../test/doubles/recording-log.ts';
import { openTestDatabase, type TestDatabase } from '../../../test/doubles/test-database.ts';
import { systemClock as clock } from '../../platform/clock.ts';
import { createExpressStore } from './express-store.ts';

const fresh = new WeakSet<SessionData>();
let database: TestDatabase;
let store: Store;

beforeAll(async () => {
  database = await openTestDatabase();
  store = createExpressStore({
    database,
    clock,
    log: createRecordingLog(),
    endOf: () => new Date(Date.now() + 60_000),
    isNew: (data) => fresh.has(data),
    prolongs: () => true,
  });
});
afterAll(() => database.close());

function newSession(): SessionData {
  const now = new Date().toISOString();
  const person = { username: 'ada', createdAt: now, lastSeenAt: now, browser: 'Firefox', address: '192.0.2.1' };
  const data: SessionData = { cookie: { originalMaxAge: 3_600_000 }, person };
  fresh.add(data);
  return data;
}

const set = (sid: string, data: SessionData): Promise<void> =>
  new Promise((resolve, reject) =>
    store.set(sid, data, (error: unknown) =>
      error ? reject(new Error('The store failed', { cause: error })) : resolve(),
    ),
  );
const get = (sid: string): Promise<SessionData | null | undefined> =>
  new Promise((resolve, reject) =>
    store.get(sid, (error: unknown, data) =>
      error ? reject(new Error('The store failed', { cause: error })) : resolve(data),
    ),
  );

test('what a page leaves in a session is there for the next one', async () => {
  const data = newSession();
  await set('first', data);
  await set('first', Object.assign(data, { left: { notice: 'Done', secret: undefined } }));
  expect(await get('first')).toMatchObject({ left: { notice: 'Done' }, person: { username: 'ada' } });
  const next = (await get('first')) ?? newSession();
  await set('first', Object.assign(next, { left: undefined }));
  expect(await get('first')).not.toHaveProperty('left');
});

test('a session that was ended meanwhile does not come back to life', async () => {
  const data = newSession();
  await set('ended', data);
  const inAnotherRequest = (await get('ended')) ?? newSession();
  await database.execute('DELETE FROM session');
  await set('ended', Object.assign(inAnotherRequest, { left: { notice: 'Done', secret: undefined } }));
  await new Promise<void>((resolve) => store.touch?.('ended', data, () => resolve()));
  expect(await database.rows('SELECT sid FROM session')).toEqual([]);
});
