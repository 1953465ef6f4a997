import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openBrowser } from '../doubles/browser.ts';
import { type RunningApp, startApp } from '../doubles/running-app.ts';
import { openTestDatabase, type TestDatabase } from '../doubles/test-database.ts';

const first = { ADMIN_USERNAME: 'ada', ADMIN_PASSWORD: 'correct horse battery' };
let database: TestDatabase;
const running: RunningApp[] = [];

beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(async () => {
  for (let app = running.pop(); app; app = running.pop()) await app.stop();
  await database.close();
});

async function start(environment: Record<string, string> = {}): Promise<RunningApp> {
  const app = await startApp({ database, environment });
  running.push(app);
  return app;
}

async function stop(app: RunningApp): Promise<void> {
  running.splice(running.indexOf(app), 1);
  await app.stop();
}

describe('the admin of the environment', () => {
  test('stays signed in over a restart and on every instance, and is hashed once', async () => {
    const app = await start(first);
    const browser = openBrowser(app.address);
    await browser.signIn('ada', first.ADMIN_PASSWORD);
    const hashOf = () => database.one('SELECT password_hash, updated_at FROM admin');
    const hash = await hashOf();
    await stop(app);
    for (const instance of [await start(first), await start(first)]) {
      const again = openBrowser(instance.address);
      for (const [name, value] of browser.cookies) again.cookies.set(name, value);
      expect((await again.call('GET', '/api/auth/user')).status).toBe(200);
    }
    expect(await hashOf()).toEqual(hash);
  });

  test('ends all sessions when its password has changed', async () => {
    const app = await start(first);
    const browser = openBrowser(app.address);
    await browser.signIn('ada', first.ADMIN_PASSWORD);
    await stop(app);
    const changed = await start({ ...first, ADMIN_PASSWORD: 'another horse' });
    const again = openBrowser(changed.address);
    for (const [name, value] of browser.cookies) again.cookies.set(name, value);
    expect((await again.call('GET', '/api/auth/user')).status).toBe(401);
    expect((await again.signIn('ada', first.ADMIN_PASSWORD)).status).toBe(401);
    expect((await again.signIn('ada', 'another horse')).status).toBe(200);
  });

  test('wins over a stored one, and leaves no set-up link', async () => {
    await database.execute(
      `INSERT INTO admin (username, password_hash, source) VALUES ('eve', '$2b$12$An1tyXL4/UOqzDk6MQQtAO', 'setup')`,
    );
    const app = await start(first);
    expect(await app.setupLink()).toBeUndefined();
    expect((await openBrowser(app.address).signIn('ada', first.ADMIN_PASSWORD)).status).toBe(200);
    expect(await database.rows('SELECT username, source FROM admin')).toEqual([
      { username: 'ada', source: 'environment' },
    ]);
  });
});

describe('without an admin', () => {
  test('the link leads to a page that makes the admin, once, and signs in', async () => {
    const app = await start();
    const link = new URL((await app.setupLink()) ?? '');
    const path = link.pathname + link.search;
    const token = link.searchParams.get('token') ?? '';
    const browser = openBrowser(app.address);
    expect((await browser.open('/login')).text).toContain('set-up link');
    expect((await browser.open(`/setup?token=${token.slice(1)}`)).status).toBe(403);
    expect((await browser.open(path)).status).toBe(200);
    const short = await browser.submit('/setup', { token, username: 'ada', password: 'short' });
    expect([short.status, short.text.includes('at least 8 characters')]).toEqual([422, true]);
    const long = await browser.submit('/setup', { token, username: 'ada', password: 'é'.repeat(37) });
    expect([long.status, long.text.includes('72 bytes')]).toEqual([422, true]);
    const made = await browser.submit('/setup', { token, username: 'ada', password: 'correct horse' });
    expect([made.status, made.headers.get('location')]).toEqual([303, '/']);
    expect((await browser.open('/settings')).status).toBe(200);
    const late = openBrowser(app.address);
    await late.open('/login');
    expect((await late.submit('/setup', { token, username: 'eve', password: 'another horse' })).status).toBe(409);
    expect((await late.open(path)).headers.get('location')).toBe('/login');
    expect(await app.setupLink()).toBeUndefined();
  });

  test('there is one link, the same on every instance, and nobody can sign in', async () => {
    const [app, other] = [await start(), await start()];
    const link = new URL((await app.setupLink()) ?? '');
    expect(link.pathname).toBe('/setup');
    expect(link.searchParams.get('token')).toMatch(/^[\w-]{43}$/);
    expect(new URL((await other.setupLink()) ?? '').search).toBe(link.search);
    expect(await openBrowser(app.address).signIn('ada', 'correct horse')).toMatchObject({
      status: 409,
      json: { code: 'auth.not_set_up' },
    });
  });
});

describe('cookies over https only', () => {
  const environment = { ...first, SESSION_COOKIE_SECURE: 'true', TRUST_PROXY: '1' };
  const proxied = { 'x-forwarded-for': '198.51.100.1', 'x-forwarded-proto': 'https' };

  test('are marked Secure and named so that nobody else can set them', async () => {
    const app = await start(environment);
    const browser = openBrowser(app.address, proxied);
    const { status, setCookies } = await browser.signIn('ada', first.ADMIN_PASSWORD);
    expect({ status, count: setCookies.length }).toEqual({ status: 200, count: 2 });
    for (const each of setCookies)
      expect(each).toMatch(/^__Host-sb_\w+=.*; Path=\/; .*HttpOnly; Secure; SameSite=Lax$/);
    expect((await browser.call('GET', '/api/auth/user')).status).toBe(200);
  });

  test('over plain http signing in is refused with the setting that is wrong, and takes none of the tries', async () => {
    const app = await start({ ...environment, TRUST_PROXY: '0' });
    for (let index = 0; index < 6; index += 1) {
      const page = await openBrowser(app.address, proxied).signIn('ada', first.ADMIN_PASSWORD);
      expect(page).toMatchObject({ status: 400, json: { code: 'auth.cookie_needs_https' }, setCookies: [] });
      expect(page.json['detail']).toContain('TRUST_PROXY=1');
    }
    expect((await openBrowser(app.address, proxied).open('/login')).text).toContain('set TRUST_PROXY=1');
  });
});
