import type { AccountState } from '../../src/features/accounts/accounts.ts';
import { Icon } from '../partials/icon.tsx';
import { AccountList, type AccountListModel } from './account-list.tsx';
import { addressOf } from './list-address.ts';

export interface AccountsModel extends AccountListModel {
  /** How many accounts there are in each state, whatever was searched for. */
  counts: Readonly<Record<AccountState, number>>;
}

export function AccountsView({ model }: { model: AccountsModel }) {
  const { query } = model;
  const exists = Object.values(model.counts).some((count) => count > 0);
  return (
    <>
      <div class="page-head">
        <div>
          <h1>Accounts</h1>
          <p>Each account is one WhatsApp number that this server sends and receives for.</p>
        </div>
        <a class={exists ? 'button button-primary' : 'button'} href="/accounts/new" data-shortcut="n">
          <Icon name="plus" />
          Add account
        </a>
      </div>
      {exists && <Filter model={model} />}
      <AccountList model={model} key={addressOf('/accounts', query)} />
    </>
  );
}

/** Works as a plain form; with script the list follows while one types, and what is typed keeps the focus. */
function Filter({ model: { query, kinds } }: { model: AccountsModel }) {
  return (
    <form
      id="account-filter"
      class="account-filter"
      role="search"
      action="/accounts"
      method="get"
      data-filter=""
      hx-get="/accounts"
      hx-trigger="submit, change, input delay:250ms"
      hx-target="#accounts"
      hx-select="#accounts"
      hx-swap="outerMorph"
    >
      <div class="search">
        <Icon name="search" />
        <input
          class="input"
          type="search"
          name="text"
          value={query.text}
          maxlength={100}
          placeholder="Name or number"
          aria-label="Search by name or number"
          autocomplete="off"
        />
      </div>
      {kinds.length > 1 && (
        <select class="input" name="kind" aria-label="Kind of account">
          <option value="">Every kind</option>
          <option value="whatsapp" selected={query.kind === 'whatsapp'}>
            WhatsApp
          </option>
          <option value="sandbox" selected={query.kind === 'sandbox'}>
            Sandbox
          </option>
        </select>
      )}
      {query.state !== undefined && <input type="hidden" name="state" value={query.state} />}
      <button type="submit" class="button">
        Search
      </button>
    </form>
  );
}
