import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../../../test/doubles/test-database.ts';
import { type AccountSearch, countAccounts, countStates, searchAccounts } from './account-search.store.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
  await database.execute(`
    INSERT INTO whatsapp_accounts (id, name, kind, status, status_message, next_step, paused, phone) VALUES
      ('acc_1', 'Shop Berlin', 'whatsapp', 'ready', '', NULL, false, '+4915112345678'),
      ('acc_2', '100% Fun_House', 'whatsapp', 'auth_failed', '', 'link_again', false, '+4915187654321'),
      ('acc_3', 'Try out', 'sandbox', 'qr_ready', '', 'show_code', false, NULL),
      ('acc_4', 'shop Hamburg', 'sandbox', 'disconnected', '', 'resume', true, '+9995550100'),
      ('acc_5', 'Backup', 'whatsapp', 'disconnected', '', 'reconnect', false, NULL),
      ('acc_6', 'New', 'whatsapp', 'disconnected', '', 'show_code', false, NULL),
      ('acc_7', 'Broken', 'whatsapp', 'error', '', 'reconnect', false, NULL)`);
});
afterAll(() => database.close());

async function found(search: AccountSearch): Promise<string[]> {
  const rows = await searchAccounts(database, search, { limit: 50, offset: 0 });
  expect(await countAccounts(database, search)).toBe(rows.length);
  return rows.map(({ id }) => id);
}

test.each<[AccountSearch, string[]]>([
  [{}, ['acc_1', 'acc_2', 'acc_3', 'acc_4', 'acc_5', 'acc_6', 'acc_7']],
  [{ text: '  shop ' }, ['acc_1', 'acc_4']],
  [{ text: '+49 151-123' }, ['acc_1']],
  [{ text: '100%' }, ['acc_2']],
  [{ text: 'n_h' }, ['acc_2']],
  [{ text: '%' }, ['acc_2']],
  [{ text: String.raw`\ ` }, []],
  [{ state: 'connected' }, ['acc_1']],
  [{ state: 'needs_you' }, ['acc_2', 'acc_7']],
  [{ state: 'to_link' }, ['acc_3', 'acc_6']],
  [{ state: 'paused' }, ['acc_4']],
  [{ state: 'waiting' }, ['acc_5']],
  [{ kind: 'sandbox', text: 'shop' }, ['acc_4']],
])('a search for %j finds %j', async (search, ids) => {
  expect(await found(search)).toEqual(ids);
});

test('a page is a part of what was found', async () => {
  const rows = await searchAccounts(database, {}, { limit: 2, offset: 2 });
  expect(rows.map(({ id }) => id)).toEqual(['acc_3', 'acc_4']);
});

test('every account is counted in exactly one state', async () => {
  expect(await countStates(database)).toEqual({ connected: 1, waiting: 1, to_link: 2, needs_you: 2, paused: 1 });
});
