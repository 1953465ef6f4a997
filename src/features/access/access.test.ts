import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRecordingLog } from '../../../test/doubles/recording-log.ts';
import { openTestDatabase, type TestDatabase } from '../../../test/doubles/test-database.ts';
import { waitFor } from '../../../test/doubles/wait-for.ts';
import type { Actor } from '../../platform/actor.ts';
import { systemClock as clock } from '../../platform/clock.ts';
import { createEventBus } from '../../platform/event-bus.ts';
import { createAudit } from '../audit/audit.ts';
import { type Access, createAccess } from './access.ts';

const actor: Actor = { kind: 'person', name: 'admin', address: null };
let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

/** As another process on the same database would have it, with the longest memory that can be configured. */
function newInstance(): Access {
  const shared = { database, events: createEventBus(clock), clock, log: createRecordingLog() };
  const audit = createAudit({ ...shared, sweepIntervalMs: 60_000 });
  return createAccess({ ...shared, audit, adminApiKey: undefined, cacheSize: 1_000, cacheMs: 3_600_000 });
}

test('a revoked key is dead at once where it was revoked, and after the longest memory of 5 s elsewhere', async () => {
  const [here, elsewhere] = [newInstance(), newInstance()];
  const { key, issued } = await database.transaction((tx) => here.createAdminKey(tx, 'Script', actor));
  const caller = { kind: 'admin', keyId: key.id, keyName: 'Script' };
  expect([await here.authenticate(issued.key), await elsewhere.authenticate(issued.key)]).toEqual([caller, caller]);
  expect(await here.getAdminKey(key.id)).toMatchObject({ name: 'Script', hint: issued.hint });
  await database.transaction((tx) => here.revokeAdminKey(tx, key.id, actor));
  await expect(here.getAdminKey(key.id)).rejects.toMatchObject({ code: 'key.not_found', status: 404 });
  expect(await here.authenticate(issued.key)).toBeUndefined();
  await waitFor(async () => (await elsewhere.authenticate(issued.key)) === undefined);
}, 15_000);

test('a key whose making is rolled back opens nothing', async () => {
  const access = newInstance();
  let made = '';
  const undone = database.transaction(async (tx) => {
    made = (await access.createAdminKey(tx, 'Script', actor)).issued.key;
    throw new Error('rolled back');
  });
  await expect(undone).rejects.toThrow('rolled back');
  expect(await access.authenticate(made)).toBeUndefined();
});
