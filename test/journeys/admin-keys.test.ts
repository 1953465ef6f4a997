import { afterAll, beforeAll, expect, test } from 'vitest';
import { apiOf } from '../doubles/api.ts';
import { type RunningApp, startApp } from '../doubles/running-app.ts';
import { waitFor } from '../doubles/wait-for.ts';

interface KeyJson {
  id: string;
  name: string;
  hint: string;
  createdAt: string;
  lastUsedAt: string | null;
  key?: string;
}

let app: RunningApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.stop());

async function newKey(name: string, by?: string): Promise<KeyJson & { key: string }> {
  const options = { body: { name }, ...(by !== undefined && { key: by }) };
  return (await app.data('POST', '/api/keys', options)) as KeyJson & { key: string };
}

async function listed(): Promise<KeyJson[]> {
  return (await app.data('GET', '/api/keys?limit=200')) as KeyJson[];
}

async function statusWith(key: string, path = '/api/accounts'): Promise<number> {
  return (await app.call('GET', path, { key })).status;
}

test('an admin key is shown once, later by its name and hint', async () => {
  const { key, ...made } = await newKey('  Backup script  ');
  expect(key).toMatch(/^sk_admin_[0-9A-Za-z]{38}$/);
  expect(made).toMatchObject({ name: 'Backup script', hint: `sk_admin_…${key.slice(-4)}`, lastUsedAt: null });
  expect(await listed()).toContainEqual(made);
  const rows = await app.database.rows<{ row: string }>('SELECT to_jsonb(k)::text AS row FROM api_keys k');
  expect(rows.filter(({ row }) => row.includes(key))).toEqual([]);
});

test('an admin key may do what the operator may, under its name, until it is revoked', async () => {
  const { id, key } = await newKey('Deploy script');
  const created = await app.data('POST', '/api/accounts', { key, body: { name: 'By script', kind: 'whatsapp' } });
  const query = `accountId=${(created as { id: string }).id}`;
  expect(await app.data('GET', `/api/audit-log?${query}`)).toMatchObject([
    { action: 'account.created', actor: { kind: 'key', name: 'Deploy script', address: '127.0.0.1' } },
  ]);
  await app.data('DELETE', `/api/keys/${id}`);
  expect(await statusWith(key)).toBe(401);
  expect((await listed()).filter((each) => each.id === id)).toEqual([]);
  expect((await app.call('DELETE', `/api/keys/${id}`)).body).toMatchObject({ status: 404, code: 'key.not_found' });
});

test('when a key was last used is listed', async () => {
  const { id, key } = await newKey('Used');
  await newKey('Unused');
  await statusWith(key);
  const lastUsed = async (): Promise<string | null | undefined> =>
    (await listed()).find((each) => each.id === id)?.lastUsedAt;
  await waitFor(async () => (await lastUsed()) !== null);
  expect(Date.parse((await lastUsed()) ?? '')).not.toBeNaN();
  expect((await listed()).find(({ name }) => name === 'Unused')?.lastUsedAt).toBeNull();
});

test('an admin key may make others and revoke itself; the log tells which key did it', async () => {
  const first = await newKey('First');
  const second = await newKey('Second', first.key);
  await app.data('DELETE', `/api/keys/${first.id}`, { key: first.key });
  expect([await statusWith(first.key), await statusWith(second.key)]).toEqual([401, 200]);
  expect(await app.data('GET', '/api/audit-log?limit=3')).toMatchObject([
    { action: 'key.revoked', actor: { name: 'First' }, details: { id: first.id, name: 'First', hint: first.hint } },
    { action: 'key.created', actor: { name: 'First' }, details: { id: second.id, name: 'Second' } },
    { action: 'key.created', actor: { name: "environment's admin key" }, details: { name: 'First' }, account: null },
  ]);
});

test('an account key can neither see, make nor revoke admin keys, and is no row among them', async () => {
  const account = await apiOf(app).createAccount('Shop', 'whatsapp');
  const { id } = await newKey('Safe');
  const before = await listed();
  const as = { key: account.apiKey };
  expect((await app.call('GET', '/api/keys', as)).status).toBe(403);
  expect((await app.call('POST', '/api/keys', { ...as, body: { name: 'Mine' } })).status).toBe(403);
  expect((await app.call('DELETE', `/api/keys/${id}`, as)).status).toBe(403);
  expect(await listed()).toEqual(before);
  const row = await app.database.one<{ id: string }>('SELECT id FROM api_keys WHERE account_id = $1', [account.id]);
  expect((await app.call('DELETE', `/api/keys/${row?.id}`)).status).toBe(404);
  expect(await statusWith(account.apiKey, `/api/accounts/${account.id}`)).toBe(200);
});

test.each([
  ['nothing but white space', '   '],
  ['more than 60 characters', 'x'.repeat(61)],
])('a name of %s is refused', async (_, name) => {
  expect((await app.call('POST', '/api/keys', { body: { name } })).body).toMatchObject({
    status: 422,
    errors: [{ field: 'name' }],
  });
});

test('the list is read page by page in order of creation', async () => {
  for (const name of ['Page 1', 'Page 2', 'Page 3']) await newKey(name);
  const all = await listed();
  const found: KeyJson[] = [];
  let cursor = '';
  do {
    const { body } = await app.call('GET', `/api/keys?limit=2${cursor}`);
    const { data, nextCursor } = body as { data: KeyJson[]; nextCursor: string | null };
    found.push(...data);
    cursor = nextCursor === null ? '' : `&cursor=${nextCursor}`;
  } while (cursor !== '');
  expect(found).toEqual(all);
  expect(all.map(({ name }) => name).slice(-3)).toEqual(['Page 1', 'Page 2', 'Page 3']);
});
