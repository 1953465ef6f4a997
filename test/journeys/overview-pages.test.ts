import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { apiOf } from '../doubles/api.ts';
import { type Browser, openBrowser } from '../doubles/browser.ts';
import { admin } from '../doubles/person.ts';
import { wordsOf } from '../doubles/rendered-view.ts';
import { type RunningApp, startApp } from '../doubles/running-app.ts';

const { username, password } = admin;
let app: RunningApp;
let browser: Browser;

beforeAll(async () => {
  app = await startApp({
    admin: true,
    environment: { DEFAULT_TIMEZONE: 'Asia/Jakarta' },
  });
  browser = openBrowser(app.address, { accept: 'text/html' });
  expect((await browser.signIn(username, password)).status).toBe(200);
});
afterAll(() => app.stop());

async function htmlOf(path: string): Promise<string> {
  const page = await browser.call('GET', path);
  expect({ path, status: page.status }).toEqual({ path, status: 200 });
  return page.text;
}

async function post(path: string, form: Record<string, string> = {}) {
  const { status, headers, text } = await browser.call('POST', path, { form });
  return { status, to: headers.get('location'), text };
}

describe('the overview', () => {
  test('of a new server asks how to start and lists the first steps', async () => {
    const words = wordsOf(await htmlOf('/'));
    expect(words).toContain('How do you want to start?');
    expect(words).toContain('First steps 1 of 7 done');
  });

  test('of a server in use shows figures, who needs a person and what happened, but no text of a message', async () => {
    const api = apiOf(app);
    const account = await api.createAccount('Shop <1>', 'sandbox');
    const phone = `/api/accounts/${account.id}/sandbox`;
    await app.data('POST', `${phone}/scan`);
    await app.data('POST', `${phone}/messages`, { body: { from: '+9995550102', text: 'a secret order' } });
    await api.send(account, '+9995550102', 'a secret answer', '?wait=true');
    await api.createAccount('Fresh', 'sandbox');
    const url = 'https://hooks.example.org/';
    await app.data('POST', `/api/accounts/${account.id}/webhooks`, { body: { url, active: false } });

    const html = await htmlOf('/');
    const words = wordsOf(html);
    expect(words).toMatch(/Connected 1 of 2 Sent today 1 Received today 1 Waiting to be sent 0/);
    expect(words).toMatch(/A message from Phone 0102 arrived Shop &lt;1> just now/);
    expect(words).toMatch(/A message to \+9995550102 was (sent|delivered|read)/);
    expect(html).toContain(`href="/accounts/${account.id}"`);
    expect(html).not.toContain('a secret');
    // Every step was taken.
    expect(words).not.toContain('First steps');
  });

  test('answers each of its parts alone', async () => {
    for (const part of ['figures', 'needs-you', 'events', 'checklist']) {
      const html = await htmlOf(`/ui/overview/${part}`);
      expect(html).toMatch(/^<section /);
      expect(html).toContain(`hx-get="/ui/overview/${part}"`);
    }
  });
});

test('first steps that were put away do not come back', async () => {
  const other = await startApp({ admin: true });
  const here = openBrowser(other.address, { accept: 'text/html' });
  await here.signIn(username, password);
  expect((await here.call('GET', '/')).text).toContain('First steps');
  expect((await here.call('POST', '/checklist/put-away', { form: {} })).status).toBe(303);
  expect((await here.call('GET', '/')).text).not.toContain('First steps');
  await other.stop();
});

describe('the settings', () => {
  test('show the address of this browser, the zone, and what is wrong about proxies', async () => {
    const words = wordsOf(await htmlOf('/settings'));
    expect(words).toContain('127.0.0.1');
    expect(words).toContain('Asia/Jakarta');
    const proxied = await browser.call('GET', '/settings', { headers: { 'x-forwarded-for': '203.0.113.9' } });
    expect(wordsOf(proxied.text)).toContain('set TRUST_PROXY=1');
  });

  test('make a key that is shown once and opens the API until it is revoked', async () => {
    expect(await post('/settings/keys', { name: 'Backup script' })).toMatchObject({
      status: 303,
      to: '/settings/keys',
    });
    const page = await htmlOf('/settings/keys');
    const [key = ''] = /sk_admin_\w{20,}/.exec(page) ?? [];
    expect(await htmlOf('/settings/keys')).not.toContain(key);
    const accounts = (): Promise<number> =>
      fetch(`${app.address}/api/accounts`, { headers: { 'x-api-key': key } }).then(({ status }) => status);
    expect(await accounts()).toBe(200);

    const [dialog = ''] = /\/settings\/keys\/key_\w+\/revoke/.exec(page) ?? [];
    expect(wordsOf(await htmlOf(dialog))).toContain('Revoke this key? Programs that use Backup script');
    expect(await post(dialog)).toMatchObject({ status: 303, to: '/settings/keys' });
    expect(await accounts()).toBe(401);
    expect((await browser.call('GET', dialog)).status).toBe(404);

    const log = wordsOf(await htmlOf('/settings/audit'));
    expect(log).toMatch(
      /ada An admin key was revoked\. .*name: Backup script.*127\.0\.0\.1 .*ada An admin key was made\./,
    );
  });

  test.each(['', ' ', 'x'.repeat(61)])('refuse %j as the name of a key and keep it', async (name) => {
    const answer = await post('/settings/keys', { name });
    expect(answer.status).toBe(422);
    expect(wordsOf(answer.text)).toContain('Please check this field');
    expect(answer.text).toContain(name === '' ? ' value dir="auto"' : `value="${name}"`);
  });

  test('show who did what to one account, page by page', async () => {
    const row = await app.database.one<{ id: string }>(`SELECT id FROM whatsapp_accounts WHERE name = 'Fresh'`);
    const address = `/settings/audit?account=${row?.id}`;
    await app.database.execute(
      `INSERT INTO audit_log (actor_kind, actor_name, action, account_id, account_name, details)
       SELECT 'key', 'Script ' || n, 'account.paused', $1, 'Fresh', '{}' FROM generate_series(1, 60) n`,
      [row?.id],
    );
    const first = await htmlOf(address);
    expect(first).toContain('Script 60');
    expect(first).not.toContain('An admin key was made.');
    const [, older = ''] = /href="([^"]*before=\d+)"/.exec(first) ?? [];
    const second = wordsOf(await htmlOf(older.replaceAll('&amp;', '&')));
    expect(second).toContain('Script 1 ');
    expect(second).toContain('An account was created.');
    expect(second).not.toContain('Script 60');
  });

  test.each(['account=%27', 'before=0', 'before=x'])('refuse the address with %s', async (query) => {
    expect((await browser.call('GET', `/settings/audit?${query}`)).status).toBe(422);
  });
});

describe('what a browser chooses and asks', () => {
  test('a theme is kept for a year and leads back to a page of ours only', async () => {
    const visitor = openBrowser(app.address, { accept: 'text/html' });
    const token = /name="csrf-token" content="([^"]+)"/.exec((await visitor.call('GET', '/nowhere')).text)?.[1] ?? '';
    const choose = (theme: string, back: string) =>
      visitor.call('POST', '/theme', { form: { theme, back, _csrf: token } });
    const chosen = await choose('dark', '/settings?x=1');
    expect(chosen).toMatchObject({ status: 303 });
    expect(chosen.headers.get('location')).toBe('/settings?x=1');
    expect(chosen.setCookies.join()).toMatch(/^theme=dark; Max-Age=31536000; Path=\/; .*HttpOnly; SameSite=Lax$/);
    expect((await visitor.call('GET', '/nowhere')).text).toContain('data-theme="dark"');
    expect((await choose('light', '//evil.example')).headers.get('location')).toBe('/');
    expect((await choose('pink', '/')).status).toBe(422);
    expect((await visitor.call('POST', '/theme', { form: { theme: 'dark' } })).status).toBe(403);
  });

  test('the list of shortcuts is a page and holds what a dialog shows', async () => {
    expect(await htmlOf('/shortcuts')).toContain('data-dialog-content');
  });

  test('a script learns whether the session lives, and asking does not prolong it', async () => {
    const left = async (): Promise<number> => {
      const row = await app.database.one<{ left: number }>(
        `UPDATE session SET expire = now() + interval '10 minutes' RETURNING 600::int AS left`,
      );
      return row?.left ?? 0;
    };
    const expiry = (): Promise<{ far: boolean } | undefined> =>
      app.database.one<{ far: boolean }>(`SELECT expire > now() + interval '11 minutes' AS far FROM session`);
    expect(await left()).toBe(600);
    const asked = await browser.call('GET', '/ui/session');
    expect({ status: asked.status, json: asked.json }).toEqual({ status: 200, json: {} });
    expect(await expiry()).toEqual({ far: false });
    expect((await browser.call('POST', '/ui/active')).status).toBe(204);
    expect(await expiry()).toEqual({ far: true });
    const visitor = openBrowser(app.address);
    expect((await visitor.call('GET', '/ui/session')).status).toBe(401);
    expect((await visitor.call('POST', '/ui/active')).status).toBe(401);
  });

  test('an unknown address is answered by a page', async () => {
    const page = await browser.call('GET', '/nowhere');
    expect(page.status).toBe(404);
    expect(wordsOf(page.text)).toContain('There is nothing here');
  });
});
