import type { Page as Tab } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DashboardServer, startDashboard, talkingSandbox } from '../doubles/dashboard-server.ts';
import type { AccountJson } from '../doubles/api.ts';
import { codeIn, scannedCode, isLive } from '../doubles/page-checks.ts';
import { adminKey } from '../doubles/calls.ts';
import { waitFor } from '../doubles/wait-for.ts';
import { useChromium } from '../doubles/watched-chromium.ts';

const browser = useChromium();
let server: DashboardServer;

beforeAll(async () => {
  server = await startDashboard();
});
afterAll(() => server.stop());

/** Sharp enough for a camera. */
async function open(path: string, theme: 'light' | 'dark' = 'light'): Promise<Tab> {
  const { page } = await browser.open(server.address, { cookies: server.person.cookies, theme, zoom: 2 });
  await page.goto(path);
  await isLive(page);
  return page;
}

async function linked(index: number): Promise<AccountJson & { number: string }> {
  const number = String(9_990_000_000_000 + index);
  const account = await server.api.createAccount(`Branch ${index}`, 'whatsapp', { pacing: { preset: 'unpaced' } });
  await server.simulator.control.phone(number).scan(await server.api.qr(account.id));
  return { ...(await server.api.becomes(account.id, 'ready')), apiKey: account.apiKey, number };
}

async function picture(accountId: string): Promise<Buffer> {
  const headers = { 'X-API-Key': adminKey, accept: 'image/png' };
  const answer = await fetch(`${server.address}/api/accounts/${accountId}/qr`, { headers });
  return Buffer.from(await answer.arrayBuffer());
}

test.each(['light', 'dark'] as const)(
  'the code on the %s page and the picture are the one of the API',
  async (theme) => {
    const account = await server.api.createAccount('To scan', 'whatsapp');
    const tab = await open(`/accounts/${account.id}/link`, theme);
    const shown = tab.getByRole('img', { name: /^QR code/ });
    // Codes change while one looks.
    await waitFor(async () => {
      const code = await server.api.qr(account.id);
      return (await scannedCode(shown)) === code && codeIn(await picture(account.id)) === code;
    });
  },
);

test('a change of status reaches the list and the account without loading them again', async () => {
  const account = await linked(1);
  const list = await open('/accounts');
  const own = await open(`/accounts/${account.id}`);
  for (const tab of [list, own]) await tab.evaluate('window.loadedOnce = true');
  await server.simulator.control.phone(account.number).logOut();
  await list.getByRole('row', { name: account.name }).getByText('Logged out', { exact: true }).waitFor();
  await own.locator('#account-header').getByText('Logged out', { exact: true }).waitFor();
  for (const tab of [list, own]) expect(await tab.evaluate('window.loadedOnce')).toBe(true);
});

test('a page of an older version says that the server has been updated', async () => {
  const { page } = await browser.open(server.address, { cookies: server.person.cookies });
  await page.goto('/accounts');
  await isLive(page);
  expect(await page.getByText('The server has been updated').isVisible()).toBe(false);
  await page.addInitScript(`
    document.addEventListener('DOMContentLoaded', () => {
      document.body.dataset.version = '0.0.1';
    });
  `);
  await page.goto('/settings');
  await page.getByText('The server has been updated').waitFor();
});

test('a text field that was made larger sends without breaking the policy', async () => {
  const account = await talkingSandbox(server, 'Roomy');
  const { page } = await browser.open(server.address, { cookies: server.person.cookies });
  await page.goto(`/accounts/${account.id}`);
  await isLive(page);
  const text = page.getByLabel('Text', { exact: true });
  await text.fill('A long text');
  // As a browser does when its corner is dragged.
  await text.evaluate((field: HTMLElement) => field.style.setProperty('height', '200px'));
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.locator('#account-messages').getByText('A long text').waitFor();
});

/** As many as are sent while somebody types; a slow machine may store them for longer. */
const messagesEach = 15;

test('while 20 accounts are sent 200 messages a second what is typed arrives and the focus stays', async () => {
  const accounts = await Promise.all(Array.from({ length: 20 }, (_, index) => linked(10 + index)));
  const [first] = accounts;
  if (!first) throw new Error('No account is linked');
  const form = await open(`/accounts/${first.id}`);
  const list = await open('/accounts');
  await list.locator('summary').filter({ hasText: first.name }).focus();
  await form.getByLabel('Text', { exact: true }).focus();

  const flood = Promise.all(
    accounts.map(({ number }, index) =>
      server.simulator.control.flood({
        from: String(9_990_001_000_000 + index),
        to: number,
        count: messagesEach,
        perSecond: 10,
      }),
    ),
  );
  const text = 'The quick brown fox jumps over the lazy dog and over every other animal.';
  await form.keyboard.type(text, { delay: 40 });
  await form
    .getByText(`flood ${messagesEach - 1}`)
    .first()
    .waitFor({ timeout: 120_000 });
  expect(await form.getByLabel('Text', { exact: true }).inputValue()).toBe(text);
  expect(await form.evaluate('document.activeElement.id')).toBe('send-text');
  expect(await list.evaluate('document.activeElement.textContent')).toContain(first.name);
  await flood;
}, 180_000);
