import type { Page } from '../../platform/page.ts';
import { accessPages, type AccessPageParts } from './access.pages.tsx';
import { accountPages } from './account.pages.tsx';
import { accountActsPages, type AccountActsParts } from './account-acts.pages.ts';
import type { AccountPageParts } from './account-page.tsx';
import { accountsPages, type AccountsPagesParts } from './accounts.pages.tsx';
import { browserPages } from './browser.pages.tsx';
import { chatsPages, type ChatsParts } from './chats.pages.tsx';
import { linkingPages, type LinkingParts } from './linking.pages.tsx';
import { newAccountPages, type NewAccountParts } from './new-account.pages.tsx';
import { overviewPages, type OverviewParts } from './overview.pages.tsx';
import { settingsPages, type SettingsParts } from './settings.pages.tsx';

/** What the pages together need of the features. */
export type PageParts = AccessPageParts &
  AccountPageParts &
  AccountActsParts &
  AccountsPagesParts &
  ChatsParts &
  LinkingParts &
  NewAccountParts &
  OverviewParts &
  SettingsParts;

/** Every page of the dashboard. */
export function dashboardPages(parts: PageParts): Page[] {
  return [
    ...overviewPages(parts),
    ...accountsPages(parts),
    ...newAccountPages(parts),
    ...linkingPages(parts),
    ...accountPages(parts),
    ...chatsPages(parts),
    ...accountActsPages(parts),
    ...settingsPages(parts),
    ...accessPages(parts),
    ...browserPages(),
  ];
}
