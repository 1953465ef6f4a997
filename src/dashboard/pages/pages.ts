import type { Page } from '../../platform/page.ts';
import { accountPages } from './account.pages.tsx';
import type { AccountPageParts } from './account-page.tsx';

/** What the pages together need of the features. */
export type PageParts = AccountPageParts;

/** Every page of the dashboard. */
export function dashboardPages(parts: PageParts): Page[] {
  return [...accountPages(parts)];
}
