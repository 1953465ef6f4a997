import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Result } from 'axe-core';
import jsqr from 'jsqr';
import type { Locator, Page } from 'playwright-core';
import { PNG } from 'pngjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = {
  everything: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  colours: ['color-contrast', 'link-in-text-block'],
};

/** What axe finds in this part of the page as it is now: a sentence each. */
export async function axeFindings(page: Page, part: string, what: keyof typeof rules): Promise<string[]> {
  // By the debugger: the policy of our pages forbids a script of another origin.
  if (await page.evaluate<boolean>('window.axe === undefined')) await page.evaluate(axe);
  const options = { runOnly: rules[what], resultTypes: ['violations'] };
  // As text, and without what was found in order: Playwright takes every value of an object apart.
  const found = await page.evaluate<string>(
    `axe.run(${JSON.stringify(part)}, ${JSON.stringify(options)}).then(({ violations }) => JSON.stringify(violations))`,
  );
  return (JSON.parse(found) as Result[]).flatMap(({ id, help, nodes }) =>
    nodes.map(
      ({ target, failureSummary = '' }) => `${id} (${help}) at ${target.join(' ')}: ${oneLine(failureSummary)}`,
    ),
  );
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, 300);
}

/** What a person could not see or reach at the present width: a sentence each. */
export function layoutFaults(page: Page): Promise<string[]> {
  return page.evaluate('layoutFaults()');
}

/** What a camera reads from the screen; empty when it reads nothing. */
export async function scannedCode(shown: Locator): Promise<string> {
  return codeIn(await shown.screenshot());
}

/** What a camera reads from a picture; empty when it reads nothing. */
export function codeIn(png: Buffer): string {
  const { data, width, height } = PNG.sync.read(png);
  return jsqr.default(new Uint8ClampedArray(data), width, height)?.data ?? '';
}

/** Resolves once the page has its connection to the server. */
export function isLive(page: Page): Promise<void> {
  // A function to wait for would be compiled in the page, which our policy forbids.
  return page.locator('#live-pill[data-state="live"]').waitFor();
}
