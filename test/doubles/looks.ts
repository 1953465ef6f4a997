import { expect } from 'vitest';
import type { Page } from 'playwright-core';
import { axeFindings, layoutFaults } from './page-checks.ts';

export interface Look {
  theme: 'light' | 'dark';
  /** In CSS pixels. */
  width: number;
  /** What axe looks for: nothing where only the layout differs from a look before, colours where only the theme does. */
  axe: 'everything' | 'colours' | 'nothing';
}

const heightPx = 900;

export const everyLook: readonly Look[] = [
  { theme: 'light', width: 1440, axe: 'everything' },
  { theme: 'dark', width: 1440, axe: 'colours' },
  { theme: 'dark', width: 390, axe: 'everything' },
  { theme: 'light', width: 390, axe: 'colours' },
  // 1440 at 200 % zoom, and the narrowest that must do.
  { theme: 'light', width: 720, axe: 'nothing' },
  { theme: 'light', width: 320, axe: 'nothing' },
];

/** For a page that was looked at in every way with other content: colours do not depend on the number of rows. */
export const fewLooks: readonly Look[] = [
  { theme: 'light', width: 390, axe: 'everything' },
  { theme: 'light', width: 320, axe: 'nothing' },
];

/**
 * Looks at the page as it is in each of these; nothing is loaded again. Axe looks at the part that this selector names.
 * Fails with everything that was found.
 */
export async function expectSound(page: Page, looks = everyLook, part = 'html'): Promise<void> {
  const found: string[] = [];
  for (const look of looks) {
    await page.setViewportSize({ width: look.width, height: heightPx });
    await page.emulateMedia({ colorScheme: look.theme, reducedMotion: 'reduce' });
    await page.evaluate('settled()');
    const faults = await layoutFaults(page);
    if (look.axe !== 'nothing') faults.push(...(await axeFindings(page, part, look.axe)));
    found.push(...faults.map((fault) => `${look.theme}, ${look.width} px: ${fault}`));
  }
  expect(found, new URL(page.url()).pathname).toEqual([]);
}
