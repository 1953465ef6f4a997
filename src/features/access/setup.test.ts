import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../../../test/doubles/test-database.ts';
import { createRecordingLog } from '../../../test/doubles/recording-log.ts';
import { createSecrets } from '../../platform/secrets.ts';
import { createAdmin } from './admin.ts';
import { createPasswords } from './passwords.ts';
import { createSetup, resetAdmin, type Setup } from './setup.ts';

const secrets = createSecrets({ key: 'the encryption key of this test, 32 and more' });
const passwords = createPasswords({ cost: 4 });
const ada = { username: 'ada', password: 'correct horse' };
let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(() => database.execute('DELETE FROM admin'));
afterAll(async () => {
  await passwords.stop();
  await database.close();
});

const recorded: string[] = [];
const audit = { record: async (_tx: unknown, { action }: { action: string }) => void recorded.push(action) };

/** As each instance has it. */
function instance() {
  const log = createRecordingLog();
  const admin = createAdmin({ database, secrets, passwords, environment: undefined, audit, log });
  return { admin, setup: createSetup({ database, secrets, admin, passwords }) };
}

async function tokenOf(setup: Setup): Promise<string> {
  return new URL((await setup.path()) ?? '', 'http://x').searchParams.get('token') ?? '';
}

test('the link makes the admin once, and is worth nothing afterwards', async () => {
  const { admin, setup } = instance();
  const token = await tokenOf(setup);
  await expect(setup.check(token)).resolves.toBeUndefined();
  await setup.complete(token, ada);
  expect(await admin.matches(ada)).toBe(true);
  expect(await setup.open()).toBe(false);
  expect(await setup.path()).toBeUndefined();
  const again = { status: 409, code: 'auth.already_set_up' };
  await expect(setup.check(token)).rejects.toMatchObject(again);
  await expect(setup.complete(token, { username: 'eve', password: 'another horse' })).rejects.toMatchObject(again);
  expect(await admin.matches(ada)).toBe(true);
});

test('of two who complete it at once, on two instances, one wins and the other is told', async () => {
  const [first, second] = [instance(), instance()];
  const token = await tokenOf(first.setup);
  expect(await tokenOf(second.setup)).toBe(token);
  const outcomes = await Promise.allSettled([
    first.setup.complete(token, ada),
    second.setup.complete(token, { username: 'eve', password: 'another horse' }),
  ]);
  const refused = outcomes.filter((each) => each.status === 'rejected');
  expect(refused).toMatchObject([{ reason: { status: 409, code: 'auth.already_set_up' } }]);
  expect(await database.rows('SELECT username FROM admin')).toHaveLength(1);
});

test('another token makes nobody an admin', async () => {
  const { setup } = instance();
  const token = await tokenOf(setup);
  for (const wrong of ['', token.slice(1), `${token}x`, token.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'))]) {
    await expect(setup.complete(wrong, ada)).rejects.toMatchObject({ status: 403, code: 'auth.wrong_setup_link' });
  }
  expect(await setup.open()).toBe(true);
});

test('a password that is too long for bcrypt makes nobody an admin', async () => {
  const { setup } = instance();
  const long = { ...ada, password: 'x'.repeat(73) };
  await expect(setup.complete(await tokenOf(setup), long)).rejects.toMatchObject({ status: 422 });
  expect(await setup.open()).toBe(true);
});

test('after a reset the old link is worth nothing, and the new one opens', async () => {
  const { setup, admin } = instance();
  const old = await tokenOf(setup);
  await setup.complete(old, ada);
  const { path, removed } = await resetAdmin(database, secrets, audit);
  expect(removed).toBe('setup');
  expect(recorded).toEqual(['admin.reset']);
  expect(await admin.matches(ada)).toBe(false);
  await expect(setup.check(old)).rejects.toMatchObject({ status: 403 });
  expect(await setup.path()).toBe(path);
  await setup.complete(await tokenOf(setup), ada);
  expect(await admin.matches(ada)).toBe(true);
});
