import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { type BrowserWindow, type Chromium, launchChromium, type WindowOptions } from './chromium.ts';

export interface WatchedChromium {
  /** A window that is closed at the end of its test. */
  open(address: string, options?: WindowOptions): Promise<BrowserWindow>;
  /** A window that the tests of the file share, which open its pages sooner than those of a new one. */
  keep(address: string, options?: WindowOptions): Promise<BrowserWindow>;
}

/** All files of a process share it, and it ends with the process: a start takes as much as ten pages. */
let launched: Promise<Chromium> | undefined;

/**
 * One Chromium, with windows of its own for a file of tests. A test fails when a page in one of its windows broke the
 * policy, wrote an error to the console, threw, opened a dialog or asked another server.
 */
export function useChromium(): WatchedChromium {
  let browser: Chromium | undefined;
  const closing: BrowserWindow[] = [];
  const kept: { window: BrowserWindow; judged: number }[] = [];

  beforeAll(async () => {
    browser = await (launched ??= launchChromium());
  });
  afterEach(async () => {
    const opened = closing.splice(0);
    const faults = opened.flatMap((window) => window.faults);
    for (const each of kept) {
      faults.push(...each.window.faults.slice(each.judged));
      each.judged = each.window.faults.length;
    }
    for (const window of opened) await window.close();
    expect(faults).toEqual([]);
  });
  afterAll(async () => {
    for (const { window } of kept) await window.close();
  });

  async function open(address: string, options?: WindowOptions): Promise<BrowserWindow> {
    if (!browser) throw new Error('The browser starts before the tests of the file');
    return browser.open(address, options);
  }

  return {
    async open(address, options) {
      const window = await open(address, options);
      closing.push(window);
      return window;
    },
    async keep(address, options) {
      const window = await open(address, options);
      kept.push({ window, judged: 0 });
      return window;
    },
  };
}
