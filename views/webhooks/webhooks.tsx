import { Icon } from '../partials/icon.tsx';
import { addressOf, WebhookList, type WebhookListModel } from './webhook-list.tsx';

export interface WebhooksModel {
  list: WebhookListModel;
  /** To choose from. */
  accounts: readonly { id: string; name: string }[];
}

export function WebhooksView({ model: { list, accounts } }: { model: WebhooksModel }) {
  const { accountId } = list;
  const isEmpty = list.rows.length === 0 && list.after === undefined;
  return (
    <>
      <div class="page-head">
        <div>
          <h1>Webhooks</h1>
          <p>Each tells a server of yours what happens to an account, signed and again until it was taken.</p>
        </div>
        {!isEmpty && (
          <a class="button button-primary" href={addressOf('/webhooks/new', { accountId })} data-shortcut="n">
            <Icon name="plus" />
            Add webhook
          </a>
        )}
      </div>
      {(!isEmpty || accountId !== undefined) && <Filter accounts={accounts} accountId={accountId} />}
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
