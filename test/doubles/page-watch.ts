import type { BrowserContext, ConsoleMessage, Page } from 'playwright-core';
import { inPageScript } from './in-page.ts';

/** What a person did in a window, counted by the pages themselves. */
export interface Acts {
  /** Clicks and taps, by the name of what was hit. */
  readonly clicks: readonly string[];
  /** Fields into which something was typed, each once for every page. */
  readonly fields: readonly string[];
}

export interface Watch {
  /** Everything that must not happen in a page, as sentences. */
  readonly faults: readonly string[];
  readonly acts: Acts;
}

export interface WatchOptions {
  /** Requests to anywhere else are faults. */
  address: string;
  /** Messages of the console that this journey causes on purpose, such as those of a server that was killed. */
  tolerates: readonly RegExp[];
}

interface Told {
  kind: 'policy' | 'press' | 'typed';
  what: string;
}

const refusedPost = /^Failed to load resource: the server responded with a status of 4\d\d/;

/** Collects what goes wrong in all pages of a window. */
export async function watchPages(context: BrowserContext, { address, tolerates }: WatchOptions): Promise<Watch> {
  const faults: string[] = [];
  const clicks: string[] = [];
  const fields = new Set<string>();
  const refusedPosts = new Set<string>();

  await context.exposeFunction('tellTest', (told: string) => {
    const { kind, what } = JSON.parse(told) as Told;
    if (kind === 'policy') faults.push(`The policy was violated: ${what}`);
    else if (kind === 'press') clicks.push(what);
    else fields.add(what);
  });
  await context.addInitScript({ content: inPageScript('watch.ts') });

  context.on('request', (request) => {
    if (isForeign(request.url(), address)) faults.push(`A request left the server: ${request.url()}`);
  });
  context.on('response', (response) => {
    const isRefused = response.status() >= 400 && response.status() < 500;
    if (response.request().method() === 'POST' && isRefused) refusedPosts.add(response.url());
  });
  context.on('console', (message) => {
    if (message.type() !== 'error' || isRefusedPost(message, refusedPosts)) return;
    const said = `${message.text()} (${message.location().url})`;
    if (!tolerates.some((pattern) => pattern.test(said))) faults.push(`The console says: ${said}`);
  });
  context.on('weberror', (error) => faults.push(`A script failed: ${error.error().stack ?? error.error().message}`));
  context.on('dialog', (dialog) => {
    faults.push(`A script opened a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  context.on('page', (page) => watchSockets(page, address, faults));
  return {
    faults,
    acts: {
      clicks,
      get fields() {
        return [...fields];
      },
    },
  };
}

function watchSockets(page: Page, address: string, faults: string[]): void {
  page.on('websocket', (socket) => {
    const url = socket.url().replace(/^ws/, 'http');
    if (isForeign(url, address)) faults.push(`A socket left the server: ${socket.url()}`);
  });
}

function isForeign(url: string, address: string): boolean {
  return !/^(data|blob|about):/.test(url) && new URL(url).origin !== new URL(address).origin;
}

/** The browser reports the answer 4xx to a form as an error of its own; it is how a form says what is wrong. */
function isRefusedPost(message: ConsoleMessage, refusedPosts: ReadonlySet<string>): boolean {
  return refusedPost.test(message.text()) && refusedPosts.has(message.location().url);
}
