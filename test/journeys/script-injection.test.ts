import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DashboardServer, startDashboard, talkingSandbox } from '../doubles/dashboard-server.ts';
import { definedPages, pathOf } from '../doubles/dashboard-pages.ts';
import { seedAccounts, seedMessages, seedSettings, seedWebhooks } from '../doubles/seed-rows.ts';
import { isLive } from '../doubles/page-checks.ts';
import { useChromium } from '../doubles/watched-chromium.ts';

const steal = 'window.stolen=1;alert(1)';
const payloads = [
  `<script>${steal}</script>`,
  `</title><script>${steal}</script>`,
  `</textarea><script>${steal}</script>`,
  `"><script>${steal}</script>`,
  `'><img src=x onerror="${steal}">`,
  `<img src=x onerror=${steal}>`,
  `<svg onload=${steal}>`,
  `<svg><script>${steal}</script></svg>`,
  `<details open ontoggle=${steal}>`,
  `<input autofocus onfocus=${steal}>`,
  `<a href="javascript:${steal}">here</a>`,
  `javascript:${steal}`,
  `<iframe srcdoc="<script>${steal}</script>"></iframe>`,
  `<form action="javascript:${steal}"><button>`,
  `" autofocus onfocus="${steal}" x="`,
  `' onmouseover='${steal}`,
  `<div hx-get="/logout" hx-trigger="load" hx-on::load="${steal}">`,
  `<meta http-equiv="refresh" content="0;url=javascript:${steal}">`,
  `<style>@import "https://elsewhere.example/x.css";</style>`,
  `{{constructor.constructor('${steal}')()}}\u2028<!--<script>`,
];

const browser = useChromium();
let server: DashboardServer;

beforeAll(async () => {
  server = await startDashboard();
});
afterAll(() => server.stop());

/** Every text of the database that somebody outside could have chosen becomes each of the payloads in turn. */
async function poison(): Promise<void> {
  const columns = {
    whatsapp_accounts: ['name', 'status_message'],
    messages: ['text', 'from_name', 'error_message'],
    audit_log: ['actor_name', 'account_name', 'address'],
    api_keys: ['name'],
    notifications: ['sentence'],
    webhook_delivery_queue: ['event', 'body', 'last_error'],
    webhook_attempts: ['error', 'answer'],
  };
  for (const [table, names] of Object.entries(columns)) {
    for (const name of names) {
      await server.database.execute(
        `UPDATE ${table} SET ${name} = ($1::text[])[1 + (abs(hashtext(ctid::text || $2)) % $3::int)] WHERE ${name} IS NOT NULL`,
        [payloads, name, payloads.length],
      );
    }
  }
}

test('names and texts that are programs are shown as they are, and none of them runs', async () => {
  const account = await talkingSandbox(server, 'Shop');
  await seedAccounts(server.database, 2 * payloads.length);
  await seedMessages(server.database, account.id, 2 * payloads.length);
  const ids = {
    account: account.id,
    ...(await seedSettings(server.database, 2 * payloads.length)),
    ...(await seedWebhooks(server, account.id, 2)),
  };
  await poison();

  const { page } = await browser.open(server.address, { cookies: server.person.cookies });
  const shown = definedPages.filter(
    ({ method, path, access }) => method === 'GET' && access === 'person' && !path.startsWith('/ui/'),
  );
  for (const each of shown) {
    await page.goto(pathOf(each, ids));
    await isLive(page);
    expect(`${each.path}: ${await page.evaluate<string>('String(window.stolen)')}`).toBe(`${each.path}: undefined`);
    expect(await page.locator('main script, main iframe, main [onerror], main [onload], main meta').count()).toBe(0);
  }
  await page.goto('/accounts');
  await page
    .getByText(payloads[0] ?? '')
    .first()
    .waitFor();
});
