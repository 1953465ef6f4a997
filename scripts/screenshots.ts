// `npm run screenshots`: pictures of every page for docs/screenshots, light, dark and on a phone, from a server of its own.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page as Tab } from 'playwright-core';
import { type AccountJson, apiOf } from '../test/doubles/api.ts';
import { type Chromium, launchChromium, type WindowOptions } from '../test/doubles/chromium.ts';
import { definedPages, pathOf } from '../test/doubles/dashboard-pages.ts';
import { newDataFolder, removeDataFolder } from '../test/doubles/data-folder.ts';
import { isLive } from '../test/doubles/page-checks.ts';
import { adminEnvironment, signIn } from '../test/doubles/person.ts';
import { type ServerProcess, startServerProcess } from '../test/doubles/server-process.ts';
import { waitFor } from '../test/doubles/wait-for.ts';
import { startWebhookReceiver } from '../test/doubles/webhook-receiver.ts';

const folder = 'docs/screenshots';
const longestBytes = 60_000;
const looks = [
  { name: 'light', width: 1280, theme: 'light' },
  { name: 'dark', width: 1280, theme: 'dark' },
  { name: 'phone', width: 390, theme: 'light' },
] as const satisfies readonly (WindowOptions & { name: string })[];
const customer = '+999 555 0101';

/** A shop that has been talking for a while. */
async function fill(server: ServerProcess) {
  const api = apiOf(server);
  const shop = await talking(server, 'Flower shop', [
    ['Your roses are on their way.', 'Wonderful, thank you!'],
    ['They arrive between 14:00 and 15:00.', 'I am at home.'],
  ]);
  await talking(server, 'Bicycle repairs', [['Your bicycle is ready.', 'I will be there at five.']]);
  const paused = await api.createAccount('Winter season', 'sandbox');
  await server.data('POST', `/api/accounts/${paused.id}/pause`);
  const waiting = await api.createAccount('Second counter', 'sandbox');
  await api.becomes(waiting.id, 'qr_ready');
  const key = (await server.data('POST', '/api/keys', { body: { name: 'Order system' } })) as { id: string };
  const { webhook, delivery } = await told(server, shop);
  return { ids: { account: shop.id, key: key.id, session: '', webhook, delivery }, waiting: waiting.id };
}

/** A webhook that has got what was said to the shop. */
async function told(server: ServerProcess, account: AccountJson) {
  const receiver = await startWebhookReceiver();
  const { url } = receiver.endpoint('/whatsapp');
  const webhook = (await server.data('POST', `/api/accounts/${account.id}/webhooks`, { body: { url } })) as {
    id: string;
  };
  for (const text of ['Do you have tulips?', 'Twenty, please.']) {
    await server.data('POST', `/api/accounts/${account.id}/sandbox/messages`, { body: { from: customer, text } });
  }
  await receiver.waitFor(2);
  const deliveries = `/api/webhooks/${webhook.id}/deliveries`;
  let found: { id: string }[] = [];
  await waitFor(
    async () => (found = (await server.data('GET', `${deliveries}?status=delivered`)) as { id: string }[]).length > 1,
  );
  await receiver.stop();
  return { webhook: webhook.id, delivery: found[0]?.id ?? '' };
}

async function talking(server: ServerProcess, name: string, turns: readonly (readonly [string, string])[]) {
  const api = apiOf(server);
  const account: AccountJson = await api.createAccount(name, 'sandbox', { pacing: { preset: 'unpaced' } });
  await server.data('POST', `/api/accounts/${account.id}/sandbox/scan`);
  for (const [text, answer] of turns) {
    await api.send(account, customer, text, '?wait=true');
    await server.data('POST', `/api/accounts/${account.id}/sandbox/messages`, {
      body: { from: customer, text: answer },
    });
  }
  return account;
}

/** A small picture: as JPEG, as good as fits. */
async function keep(tab: Tab, name: string): Promise<void> {
  const path = join(folder, `${name}.jpg`);
  for (const quality of [80, 65, 50, 35, 20]) {
    await tab.screenshot({ path, type: 'jpeg', quality });
    if (statSync(path).size <= longestBytes) return;
  }
  throw new Error(`${path} is larger than ${longestBytes} bytes in every quality`);
}

/** `/accounts/:id/link` is `account-link`. */
function nameOf(path: string): string {
  const ofOne = path.replaceAll(/ies\/:\w+/g, 'y').replaceAll(/s\/:\w+/g, '');
  return ofOne.replaceAll('/', '-').slice(1) || 'overview';
}

async function shoot(browser: Chromium, server: ServerProcess): Promise<void> {
  const { ids, waiting } = await fill(server);
  const { cookies } = await signIn(server.address);
  const shown = definedPages.filter(({ method, path }) => method === 'GET' && !path.startsWith('/ui/'));
  for (const { name: look, ...options } of looks) {
    const visitor = await browser.open(server.address, options);
    const person = await browser.open(server.address, { ...options, cookies });
    for (const page of shown) {
      // There is an admin already.
      if (page.path === '/setup') continue;
      const { page: tab } = page.access === 'visitor' ? visitor : person;
      await tab.goto(pathOf(page, page.path === '/accounts/:id/link' ? { ...ids, account: waiting } : ids));
      if (page.access === 'person') await isLive(tab);
      await keep(tab, `${nameOf(page.path)}-${look}`);
    }
    await visitor.close();
    await person.close();
  }
}

process.chdir(join(import.meta.dirname, '..'));
execFileSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' });
const data = await newDataFolder();
const server = await startServerProcess({
  ...adminEnvironment,
  OUTBOUND_ALLOW_HOSTS: '127.0.0.1',
  DATA_DIR: join(data, 'data'),
});
const browser = await launchChromium();
try {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await shoot(browser, server);
} finally {
  await browser.close();
  await server.stop();
  await removeDataFolder(data);
}
