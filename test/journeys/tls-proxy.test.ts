import { afterEach, expect, test } from 'vitest';
import { admin } from '../doubles/person.ts';
import { type RunningApp, startApp } from '../doubles/running-app.ts';
import { startTlsProxy, type TlsProxy } from '../doubles/tls-proxy.ts';
import { isLive } from '../doubles/page-checks.ts';
import { useChromium } from '../doubles/watched-chromium.ts';

let app: RunningApp;
let proxy: TlsProxy;

afterEach(async () => {
  await proxy.stop();
  await app.stop();
});
// Its windows close before what they show: hooks run in reverse.
const browser = useChromium();

async function start(trustProxy: string): Promise<void> {
  proxy = await startTlsProxy(() => app.address);
  app = await startApp({
    admin: true,
    environment: {
      SESSION_COOKIE_SECURE: 'true',
      TRUST_PROXY: trustProxy,
      PUBLIC_URL: proxy.address,
    },
  });
}

test('behind a proxy that ends TLS a person signs in with the right TRUST_PROXY, and the page is live', async () => {
  await start('1');
  const { page } = await browser.open(proxy.address, { acceptsAnyCertificate: true });
  await page.goto('/');
  expect(await page.getByText('TRUST_PROXY').count()).toBe(0);
  await page.getByLabel('User name').fill(admin.username);
  await page.getByLabel('Password', { exact: true }).fill(admin.password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  await isLive(page);
});

test('with the wrong one the login page names the setting and its value', async () => {
  await start('0');
  const { page } = await browser.open(proxy.address, { acceptsAnyCertificate: true });
  await page.goto('/');
  await page.getByText('set TRUST_PROXY=1').waitFor();
  await page.getByLabel('User name').fill(admin.username);
  await page.getByLabel('Password', { exact: true }).fill(admin.password);
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('TRUST_PROXY').waitFor();
});
