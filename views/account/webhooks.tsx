import type { Account } from '../../src/features/accounts/accounts.ts';
import { live } from '../partials/live.ts';
import { addressOf, AddWebhook, isEmpty, WebhookRows, type WebhookRowsModel } from '../partials/webhook-rows.tsx';
import { AccountHeader } from './header.tsx';
import { AccountTabs } from './tabs.tsx';

/** Those of one account. */
export interface AccountWebhooksModel extends WebhookRowsModel {
  accountId: string;
}

export const accountWebhooksId = 'account-webhooks';

/** Where an account tells what happens: the tab of its page. */
export function AccountWebhooksView({ account, list }: { account: Account; list: AccountWebhooksModel }) {
  return (
    <>
      <AccountHeader account={account} />
      <AccountTabs accountId={account.id} tab="webhooks" />
      <AccountWebhooks model={list} />
    </>
  );
}

/** Its button is within what is live: it comes with the first webhook, in place of that of the empty list. */
export function AccountWebhooks({ model }: { model: AccountWebhooksModel }) {
  const { accountId, rows, after } = model;
  const page = `/accounts/${accountId}/webhooks`;
  const topics = ['roster', `webhooks:${accountId}`, ...rows.map(({ webhook }) => `webhook:${webhook.id}`)];
  return (
    <section
      aria-label="Webhooks"
      class="stack"
      {...live({ id: accountWebhooksId, url: addressOf(`/ui${page}`, { after }), topics })}
    >
      {!isEmpty(model) && (
        <div class="page-head">
          <p>Each tells a server of yours what happens to this account, signed and again until it was taken.</p>
          <AddWebhook accountId={accountId} />
        </div>
      )}
      <WebhookRows model={model} pageAfter={(webhookId) => addressOf(page, { after: webhookId })} />
    </section>
  );
}
