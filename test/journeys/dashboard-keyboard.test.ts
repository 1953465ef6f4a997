import type { Page as Tab } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DashboardServer, startDashboard, talkingSandbox } from '../doubles/dashboard-server.ts';
import { definedPages, pathOf } from '../doubles/dashboard-pages.ts';
import { isLive } from '../doubles/page-checks.ts';
import { admin } from '../doubles/person.ts';
import { seedSettings, seedWebhooks } from '../doubles/seed-rows.ts';
import { waitFor } from '../doubles/wait-for.ts';
import { useChromium } from '../doubles/watched-chromium.ts';

/** What a page says of where the Tab key has come to. */
interface FocusStop {
  faults: string[];
  /** What it never reached so far. */
  left: string[];
}

const mostStops = 250;
const browser = useChromium();
let server: DashboardServer;

beforeAll(async () => {
  server = await startDashboard();
});
afterAll(() => server.stop());

/** What has the focus, in words. */
function focused(tab: Tab): Promise<string> {
  return tab.evaluate(
    `(document.activeElement.labels?.[0] ?? document.activeElement).textContent.replaceAll(/\\s+/g, ' ').trim()`,
  );
}

/** Presses Tab until something of this name has the focus. */
async function tabTo(tab: Tab, name: string | RegExp): Promise<void> {
  for (let stop = 0; stop < mostStops; stop += 1) {
    await tab.keyboard.press('Tab');
    const words = await focused(tab);
    if (typeof name === 'string' ? words.startsWith(name) : name.test(words)) return;
  }
  throw new Error(`The Tab key never reached ${String(name)} on ${tab.url()}`);
}

async function follow(tab: Tab, name: string): Promise<void> {
  await tabTo(tab, name);
  await tab.keyboard.press('Enter');
}

function heading(tab: Tab, name: string): Promise<void> {
  return tab.getByRole('heading', { level: 1, name }).first().waitFor();
}

test.each([1440, 390])(
  'at %i px a person without a mouse signs in, adds an account, links it and writes',
  async (width) => {
    const { page, acts } = await browser.open(server.address, { width });
    await page.goto('/');
    await page.keyboard.type(admin.username);
    await page.keyboard.press('Tab');
    await page.keyboard.type(admin.password);
    await page.keyboard.press('Enter');
    await heading(page, 'Overview');

    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Skip to the content');
    await follow(page, 'Accounts');
    await heading(page, 'Accounts');
    await follow(page, 'Add account');
    await heading(page, 'Add account');
    await tabTo(page, /^(Sandbox phone|Scan a QR code)/);
    while (!(await focused(page)).startsWith('Sandbox phone')) await page.keyboard.press('ArrowUp');
    await tabTo(page, 'Name');
    await page.keyboard.press('Control+A');
    await page.keyboard.type(`Keys at ${width}`);
    await page.keyboard.press('Enter');
    await heading(page, `Link Keys at ${width}`);
    await follow(page, 'Scan with the sandbox phone');
    await page.getByRole('heading', { name: 'Linked and connected' }).waitFor();
    await follow(page, 'Send a test message');
    await heading(page, `Keys at ${width}`);
    await follow(page, 'Send');
    await page.getByRole('region', { name: 'Sandbox phone' }).getByText('Hello from my server').waitFor();
    await tabTo(page, 'Message of the customer');
    await page.keyboard.type('Hello, keys');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Messages' }).getByText('Hello, keys').waitFor();
    expect(acts.clicks).toEqual([]);
  },
);

test('a menu and a dialog open, keep the focus while they are open, close by Escape and give it back', async () => {
  const account = await talkingSandbox(server, 'Menus');
  const { page } = await browser.open(server.address, { cookies: server.person.cookies });
  await page.goto(`/accounts/${account.id}`);
  await isLive(page);

  await follow(page, 'More for Menus');
  await page.keyboard.press('Escape');
  expect(await focused(page)).toBe('More for Menus');
  expect(await page.getByRole('link', { name: 'Rename…' }).isVisible()).toBe(false);

  await page.keyboard.press('Enter');
  await follow(page, 'Rename…');
  await page.locator('dialog[open]').waitFor();
  for (let stop = 0; stop < 8; stop += 1) {
    expect(
      await page.evaluate('document.activeElement === document.body || !!document.activeElement.closest("dialog")'),
    ).toBe(true);
    await page.keyboard.press('Tab');
  }
  await page.keyboard.press('Escape');
  await page.locator('dialog[open]').waitFor({ state: 'detached' });
  // A dialog is closed first and says so in a task of its own.
  await waitFor(async () => (await focused(page)) === 'More for Menus');

  await page.keyboard.press('Enter');
  await follow(page, 'Rename…');
  await page.locator('dialog[open]').waitFor();
  await tabTo(page, 'Name');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('Renamed');
  await page.keyboard.press('Enter');
  await heading(page, 'Renamed');
});

test('the keys of the shortcuts lead to the pages, and help says which they are', async () => {
  const { page } = await browser.open(server.address, { cookies: server.person.cookies });
  await page.goto('/');
  await isLive(page);
  await page.keyboard.press('g');
  await page.keyboard.press('a');
  await heading(page, 'Accounts');
  await isLive(page);
  await page.keyboard.press('/');
  expect(await page.evaluate('document.activeElement.type')).toBe('search');
  await page.keyboard.press('Shift+Tab');
  await page.keyboard.press('?');
  await page.locator('dialog[open]').getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('n');
  await heading(page, 'Add account');
});

test('on every page Tab reaches everything that can be used, and the focus can be seen', async () => {
  const account = await talkingSandbox(server, 'Everywhere');
  const ids = {
    account: account.id,
    ...(await seedSettings(server.database, 1)),
    ...(await seedWebhooks(server, account.id, 1)),
  };
  const { page } = await browser.open(server.address, { cookies: server.person.cookies });
  const faults: string[] = [];
  for (const each of definedPages) {
    if (each.method !== 'GET' || each.access !== 'person' || each.path.startsWith('/ui/')) continue;
    await page.goto(pathOf(each, ids));
    await isLive(page);
    const found = new Set<string>();
    let left = await page.evaluate<string[]>('unreached()');
    for (let stop = 0; stop < mostStops && left.length > 0; stop += 1) {
      await page.keyboard.press('Tab');
      const stopped = await page.evaluate<FocusStop>('focusStop()');
      for (const fault of stopped.faults) found.add(fault);
      left = stopped.left;
    }
    faults.push(...[...found, ...left].map((fault) => `${each.path}: ${fault}`));
  }
  expect(faults).toEqual([]);
});
