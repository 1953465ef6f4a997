import { expect } from 'vitest';
import type { Page } from 'playwright-core';
import { axeFindings, layoutFaults } from './page-checks.ts';

export interface Look {
  theme: 'light' | 'dark';
  /** In CSS pixels. */
  width: number;
  /** Only whether everything fits: colours were looked at elsewhere. */
  layoutOnly?: true;
}

const heightPx = 900;

export const everyLook: readonly Look[] = [
  { theme: 'light', width: 1440 },
  { theme: 'dark', width: 1440 },
  { theme: 'dark', width: 390 },
  { theme: 'light', width: 390 },
  // 1440 at 200 % zoom, and the narrowest that must do.
  { theme: 'light', width: 720, layoutOnly: true },
  { theme: 'light', width: 320, layoutOnly: true },
];

/** For a page that was looked at in every way with other content: colours do not depend on the number of rows. */
export const fewLooks: readonly Look[] = [
  { theme: 'light', width: 390 },
  { theme: 'light', width: 320, layoutOnly: true },
];

/** Looks at the page as it is in each of these; nothing is loaded again. Fails with everything that was found. */
export async function expectSound(page: Page, looks = everyLook): Promise<void> {
  const found: string[] = [];
  for (const look of looks) {
    await page.setViewportSize({ width: look.width, height: heightPx });
    await page.emulateMedia({ colorScheme: look.theme, reducedMotion: 'reduce' });
    await page.evaluate('settled()');
    const faults = await layoutFaults(page);
    if (!look.layoutOnly) faults.push(...(await axeFindings(page)));
    found.push(...faults.map((fault) => `${look.theme}, ${look.width} px: ${fault}`));
  }
  expect(found, new URL(page.url()).pathname).toEqual([]);
}
