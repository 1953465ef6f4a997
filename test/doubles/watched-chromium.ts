import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { type BrowserWindow, type Chromium, launchChromium } from './chromium.ts';

/**
 * One Chromium for a file of tests. Every window is closed at the end of its test, which fails when a page broke the
 * policy, wrote an error to the console, threw, opened a dialog or asked another server.
 */
export function useChromium(): Pick<Chromium, 'open'> {
  let browser: Chromium | undefined;
  const windows: BrowserWindow[] = [];

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterEach(async () => {
    const opened = windows.splice(0);
    const faults = opened.flatMap((window) => window.faults);
    for (const window of opened) await window.close();
    expect(faults).toEqual([]);
  });
  afterAll(() => browser?.close());

  return {
    async open(address, options) {
      if (!browser) throw new Error('The browser starts before the tests of the file');
      const window = await browser.open(address, options);
      windows.push(window);
      return window;
    },
  };
}
