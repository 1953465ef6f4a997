import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page } from '../../src/platform/page.ts';
import type { Browser } from '../doubles/browser.ts';
import { definedPages, pathOf } from '../doubles/dashboard-pages.ts';
import { cookieHeader, signIn } from '../doubles/person.ts';
import { type RunningApp, startApp } from '../doubles/running-app.ts';
import { seedAccounts, seedWebhooks, webhookIds } from '../doubles/seed-rows.ts';
import { describedRoutes, type OpenApiDocument } from './described-routes.ts';

let app: RunningApp;
let forms: readonly Page[];
/** Of two browsers of the admin. */
let own: Browser;
let other: Browser;
const ids = { account: 'acc_seed1', key: 'key_1', session: 'a'.repeat(64), ...webhookIds };

beforeAll(async () => {
  app = await startApp({ admin: true });
  forms = definedPages.filter(({ method }) => method === 'POST');
  own = await signIn(app.address);
  other = await signIn(app.address);
  // One that stands still by itself.
  await seedAccounts(app.database, 1);
  await seedWebhooks(app, ids.account, 1);
});
afterAll(() => app.stop());

interface Sent {
  token?: string | undefined;
  origin?: string;
}

/** Fields that many forms have; each takes what it knows. */
const fields = { name: 'Stolen', text: 'stolen', to: '9990000000101', theme: 'dark', password: 'x' };

async function post(page: Page, { token, origin }: Sent, typed: Record<string, string> = fields): Promise<number> {
  const response = await fetch(`${app.address}${pathOf(page, ids)}`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: cookieHeader(own), accept: 'text/html', ...(origin === undefined ? {} : { origin }) },
    body: new URLSearchParams({ ...typed, ...(token === undefined ? {} : { _csrf: token }) }),
  });
  await response.arrayBuffer();
  return response.status;
}

/** Everything that a form could change, but for what a session notes of its use and a server of what it owns. */
async function stored(): Promise<unknown> {
  const tables = await app.database.rows<{ name: string }>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('session', 'account_leases')
     ORDER BY 1`,
  );
  const contents = [];
  for (const { name } of tables) {
    const rows = await app.database.rows(`SELECT to_jsonb(t) AS row FROM ${name} t ORDER BY 1`);
    contents.push({ name, rows });
  }
  return [contents, await app.database.rows('SELECT sid FROM session ORDER BY sid')];
}

async function accepted(sent: Sent): Promise<string[]> {
  const wrong: string[] = [];
  for (const page of forms) {
    const status = await post(page, sent);
    if (status !== 403) wrong.push(`${page.path} answers ${status}`);
  }
  return wrong;
}

test('every form without its token, with that of another session or from another site is refused and changes nothing', async () => {
  expect(forms.length).toBeGreaterThan(10);
  const before = await stored();
  expect(await accepted({})).toEqual([]);
  expect(await accepted({ token: '' })).toEqual([]);
  expect(await accepted({ token: other.csrfToken })).toEqual([]);
  expect(await accepted({ token: own.csrfToken, origin: 'https://elsewhere.example' })).toEqual([]);
  expect(await stored()).toEqual(before);
});

test('the same form with its own token is taken', async () => {
  const theme = forms.find(({ path }) => path === '/theme');
  expect(theme && (await post(theme, { token: own.csrfToken, origin: app.address }, { theme: 'dark' }))).toBe(303);
});

test('every call of the API by a session needs its token', async () => {
  const document = (await (await fetch(`${app.address}/api/openapi.json`)).json()) as OpenApiDocument;
  const changing = describedRoutes(document).filter(({ method, access }) => method !== 'GET' && access !== 'anonymous');
  expect(changing.length).toBeGreaterThan(10);
  const before = await stored();
  const wrong: string[] = [];
  for (const { method, path, label } of changing) {
    const filled = path.replaceAll(/\{(\w+)\}/g, ids.account);
    for (const token of [undefined, other.csrfToken]) {
      const response = await fetch(`${app.address}${filled}`, {
        method,
        headers: {
          cookie: cookieHeader(own),
          'Content-Type': 'application/json',
          ...(token && { 'X-CSRF-Token': token }),
        },
        body: JSON.stringify({ ...fields }),
      });
      await response.arrayBuffer();
      if (response.status !== 403) wrong.push(`${label} answers ${response.status}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(await stored()).toEqual(before);
});
