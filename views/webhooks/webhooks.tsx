import { AddWebhook, isEmpty, type WebhookRowsModel } from '../partials/webhook-rows.tsx';
import { WebhookList } from './webhook-list.tsx';

export interface WebhooksModel {
  list: WebhookRowsModel;
  /** To choose from. */
  accounts: readonly { id: string; name: string }[];
}

export function WebhooksView({ model: { list, accounts } }: { model: WebhooksModel }) {
  const { accountId } = list;
  const hasRows = !isEmpty(list);
  return (
    <>
      <div class="page-head">
        <div>
          <h1>Webhooks</h1>
          <p>Each tells a server of yours what happens to an account, signed and again until it was taken.</p>
        </div>
        {hasRows && <AddWebhook accountId={accountId} />}
      </div>
      {(hasRows || accountId !== undefined) && <Filter accounts={accounts} accountId={accountId} />}
      <WebhookList model={list} />
    </>
  );
}

function Filter({ accounts, accountId }: Pick<WebhooksModel, 'accounts'> & { accountId: string | undefined }) {
  return (
    <form method="get" action="/webhooks" class="row account-choice">
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
