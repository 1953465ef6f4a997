import { existsSync } from 'node:fs';
import { type Browser as LaunchedChromium, type BrowserContext, chromium, type Page } from 'playwright-core';
import { type Acts, watchPages } from './page-watch.ts';

export interface WindowOptions {
  /** In CSS pixels. */
  width?: number;
  theme?: 'light' | 'dark';
  /** 2 shows everything twice as large, so that half as much fits. */
  zoom?: 1 | 2;
  /** As a phone: touch and a mobile viewport. */
  touch?: boolean;
  /** Who is signed in. */
  cookies?: ReadonlyMap<string, string>;
  /** Messages of the console that the journey causes on purpose. */
  tolerates?: readonly RegExp[];
  /** Of a proxy whose certificate nobody has signed. */
  acceptsAnyCertificate?: boolean;
}

/** A browser of one person: its tabs share cookies, and everything in them is watched. */
export interface BrowserWindow {
  /** The first tab, empty. */
  readonly page: Page;
  readonly context: BrowserContext;
  readonly acts: Acts;
  newTab(): Promise<Page>;
  /** What must not have happened. */
  readonly faults: readonly string[];
  close(): Promise<void>;
}

export interface Chromium {
  /** `address` is the server's; pages may ask nobody else. */
  open(address: string, options?: WindowOptions): Promise<BrowserWindow>;
  close(): Promise<void>;
}

/** The first does without windows, and all else that nobody sees here: the same engine for half of the processor time. */
const programs = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const heightPx = 900;
/** Two cores may do other work at the same time. */
const patienceMs = 20_000;

export async function launchChromium(): Promise<Chromium> {
  const program = programs.find((path) => existsSync(path));
  if (program === undefined) {
    throw new Error(`There is no Chromium at ${programs.join(' or ')}: apt-get install chromium.`);
  }
  const browser: LaunchedChromium = await chromium.launch({ executablePath: program, args: flags });
  return {
    open: (address, options = {}) => openWindow(browser, address, options),
    close: () => browser.close(),
  };
}

async function openWindow(browser: LaunchedChromium, address: string, options: WindowOptions): Promise<BrowserWindow> {
  const { width = 1440, theme = 'light', zoom = 1, touch = false, cookies = new Map<string, string>() } = options;
  const context = await browser.newContext({
    baseURL: address,
    viewport: { width: width / zoom, height: heightPx / zoom },
    deviceScaleFactor: zoom,
    colorScheme: theme,
    hasTouch: touch,
    reducedMotion: 'reduce',
    ignoreHTTPSErrors: options.acceptsAnyCertificate ?? false,
  });
  context.setDefaultTimeout(patienceMs);
  await context.addCookies(Array.from(cookies, ([name, value]) => ({ name, value, url: address })));
  const { faults, acts } = await watchPages(context, { address, tolerates: options.tolerates ?? [] });
  return {
    page: await context.newPage(),
    context,
    acts,
    newTab: () => context.newPage(),
    faults,
    close: () => context.close(),
  };
}
