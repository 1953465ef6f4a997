import type { Page as Tab } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import { expectSound, fewLooks } from '../doubles/looks.ts';
import { type RunningApp, startApp } from '../doubles/running-app.ts';
import { useChromium } from '../doubles/watched-chromium.ts';

const mostClicks = 12;
const mostFields = 3;
let app: RunningApp;

afterEach(() => app.stop());
// Its windows close before what they show: hooks run in reverse.
const browser = useChromium();

/** As a person does: into the field, then the keys. */
async function type(tab: Tab, label: string | RegExp, text: string): Promise<void> {
  await tab.getByLabel(label, { exact: typeof label === 'string' }).click();
  await tab.keyboard.type(text);
}

test.each([1440, 390])(
  'at %i px a person comes from the set-up link to an answer in at most 12 clicks and 3 typed fields',
  async (width) => {
    app = await startApp();
    const { page, acts } = await browser.open(app.address, { width });
    await page.goto((await app.setupLink()) ?? 'there is no set-up link');
    const click = (role: 'button' | 'link', name: string): Promise<void> =>
      page.getByRole(role, { name, exact: role === 'button' }).click();

    await type(page, 'User name', 'grace');
    await type(page, 'Password', 'a password that is long');
    await page.keyboard.press('Enter');
    await click('link', 'Sandbox phone');
    await click('button', 'Create account');
    await click('button', 'Scan with the sandbox phone');
    await click('link', 'Send a test message');
    await click('button', 'Send');
    const phone = page.getByRole('region', { name: 'Sandbox phone' });
    await phone.getByText('Hello from my server').waitFor();
    await type(page, 'Message of the customer', 'Hello, server');
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Messages' }).getByText('Hello, server').waitFor();

    expect(acts.clicks.length, acts.clicks.join('\n')).toBeLessThanOrEqual(mostClicks);
    expect(acts.fields.length, acts.fields.join('\n')).toBeLessThanOrEqual(mostFields);
  },
);

test('the set-up page is sound, and so it is after a password that is too short', async () => {
  app = await startApp();
  const { page } = await browser.open(app.address);
  await page.goto((await app.setupLink()) ?? 'there is no set-up link');
  await expectSound(page);
  await type(page, 'User name', 'grace');
  await type(page, 'Password', 'short');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').first().waitFor();
  await expectSound(page, fewLooks);
});
