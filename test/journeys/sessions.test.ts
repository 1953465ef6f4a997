import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Browser, openBrowser } from '../doubles/browser.ts';
import { admin } from '../doubles/person.ts';
import { createPostgresProxy, type PostgresProxy } from '../doubles/postgres-proxy.ts';
import { type RunningApp, startApp } from '../doubles/running-app.ts';
import { waitFor } from '../doubles/wait-for.ts';

const { username, password } = admin;
let app: RunningApp;
let proxy: PostgresProxy;
let lastAddress = 0;

beforeAll(async () => {
  app = await startApp({
    admin: true,
    environment: { TRUST_PROXY: '1' },
    async through(connection) {
      proxy = await createPostgresProxy(connection);
      return proxy.connection();
    },
  });
});
afterAll(async () => {
  await app.stop();
  await proxy.close();
});

/** Each from an address of its own, as far as the server can tell: tries to sign in are counted by address. */
function newBrowser(address = app.address): Browser {
  lastAddress += 1;
  return openBrowser(address, { 'x-forwarded-for': `198.51.100.${lastAddress}`, 'user-agent': 'Mozilla Firefox/1' });
}

async function signedInBrowser(): Promise<Browser> {
  const browser = newBrowser();
  expect(await browser.signIn(username, password)).toMatchObject({ status: 200, data: { username } });
  return browser;
}

async function statusOf(browser: Browser, headers: Record<string, string> = {}): Promise<number> {
  return (await browser.call('GET', '/api/auth/user', { headers })).status;
}

/** When the session's row says that it ends, in seconds from now. */
async function secondsLeft(): Promise<number> {
  const row = await app.database.one<{ left: number }>(
    'SELECT extract(epoch FROM expire - now())::float8 AS left FROM session',
  );
  return row?.left ?? 0;
}

describe('signing in', () => {
  test('opens what an admin key opens', async () => {
    const browser = await signedInBrowser();
    expect(await browser.call('GET', '/api/auth/user')).toMatchObject({ status: 200, data: { username } });
    const made = await browser.call('POST', '/api/accounts', { body: { name: 'Shop', kind: 'sandbox' } });
    expect(made.status).toBe(201);
    expect((await browser.call('DELETE', `/api/accounts/${String(made.data['id'])}`)).status).toBe(200);
    expect((await browser.call('GET', '/api/health')).data).toHaveProperty('memory');
  });

  test('says the same of a wrong name and of a wrong password', async () => {
    const wrong = [
      await newBrowser().signIn(username, 'wrong horse battery'),
      await newBrowser().signIn('eve', password),
      await newBrowser().signIn(username, password.repeat(9)),
    ];
    expect(wrong.map(({ status }) => status)).toEqual([401, 401, 401]);
    expect(new Set(wrong.map(({ json }) => json['detail'])).size).toBe(1);
    expect(wrong.flatMap(({ setCookies }) => setCookies)).toEqual([]);
  });

  test('gives a new session id, and the one before is worth nothing any more', async () => {
    const browser = await signedInBrowser();
    const before = new Map(browser.cookies);
    await browser.signIn(username, password);
    expect(browser.cookies.get('sb_session')).not.toBe(before.get('sb_session'));
    expect(await statusOf(browser)).toBe(200);
    const old = newBrowser();
    for (const [name, value] of before) old.cookies.set(name, value);
    expect(await statusOf(old)).toBe(401);
  });

  test('never takes a session id that the browser brought', async () => {
    const victim = newBrowser();
    victim.cookies.set('sb_session', encodeURIComponent('s:chosen-by-eve.c2lnbmF0dXJl'));
    await victim.signIn(username, password);
    const rows = await app.database.rows(`SELECT sid FROM session WHERE sid LIKE 'chosen%'`);
    expect(rows).toEqual([]);
    expect(decodeURIComponent(victim.cookies.get('sb_session') ?? '')).not.toContain('chosen-by-eve');
  });

  test('sets cookies that no script reads and no other site sends', async () => {
    const { setCookies } = await newBrowser().signIn(username, password);
    expect(setCookies.map((each) => each.split('=')[0])).toEqual(expect.arrayContaining(['sb_browser', 'sb_session']));
    for (const each of setCookies) expect(each).toMatch(/; Path=\/;.*; HttpOnly; SameSite=Lax$/);
  });

  test('is refused to a page of another site', async () => {
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
    ]) {
      expect(await newBrowser().signIn(username, password, headers)).toMatchObject({
        status: 403,
        json: { code: 'auth.csrf' },
        setCookies: [],
      });
    }
    const ours = { origin: app.address, 'sec-fetch-site': 'same-origin' };
    expect((await newBrowser().signIn(username, password, ours)).status).toBe(200);
  });
});

describe('a write by session', () => {
  test.each([
    ['no token', {}],
    ['a wrong token', { 'x-csrf-token': 'x'.repeat(43) }],
    ['a foreign origin', { origin: 'https://evil.example' }],
    ['another site', { 'sec-fetch-site': 'same-site' }],
  ])('with %s is refused and changes nothing', async (what, headers) => {
    const browser = await signedInBrowser();
    if (what === 'no token') browser.csrfToken = undefined;
    const body = { name: 'Forged', kind: 'sandbox' };
    for (const [method, path, sent] of [
      ['POST', '/api/accounts', body],
      ['POST', '/api/auth/sign-out-everywhere', undefined],
      ['POST', '/api/auth/logout', undefined],
      ['DELETE', '/api/accounts/acc_0000000000000000000000', undefined],
    ] as const) {
      const answer = await browser.call(method, path, { body: sent, headers });
      expect(answer).toMatchObject({ status: 403, json: { code: 'auth.csrf' } });
    }
    expect(await app.database.rows(`SELECT id FROM whatsapp_accounts WHERE name = 'Forged'`)).toEqual([]);
    expect(await statusOf(browser)).toBe(200);
  });

  test("with another session's token is refused", async () => {
    const [browser, other] = [await signedInBrowser(), await signedInBrowser()];
    browser.csrfToken = other.csrfToken;
    expect((await browser.call('POST', '/api/auth/logout')).status).toBe(403);
  });
});

describe('the end of a session', () => {
  test('signing out ends it at once, also for who has copied the cookie', async () => {
    const browser = await signedInBrowser();
    const thief = newBrowser();
    for (const [name, value] of browser.cookies) thief.cookies.set(name, value);
    expect((await browser.call('POST', '/api/auth/logout')).status).toBe(200);
    expect(browser.cookies.has('sb_session')).toBe(false);
    expect([await statusOf(browser), await statusOf(thief)]).toEqual([401, 401]);
  });

  test('signing out everywhere ends all others too', async () => {
    const browsers = [await signedInBrowser(), await signedInBrowser(), await signedInBrowser()];
    const answer = await browsers[0]?.call('POST', '/api/auth/sign-out-everywhere');
    expect(answer?.data['ended']).toBeGreaterThanOrEqual(3);
    expect(await Promise.all(browsers.map((each) => statusOf(each)))).toEqual([401, 401, 401]);
  });

  test('comes after half an hour without an act; what a page does by itself is none', async () => {
    await app.database.execute('DELETE FROM session');
    const browser = await signedInBrowser();
    expect(Math.abs((await secondsLeft()) - 1_800)).toBeLessThan(60);
    await app.database.execute(`UPDATE session SET expire = now() + interval '5 minutes'`);
    expect(await statusOf(browser, { 'x-live': '1' })).toBe(200);
    expect(await secondsLeft()).toBeLessThan(301);
    expect(await statusOf(browser)).toBe(200);
    expect(await secondsLeft()).toBeGreaterThan(1_700);
    await app.database.execute(`UPDATE session SET expire = now() - interval '1 second'`);
    expect(await statusOf(browser)).toBe(401);
    expect(await secondsLeft()).toBeLessThan(0);
  });

  test('comes after twelve hours in any case', async () => {
    await app.database.execute('DELETE FROM session');
    const browser = await signedInBrowser();
    const begun = async (ago: string): Promise<void> => {
      await app.database.execute(
        `UPDATE session SET sess = jsonb_set(sess::jsonb, '{person,createdAt}', to_jsonb(to_char(
           (now() - $1::interval) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))::json`,
        [ago],
      );
    };
    await begun('11 hours 50 minutes');
    const { data } = await browser.call('GET', '/api/auth/user');
    expect(Date.parse(String(data['endsAt'])) - Date.now()).toBeLessThan(601_000);
    expect(await secondsLeft()).toBeLessThan(601);
    await begun('12 hours 1 second');
    expect(await statusOf(browser)).toBe(401);
  });
});

test('no session id and no password stands in the log', async () => {
  const browser = await signedInBrowser();
  const text = JSON.stringify(app.log.lines);
  const [sid = ''] = decodeURIComponent(browser.cookies.get('sb_session') ?? '')
    .slice(2)
    .split('.');
  expect(sid.length).toBeGreaterThan(20);
  expect(text).not.toContain(sid);
  expect(text).not.toContain(password);
});

test('while the database is away a session answers 503, and goes on afterwards', async () => {
  const browser = await signedInBrowser();
  await proxy.close();
  proxy.cut();
  const answer = await browser.call('GET', '/api/auth/user');
  expect(answer).toMatchObject({ status: 503, json: { code: 'database.unavailable' } });
  expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
  await proxy.listen();
  await waitFor(async () => (await statusOf(browser)) === 200);
});
