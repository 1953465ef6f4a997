import type { Page as Tab } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DashboardServer, startDashboard, talkingSandbox } from '../doubles/dashboard-server.ts';
import { admin, signIn } from '../doubles/person.ts';
import { isLive } from '../doubles/page-checks.ts';
import { useChromium } from '../doubles/watched-chromium.ts';

/** A page whose session has ended is told so by refusals. */
const tolerates = [/status of 401/, /WebSocket connection to .* failed/];
const browser = useChromium();
let server: DashboardServer;

beforeAll(async () => {
  server = await startDashboard();
});
afterAll(() => server.stop());

async function signInOn(tab: Tab): Promise<void> {
  await tab.getByLabel('User name').fill(admin.username);
  await tab.getByLabel('Password', { exact: true }).fill(admin.password);
  await tab.keyboard.press('Enter');
}

test('a page left alone goes to the login when its session ends; what was typed is there after signing in', async () => {
  const account = await talkingSandbox(server, 'Shop');
  const { cookies } = await signIn(server.address);
  const { page } = await browser.open(server.address, { cookies, tolerates });
  await page.goto(`/accounts/${account.id}`);
  await page.getByLabel('Text', { exact: true }).pressSequentially('Half a message');
  await server.database.execute(
    `UPDATE session SET expire = now() WHERE sid = (SELECT sid FROM session ORDER BY sess #>> '{person,createdAt}' DESC LIMIT 1)`,
  );
  await page.waitForURL(/\/login\?/);
  await page.getByText(/session has ended/i).waitFor();
  await signInOn(page);
  await page.waitForURL(`**/accounts/${account.id}`);
  await expect.poll(() => page.getByLabel('Text', { exact: true }).inputValue()).toBe('Half a message');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await server.api.lists(account, 'Half a message');
});

test('signing out in one tab shows the login in the other', async () => {
  const { cookies } = await signIn(server.address);
  const window = await browser.open(server.address, { cookies, tolerates });
  const other = await window.newTab();
  await window.page.goto('/');
  await other.goto('/accounts');
  await isLive(other);
  await window.page.locator('summary').filter({ hasText: admin.username }).click();
  await window.page.getByRole('button', { name: 'Sign out', exact: true }).click();
  await window.page.waitForURL(/\/login/);
  await other.waitForURL(/\/login/);
});
