import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../../test/doubles/test-database.ts';
import { verifyCanary } from './encryption-canary.store.ts';
import { createSecrets } from './secrets.ts';

const secrets = createSecrets({ key: 'the key with which it was written' });
const others = createSecrets({ key: 'some other key, made up on the fly' });
let db: TestDatabase;

beforeAll(async () => {
  db = await openTestDatabase();
});

afterAll(() => db.close());

test('the first start seals the canary, the same key passes, another is refused and changes nothing', async () => {
  await verifyCanary(db, secrets);
  const sealed = await db.one('SELECT sealed FROM encryption_canary');
  await verifyCanary(db, secrets);
  await expect(verifyCanary(db, others)).rejects.toMatchObject({
    code: 'secrets.wrong_key',
    detail: expect.stringContaining('ENCRYPTION_KEY does not match this database') as string,
  });
  expect(await db.one('SELECT sealed FROM encryption_canary')).toEqual(sealed);
});

test('of two first starts with different keys one is refused', async () => {
  await db.execute('DELETE FROM encryption_canary');
  const outcomes = await Promise.allSettled([verifyCanary(db, secrets), verifyCanary(db, others)]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('a canary that was tampered with is refused', async () => {
  await db.execute('DELETE FROM encryption_canary');
  await verifyCanary(db, secrets);
  await db.execute(`UPDATE encryption_canary SET sealed = sealed || '\\x00'`);
  await expect(verifyCanary(db, secrets)).rejects.toMatchObject({ code: 'secrets.wrong_key' });
});
