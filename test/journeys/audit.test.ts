import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AccountJson, type Api, apiOf } from '../doubles/api.ts';
import { openBrowser } from '../doubles/browser.ts';
import { type RunningApp, startApp } from '../doubles/running-app.ts';

interface EntryJson {
  id: number;
  actor: { kind: string; name: string; address: string | null };
  action: string;
  sentence: string;
  account: { id: string; name: string } | null;
  details: object;
}

let app: RunningApp;
let api: Api;

beforeAll(async () => {
  app = await startApp();
  api = apiOf(app);
});
afterAll(() => app.stop());

async function log(query: string): Promise<EntryJson[]> {
  return (await app.data('GET', `/api/audit-log?${query}`)) as EntryJson[];
}

/** What was done to an account, the oldest first. */
async function actsOn({ id }: { id: string }): Promise<EntryJson[]> {
  return (await log(`accountId=${id}`)).toReversed();
}

async function linked(name: string): Promise<AccountJson> {
  const account = await api.createAccount(name, 'sandbox');
  await app.data('POST', `/api/accounts/${account.id}/sandbox/scan`);
  return account;
}

const theEnvironmentsKey = { kind: 'key', name: "environment's admin key", address: '127.0.0.1' };

test('every act on an account is in the log with who did it, and stays there when the account is gone', async () => {
  const account = await linked('Shop');
  const path = `/api/accounts/${account.id}`;
  await app.data('PATCH', path, {
    body: { name: 'Store', settings: { pacing: { preset: 'normal' }, duplicateWindowSeconds: 5 } },
  });
  await app.data('PATCH', path, { body: { name: 'Store' } });
  for (const act of ['pause', 'pause', 'resume', 'resume']) await app.data('POST', `${path}/${act}`);
  await api.becomes(account.id, 'ready');
  await app.data('POST', `${path}/reconnect`);
  await api.becomes(account.id, 'ready');
  await app.data('POST', `${path}/logout`);
  await app.data('POST', `${path}/regenerate-api-key`, { body: { overlapMinutes: 5 } });
  await app.data('DELETE', path);

  const acts = await actsOn(account);
  expect(acts.map(({ action, account, details }) => [action, account?.name, details])).toEqual([
    ['account.created', 'Shop', { kind: 'sandbox' }],
    ['account.renamed', 'Store', { name: { from: 'Shop', to: 'Store' } }],
    ['account.settings_changed', 'Store', { 'pacing.preset': { from: 'unpaced', to: 'normal' } }],
    ['account.paused', 'Store', {}],
    ['account.resumed', 'Store', {}],
    ['account.reconnected', 'Store', {}],
    ['account.unlinked', 'Store', {}],
    ['account.key_replaced', 'Store', { overlapMinutes: 5 }],
    ['account.deleted', 'Store', {}],
  ]);
  for (const { actor } of acts) expect(actor).toEqual(theEnvironmentsKey);
  expect(acts.at(-1)).toMatchObject({ sentence: 'An account was deleted with everything it held.' });
});

test('an account key can do none of these acts, cannot read the log, and leaves no entry', async () => {
  const account = await linked('Own key');
  const path = `/api/accounts/${account.id}`;
  const before = await log('limit=200');
  const tries: [string, string, object?][] = [
    ['POST', '/api/accounts', { name: 'Another', kind: 'sandbox' }],
    ['PATCH', path, { name: 'Renamed' }],
    ['POST', `${path}/pause`],
    ['POST', `${path}/resume`],
    ['POST', `${path}/reconnect`],
    ['POST', `${path}/logout`],
    ['POST', `${path}/regenerate-api-key`, {}],
    ['DELETE', path],
    ['GET', '/api/audit-log'],
  ];
  for (const [method, url, body] of tries) {
    const answer = await app.call(method, url, { key: account.apiKey, ...(body && { body }) });
    expect({ method, url, status: answer.status }).toEqual({ method, url, status: 403 });
  }
  expect(await log('limit=200')).toEqual(before);
});

test('an act that is refused is not in the log', async () => {
  const account = await api.createAccount('Never linked', 'whatsapp');
  const path = `/api/accounts/${account.id}`;
  const refused = async (method: string, url: string, options: object = {}): Promise<number> =>
    (await app.call(method, url, options)).status;
  expect(await refused('POST', `${path}/logout`)).toBe(409);
  await app.data('POST', `${path}/pause`);
  expect(await refused('POST', `${path}/reconnect`)).toBe(409);
  expect(await refused('PATCH', path, { headers: { 'If-Match': '"stale"' }, body: { name: 'Renamed' } })).toBe(412);
  expect(await refused('DELETE', '/api/accounts/acc_0000000000000000000000')).toBe(404);
  expect((await actsOn(account)).map(({ action }) => action)).toEqual(['account.created', 'account.paused']);
  expect(await log('accountId=acc_0000000000000000000000')).toEqual([]);
});

test('a repeated call with the same Idempotency-Key is one act', async () => {
  const create = (): Promise<unknown> =>
    app.data('POST', '/api/accounts', {
      headers: { 'Idempotency-Key': 'audit-1' },
      body: { name: 'Once', kind: 'whatsapp' },
    });
  const account = (await create()) as AccountJson;
  await create();
  expect(await actsOn(account)).toHaveLength(1);
});

test('the log is read page by page, and by action', async () => {
  const account = await api.createAccount('Pages', 'whatsapp');
  for (const act of ['pause', 'resume', 'pause']) await app.data('POST', `/api/accounts/${account.id}/${act}`);
  const pages: string[][] = [];
  let cursor = '';
  do {
    const { body } = await app.call('GET', `/api/audit-log?accountId=${account.id}&limit=3${cursor}`);
    const { data, nextCursor } = body as { data: EntryJson[]; nextCursor: string | null };
    pages.push(data.map(({ action }) => action));
    cursor = nextCursor === null ? '' : `&cursor=${nextCursor}`;
  } while (cursor !== '');
  expect(pages).toEqual([['account.paused', 'account.resumed', 'account.paused'], ['account.created']]);
  expect(await log(`accountId=${account.id}&action=account.resumed`)).toHaveLength(1);
  expect((await app.call('GET', '/api/audit-log?cursor=nonsense')).body).toMatchObject({
    code: 'request.invalid',
    errors: [{ field: 'cursor' }],
  });
});

test('the log tells who came and went, and once a minute that somebody tried in vain', async () => {
  const environment = { ADMIN_USERNAME: 'ada', ADMIN_PASSWORD: 'correct horse battery' };
  const guarded = await startApp({ environment });
  try {
    const browser = openBrowser(guarded.address);
    await browser.signIn('ada', 'a wrong password');
    await browser.signIn('ada', 'another wrong password');
    await browser.signIn('ada', environment.ADMIN_PASSWORD);
    await browser.call('POST', '/api/auth/logout');
    await browser.signIn('ada', environment.ADMIN_PASSWORD);
    await browser.call('POST', '/api/auth/sign-out-everywhere');

    const entries = ((await guarded.data('GET', '/api/audit-log?limit=50')) as EntryJson[]).toReversed();
    expect(entries.map(({ action, actor, details }) => [action, actor.name, details])).toEqual([
      ['admin.changed', 'ADMIN_USERNAME and ADMIN_PASSWORD', {}],
      ['session.sign_in_refused', 'somebody not signed in', {}],
      ['session.signed_in', 'ada', {}],
      ['session.signed_out', 'ada', {}],
      ['session.signed_in', 'ada', {}],
      ['session.signed_out_everywhere', 'ada', { ended: 1 }],
    ]);
    expect(JSON.stringify(entries)).not.toContain('wrong password');
  } finally {
    await guarded.stop();
  }
});
