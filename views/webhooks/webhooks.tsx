import { AddWebhook, type WebhookRowsModel } from '../partials/webhook-rows.tsx';
import { WebhookList } from './webhook-list.tsx';

export interface WebhooksModel {
  list: WebhookRowsModel;
  /** To choose from. */
  accounts: readonly { id: string; name: string }[];
}

export function WebhooksView({ model: { list, accounts } }: { model: WebhooksModel }) {
  const { accountId } = list;
  // The empty list has a button of its own, beside which the style hides these: the list is live and they are not.
  return (
    <>
      <div class="page-head">
        <div>
          <h1>Webhooks</h1>
          <p>Each tells a server of yours what happens to an account, signed and again until it was taken.</p>
        </div>
        <AddWebhook accountId={accountId} />
      </div>
      <Filter accounts={accounts} accountId={accountId} />
      <WebhookList model={list} />
    </>
  );
}

function Filter({ accounts, accountId }: Pick<WebhooksModel, 'accounts'> & { accountId: string | undefined }) {
  return (
    <form
      method="get"
      action="/webhooks"
      class={accountId === undefined ? 'row account-choice of-all' : 'row account-choice'}
    >
      <label for="webhook-account">Account</label>
      <select id="webhook-account" name="account" class="input">
        <option value="">All accounts</option>
        {accounts.map(({ id, name }) => (
          <option key={id} value={id} selected={id === accountId}>
            {name}
          </option>
        ))}
      </select>
      <button type="submit" class="button">
        Show
      </button>
    </form>
  );
}
