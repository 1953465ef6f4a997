import { afterAll, beforeAll, expect, test } from 'vitest';
import { apiOf, type AccountJson } from '../doubles/api.ts';
import { newDataFolder, removeDataFolder } from '../doubles/data-folder.ts';
import { adminEnvironment, signIn } from '../doubles/person.ts';
import { type ServerProcess, startServerProcess } from '../doubles/server-process.ts';
import { databaseUrlOf, openTestDatabase, type TestDatabase } from '../doubles/test-database.ts';
import { isLive } from '../doubles/page-checks.ts';
import { useChromium } from '../doubles/watched-chromium.ts';

const browser = useChromium();
/** What the browser itself says of a server that is away. */
const tolerates = [/net::ERR_/, /WebSocket connection to .* failed/, /htmx:error: Failed to fetch/];

let folder: string;
let database: TestDatabase;
let server: ServerProcess;

function start(port: string): Promise<ServerProcess> {
  return startServerProcess({
    ...adminEnvironment,
    PORT: port,
    DATA_DIR: folder,
    DATABASE_URL: databaseUrlOf(database.connection),
    ENCRYPTION_KEY: 'the encryption key of this test, 32 and more',
    SESSION_SECRET: 'the session secret of this test, 32 and more',
  });
}

beforeAll(async () => {
  folder = await newDataFolder();
  database = await openTestDatabase({ empty: true });
  server = await start('0');
});
afterAll(async () => {
  await server.kill('SIGKILL');
  await database.close();
  await removeDataFolder(folder);
});

async function sandbox(): Promise<AccountJson> {
  const api = apiOf(server);
  const account = await api.createAccount('Shop', 'sandbox', { pacing: { preset: 'unpaced' } });
  await server.data('POST', `/api/accounts/${account.id}/sandbox/scan`);
  return account;
}

test('a server that is killed and started again takes nothing of a half-filled form; the page says so and recovers', async () => {
  const account = await sandbox();
  const { cookies } = await signIn(server.address);
  const { page } = await browser.open(server.address, { cookies, tolerates });
  await page.goto(`/accounts/${account.id}`);
  await isLive(page);
  const text = page.getByLabel('Text', { exact: true });
  await text.fill('Nothing of this');

  await server.kill('SIGKILL');
  await page.getByText('The server does not answer. This page connects again by itself').waitFor();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('alert').getByText('The server does not answer. What you typed is still here').waitFor();
  await text.press('End');
  await text.pressSequentially(' may be lost');

  // As after the 30 s for which the killed one could still be alive.
  await database.execute('UPDATE account_leases SET expires_at = now()');
  server = await start(new URL(server.address).port);
  await isLive(page);
  await page.getByText('The server does not answer. This page').waitFor({ state: 'hidden' });
  expect(await text.inputValue()).toBe('Nothing of this may be lost');
  await apiOf(server).becomes(account.id, 'ready');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await page.getByRole('region', { name: 'Messages' }).getByText('Nothing of this may be lost').waitFor();
});
