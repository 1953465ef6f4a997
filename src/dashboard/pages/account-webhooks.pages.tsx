import {
  AccountWebhooks,
  accountWebhooksId,
  type AccountWebhooksModel,
  AccountWebhooksView,
} from '../../../views/account/webhooks.tsx';
import { type Accounts, accountParams } from '../../features/accounts/accounts.ts';
import { webhookId, type Webhooks } from '../../features/webhooks/webhooks.ts';
import { definePage, type Page } from '../../platform/page.ts';
import { object } from '../../platform/schema.ts';
import { livePart } from './account-page.tsx';
import { pageOfWebhooks } from './webhook-page.tsx';

export interface AccountWebhooksParts {
  accounts: Pick<Accounts, 'get'>;
  webhooks: Pick<Webhooks, 'list'>;
}

/** The tab of an account with its webhooks; a new one is made where those of all are. */
export function accountWebhooksPages({ accounts, webhooks }: AccountWebhooksParts): Page[] {
  const shared = {
    method: 'GET',
    access: 'person',
    params: accountParams,
    query: object({ after: webhookId }),
  } as const;

  async function listModel(accountId: string, after: string | undefined): Promise<AccountWebhooksModel> {
    const { shown, next } = await pageOfWebhooks(webhooks, { accountId, after });
    return { rows: shown.map((webhook) => ({ webhook })), accountId, after, next, hasAccounts: true };
  }

  return [
    definePage({
      ...shared,
      path: '/accounts/:id/webhooks',
      async handle({ params: { id }, query }) {
        const account = await accounts.get(id);
        const body = <AccountWebhooksView account={account} list={await listModel(id, query.after)} />;
        return { kind: 'page', title: `Webhooks of ${account.name}`, section: 'accounts', body };
      },
    }),
    definePage({
      ...shared,
      path: '/ui/accounts/:id/webhooks',
      handle: ({ params: { id }, query }) =>
        livePart(accountWebhooksId, async () => <AccountWebhooks model={await listModel(id, query.after)} />),
    }),
  ];
}
