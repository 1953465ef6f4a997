import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Browser, openBrowser } from '../doubles/browser.ts';
import { admin } from '../doubles/person.ts';
import { wordsOf } from '../doubles/rendered-view.ts';
import { type RunningApp, startApp } from '../doubles/running-app.ts';

const { username, password } = admin;
let app: RunningApp;
let lastAddress = 0;

beforeAll(async () => {
  app = await startApp({
    admin: true,
    environment: { TRUST_PROXY: '1', RATE_LIMIT_PER_ADDRESS: '1000' },
  });
});
afterAll(() => app.stop());

/** From an address of its own, as far as the server can tell. */
function newBrowser(userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0'): Browser {
  lastAddress += 1;
  return openBrowser(app.address, { 'x-forwarded-for': `198.51.100.${lastAddress}`, 'user-agent': userAgent });
}

async function signedIn(userAgent?: string): Promise<Browser> {
  const browser = newBrowser(userAgent);
  await browser.open('/login');
  expect((await browser.submit('/login', { username, password })).status).toBe(303);
  return browser;
}

describe('the sign-in page', () => {
  test('leads back to the page that was asked for', async () => {
    const browser = newBrowser();
    const asked = await browser.open('/settings?tab=1');
    expect(asked.headers.get('location')).toBe('/login?next=%2Fsettings%3Ftab%3D1');
    const page = await browser.open(asked.headers.get('location') ?? '');
    expect(page.text).toContain('name="next" value="/settings?tab=1"');
    const answer = await browser.submit('/login', { username, password, next: '/settings?tab=1' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/settings?tab=1']);
    expect((await browser.open('/settings')).status).toBe(200);
  });

  test.each(['//evil.example/', 'https://evil.example', '/\\evil.example', '/login', '/ui/session', 'javascript:x'])(
    'never leads to %s',
    async (next) => {
      const browser = newBrowser();
      await browser.open('/login');
      const answer = await browser.submit('/login', { username, password, next });
      expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
    },
  );

  test('says one sentence of any wrong pair and keeps the name that was typed, never the password', async () => {
    const browser = newBrowser();
    await browser.open('/login');
    const wrongName = await browser.submit('/login', { username: 'eve', password });
    const wrongPassword = await browser.submit('/login', { username, password: 'wrong horse' });
    for (const { status, text } of [wrongName, wrongPassword]) {
      expect(status).toBe(422);
      expect(wordsOf(text)).toContain('User name and password do not fit together. Check both and try again.');
    }
    expect(wrongName.text).toContain('value="eve"');
    expect(wrongPassword.text).not.toContain('wrong horse');
  });

  test('says how long to wait after too many tries', async () => {
    const browser = newBrowser();
    await browser.open('/login');
    for (let index = 0; index < 5; index += 1) await browser.submit('/login', { username, password: `guess ${index}` });
    const { status, text, headers } = await browser.submit('/login', { username, password });
    expect(status).toBe(429);
    expect(wordsOf(text)).toMatch(/Too many tries to sign in\. Try again in \d+ s\..*Time left: \d+ s/);
    expect(text).toContain('data-until');
    expect(headers.getSetCookie()).toEqual([]);
  });

  test('without its token is refused', async () => {
    const browser = newBrowser();
    const answer = await browser.submit('/login', { username, password });
    expect(answer.status).toBe(403);
    expect(browser.cookies.has('sb_session')).toBe(false);
  });

  test("with another visitor's token is refused", async () => {
    const [browser, other] = [newBrowser(), newBrowser()];
    await other.open('/login');
    const { text } = await browser.open('/login');
    const [, token = ''] = /name="_csrf" value="([^"]+)"/.exec(text) ?? [];
    expect((await other.submit('/login', { _csrf: token, username, password })).status).toBe(403);
  });
});

describe('a signed-in person', () => {
  test('sees the sessions, ends another one and keeps this one', async () => {
    const here = await signedIn();
    const there = await signedIn('curl/8.5.0');
    const words = wordsOf((await here.open('/settings')).text);
    expect(words).toContain('Firefox on Linux This browser');
    expect(words).toContain('curl');
    const page = await here.open('/settings');
    const [, action = ''] =
      /action="(\/settings\/sessions\/[0-9a-f]{64}\/end)"[^]*?the session of curl/.exec(page.text) ?? [];
    expect((await here.submit(action)).headers.get('location')).toBe('/settings');
    expect(wordsOf((await here.open('/settings')).text)).toContain('The session has ended.');
    expect((await there.open('/settings')).status).toBe(303);
    expect(page.text).not.toContain(decodeURIComponent(there.cookies.get('sb_session') ?? '').slice(2, 30));
  });

  test('signs out', async () => {
    const browser = await signedIn();
    await browser.open('/settings');
    expect((await browser.submit('/logout')).headers.get('location')).toBe('/login');
    expect((await browser.open('/settings')).status).toBe(303);
  });

  test('signs out everywhere after a question', async () => {
    const [here, there] = [await signedIn(), await signedIn()];
    expect(wordsOf((await here.open('/settings/sign-out-everywhere')).text)).toContain('Every session ends at once');
    expect((await here.submit('/settings/sign-out-everywhere')).headers.get('location')).toBe('/login');
    expect([(await here.open('/')).status, (await there.open('/')).status]).toEqual([303, 303]);
  });

  test.each(['/logout', '/settings/sign-out-everywhere'])('is not made to do %s by another site', async (path) => {
    const browser = await signedIn();
    expect((await browser.submit(path, { _csrf: 'x' })).status).toBe(403);
    expect((await browser.open('/settings')).status).toBe(200);
  });
});
