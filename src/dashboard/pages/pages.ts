import type { Page } from '../../platform/page.ts';
import { accessPages, type AccessPageParts } from './access.pages.tsx';
import { accountPages } from './account.pages.tsx';
import { accountActsPages, type AccountActsParts } from './account-acts.pages.ts';
import type { AccountPageParts } from './account-page.tsx';
import { accountWebhooksPages, type AccountWebhooksParts } from './account-webhooks.pages.tsx';
import { accountsPages, type AccountsPagesParts } from './accounts.pages.tsx';
import { browserPages } from './browser.pages.tsx';
import { chatsPages, type ChatsParts } from './chats.pages.tsx';
import { linkingPages, type LinkingParts } from './linking.pages.tsx';
import { newAccountPages, type NewAccountParts } from './new-account.pages.tsx';
import { overviewPages, type OverviewParts } from './overview.pages.tsx';
import { settingsPages, type SettingsParts } from './settings.pages.tsx';
import { webhookPages, type WebhookPagesParts } from './webhook.pages.tsx';
import { webhookActsPages, type WebhookActsParts } from './webhook-acts.pages.tsx';
import { webhookSettingsPages, type WebhookSettingsParts } from './webhook-settings.pages.tsx';
import { webhooksPages, type WebhooksPagesParts } from './webhooks.pages.tsx';

/** What the pages together need of the features. */
export type PageParts = AccessPageParts &
  AccountPageParts &
  AccountActsParts &
  AccountWebhooksParts &
  AccountsPagesParts &
  ChatsParts &
  LinkingParts &
  NewAccountParts &
  OverviewParts &
  SettingsParts &
  WebhookActsParts &
  WebhookPagesParts &
  WebhookSettingsParts &
  WebhooksPagesParts;

/** Every page of the dashboard. */
export function dashboardPages(parts: PageParts): Page[] {
  return [
    ...overviewPages(parts),
    ...accountsPages(parts),
    ...newAccountPages(parts),
    ...linkingPages(parts),
    ...accountPages(parts),
    ...accountWebhooksPages(parts),
    ...chatsPages(parts),
    ...accountActsPages(parts),
    ...webhooksPages(parts),
    ...webhookPages(parts),
    ...webhookSettingsPages(parts),
    ...webhookActsPages(parts),
    ...settingsPages(parts),
    ...accessPages(parts),
    ...browserPages(),
  ];
}
