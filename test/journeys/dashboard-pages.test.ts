import { gzipSync } from 'node:zlib';
import type { Page as Tab } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from '../../src/platform/page.ts';
import { type DashboardServer, startDashboard, talkingSandbox } from '../doubles/dashboard-server.ts';
import { definedPages, pathOf } from '../doubles/dashboard-pages.ts';
import { everyLook, expectSound, fewLooks } from '../doubles/looks.ts';
import { cookieHeader } from '../doubles/person.ts';
import { seedAccounts, type SeededIds, seedMessages, seedSettings, seedWebhooks } from '../doubles/seed-rows.ts';
import { isLive } from '../doubles/page-checks.ts';
import { useChromium } from '../doubles/watched-chromium.ts';

const budgets = { html: 60_000, script: 60_000, style: 15_000 };
const many = 500;

const browser = useChromium();
const isShown = ({ method, path, access }: Page): boolean =>
  method === 'GET' && access === 'person' && !path.startsWith('/ui/');
const shown = definedPages.filter(isShown);
/** These have no rows, so that how many there are makes no difference. */
const withoutRows = ['/accounts/new', '/webhooks/new', '/settings/sign-out-everywhere', '/shortcuts'];
const lists = shown.filter(({ path }) => !path.includes(':') && !withoutRows.includes(path));

let server: DashboardServer;
/** Somebody who has signed in looks at one page after the other. */
let tab: Tab;
let ids: SeededIds;

beforeAll(async () => {
  server = await startDashboard();
  tab = (await browser.keep(server.address, { cookies: server.person.cookies })).page;
});
afterAll(() => server.stop());

function gzipped(text: string): number {
  return gzipSync(text).length;
}

/** Opens it and waits until its script has come to rest. */
async function visit(path: string): Promise<void> {
  const answer = await tab.goto(path);
  expect(`${path}: ${answer?.status()}`).toBe(`${path}: 200`);
  expect(gzipped((await answer?.text()) ?? '')).toBeLessThan(budgets.html);
  await isLive(tab);
}

/** Id and address of what a page keeps up to date. */
function liveParts(html: string): Promise<readonly (readonly (string | null)[])[]> {
  return tab.evaluate(`
    [...new DOMParser().parseFromString(${JSON.stringify(html)}, 'text/html').querySelectorAll('[data-live]')]
      .map((part) => [part.getAttribute('id'), part.getAttribute('hx-get')])`);
}

/** Every dialog that the page leads to and that no page before led to. */
async function expectSoundDialogs(seen: Set<string>): Promise<void> {
  const links = await tab.locator('a[data-dialog]').all();
  for (const link of links) {
    const address = (await link.getAttribute('href')) ?? '';
    const kind = address.replace(/\?.*/, '').replaceAll(/(acc|key|wh)_\w+|[0-9a-f]{64}/g, ':id');
    if (seen.has(kind)) continue;
    seen.add(kind);
    // Also where it stands in a menu that is closed.
    await link.dispatchEvent('click');
    await tab.locator('dialog[open] h1').waitFor();
    await expectSound(tab, everyLook, 'dialog[open]');
    await tab.keyboard.press('Escape');
    await tab.locator('dialog[open]').waitFor({ state: 'detached' });
  }
}

test('the files that pages load are within their budgets', async () => {
  const html = await (await fetch(`${server.address}/login`)).text();
  const size = async (pattern: RegExp): Promise<number> => {
    const [, path = ''] = pattern.exec(html) ?? [];
    return gzipped(await (await fetch(`${server.address}${path}`)).text());
  };
  expect(await size(/<script type="module" src="([^"]+)"/)).toBeLessThan(budgets.script);
  expect(await size(/<link rel="stylesheet" href="([^"]+)"/)).toBeLessThan(budgets.style);
});

describe('for visitors', () => {
  test('the login page is sound, before and after a wrong password', async () => {
    const { page } = await browser.open(server.address);
    await page.goto('/login');
    await expectSound(page);
    await page.getByLabel('User name').fill('ada');
    await page.getByLabel('Password', { exact: true }).fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await expectSound(page);
  });

  test('every other page leads to the login', async () => {
    const { page } = await browser.open(server.address);
    await page.goto('/accounts?state=paused');
    expect(new URL(page.url()).pathname).toBe('/login');
  });
});

describe('with nothing in the lists', () => {
  test.each(lists.map(({ path }) => path))('%s is sound', async (path) => {
    await visit(path);
    await expectSound(tab, fewLooks);
  });
});

describe('with one row in each list', () => {
  const seenDialogs = new Set<string>();

  beforeAll(async () => {
    const account = await talkingSandbox(server, 'Shop');
    const webhooks = await seedWebhooks(server, account.id, 1);
    ids = { account: account.id, ...(await seedSettings(server.database, 1)), ...webhooks };
  });

  test.each(shown.map((page) => [page.path, page] as const))('%s and its dialogs are sound', async (_path, page) => {
    await visit(pathOf(page, ids));
    await expectSound(tab);
    await expectSoundDialogs(seenDialogs);
  });

  test('an account is sound while it waits to be scanned, after the phone logged it out, and with 500 messages', async () => {
    const waiting = await server.api.createAccount('Waiting', 'whatsapp');
    await server.api.becomes(waiting.id, 'qr_ready');
    const left = await talkingSandbox(server, 'Left');
    await server.data('POST', `/api/accounts/${left.id}/logout`);
    const ofAccount = shown.filter(({ path }) => /^\/accounts\/:id(\/link|\/webhooks)?$/.test(path));
    for (const page of ofAccount) {
      for (const account of [waiting.id, left.id]) {
        await visit(pathOf(page, { ...ids, account }));
        await expectSound(tab, fewLooks);
      }
    }
    await seedMessages(server.database, left.id, many);
    await visit(`/accounts/${left.id}`);
    await expectSound(tab, fewLooks);
  });

  test('every live part answers with the element that it replaces', async () => {
    const live = new Map<string, string>();
    for (const page of shown) {
      const html = await (await tab.request.get(pathOf(page, ids))).text();
      for (const [id, address] of await liveParts(html)) live.set(address ?? 'no address', id ?? 'no id');
    }
    expect(live.size).toBeGreaterThan(4);
    for (const [address, id] of live) {
      const html = await (await tab.request.get(address)).text();
      expect(`${address} ${/^<\w+[^>]*? id="([^"]*)"/.exec(html)?.[1]}`).toBe(`${address} ${id}`);
    }
  });

  test.each(
    definedPages
      .filter(({ method, path }) => method === 'GET' && path.startsWith('/ui/'))
      .map((page) => [page.path, page] as const),
  )('%s answers', async (_path, page) => {
    const headers = { cookie: cookieHeader(server.person) };
    expect((await fetch(`${server.address}${pathOf(page, ids)}`, { headers })).ok).toBe(true);
  });
});

describe(`with ${many} rows in each list`, () => {
  beforeAll(async () => {
    await server.database.execute(`DELETE FROM api_keys WHERE id LIKE 'key_seed%'`);
    await server.database.execute(`DELETE FROM session WHERE sid LIKE 'seed%'`);
    await seedAccounts(server.database, many);
    await seedSettings(server.database, many);
    await server.database.execute('DELETE FROM webhooks');
    await seedWebhooks(server, 'acc_seed1', many);
  });

  test.each(lists.map(({ path }) => path))('%s is sound', async (path) => {
    await visit(path);
    await expectSound(tab, fewLooks);
  });
});
