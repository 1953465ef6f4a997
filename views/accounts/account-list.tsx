import type { AccountKind, AccountState } from '../../src/features/accounts/accounts.ts';
import { Empty } from '../partials/empty.tsx';
import { ActButton } from '../partials/form.tsx';
import { Icon } from '../partials/icon.tsx';
import { live } from '../partials/live.ts';
import { AccountRow, type AccountRowModel } from './account-row.tsx';
import { type AccountQuery, addressOf } from './list-address.ts';

export interface AccountListModel {
  query: AccountQuery;
  rows: readonly Omit<AccountRowModel, 'back'>[];
  counts: Readonly<Record<AccountState, number>>;
  /** How many were found. */
  total: number;
  pages: number;
  pageSize: number;
  /** Kinds of accounts that this server offers. */
  kinds: readonly AccountKind[];
}

/**
 * What changes by itself: the counts, the rows, and what stands in their place. The counts and the rows change alone; which
 * rows there are depends on the state of an account only where somebody looks for it.
 */
export function AccountList({ model }: { model: AccountListModel }) {
  const { query, rows, counts } = model;
  const exists = Object.values(counts).some((count) => count > 0);
  const url = addressOf('/ui/accounts', query);
  const isNarrow = query.state !== undefined || query.text !== '';
  const topics = ['roster', 'traffic', ...(isNarrow ? ['accounts'] : [])];
  return (
    <section aria-label="Accounts" class="stack-s" {...live({ id: 'accounts', url, topics })}>
      {exists && <AccountStates query={query} counts={counts} />}
      {rows.length > 0 ? (
        <>
          <Table model={model} />
          <Pager model={model} />
        </>
      ) : (
        <div class="card">{exists ? <NothingFound /> : <NoAccounts kinds={model.kinds} />}</div>
      )}
    </section>
  );
}

const states: readonly { state: AccountState | undefined; word: string }[] = [
  { state: undefined, word: 'All' },
  { state: 'connected', word: 'Connected' },
  { state: 'waiting', word: 'Waiting' },
  { state: 'to_link', word: 'To link' },
  { state: 'needs_you', word: 'Needs you' },
  { state: 'paused', word: 'Paused' },
];

/** How many accounts there are in each state, as links to them. */
export function AccountStates({ query, counts }: Pick<AccountListModel, 'query' | 'counts'>) {
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const url = addressOf('/ui/accounts/states', query);
  return (
    <nav
      class="segments account-states"
      aria-label="State"
      {...live({ id: 'account-states', url, topics: ['accounts'] })}
    >
      {states.map(({ state, word }) => (
        <a
          key={word}
          href={addressOf('/accounts', query, { state, page: 1 })}
          aria-current={state === query.state ? 'true' : undefined}
        >
          {word}
          <span class="account-count">{state === undefined ? all : counts[state]}</span>
        </a>
      ))}
    </nav>
  );
}

function Table({ model: { query, rows } }: { model: AccountListModel }) {
  const back = addressOf('/accounts', query);
  return (
    <div class="card card-flush account-card">
      <table class="table card-table account-table" role="table">
        <caption class="visually-hidden">Accounts in order of creation, with today’s messages</caption>
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">
              Account
            </th>
            <th scope="col" role="columnheader">
              Status
            </th>
            <Figure word="Sent" />
            <Figure word="Received" />
            <th scope="col" role="columnheader" class="account-figure">
              Waiting
            </th>
            <th scope="col" role="columnheader">
              <span class="visually-hidden">What to do</span>
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <AccountRow key={row.account.id} model={{ ...row, back }} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Figure({ word }: { word: string }) {
  return (
    <th scope="col" role="columnheader" class="account-figure">
      {word} <span class="account-today">today</span>
    </th>
  );
}

function Pager({ model: { query, rows, total, pages, pageSize } }: { model: AccountListModel }) {
  const first = (query.page - 1) * pageSize + 1;
  const range = rows.length === total ? `${total}` : `${first}–${first + rows.length - 1} of ${total}`;
  return (
    <nav class="pager" aria-label="Pages">
      <span class="figures">
        {range} {total === 1 ? 'account' : 'accounts'}
      </span>
      {pages > 1 && (
        <span class="row">
          <PageLink query={query} page={query.page - 1} exists={query.page > 1} icon="arrow-left" word="Previous" />
          <span class="figures">
            Page {query.page} of {pages}
          </span>
          <PageLink query={query} page={query.page + 1} exists={query.page < pages} icon="arrow-right" word="Next" />
        </span>
      )}
    </nav>
  );
}

interface PageLinkProps {
  query: AccountQuery;
  page: number;
  exists: boolean;
  icon: string;
  word: string;
}

function PageLink({ query, page, exists, icon, word }: PageLinkProps) {
  if (!exists) return null;
  return (
    <a class="button" href={addressOf('/accounts', query, { page })} rel={word === 'Next' ? 'next' : 'prev'}>
      <Icon name={icon} />
      {word}
    </a>
  );
}

function NoAccounts({ kinds }: { kinds: readonly AccountKind[] }) {
  if (!kinds.includes('sandbox')) {
    const action = (
      <a class="button button-primary" href="/accounts/new">
        <Icon name="link" />
        Link a number
      </a>
    );
    return (
      <Empty icon="smartphone" title="No accounts yet" action={action}>
        Link a WhatsApp number to send and receive with it.
      </Empty>
    );
  }
  const action = (
    <ActButton
      id="start-sandbox"
      action="/accounts/new"
      fields={{ way: 'sandbox', name: 'My sandbox' }}
      class="button button-primary"
    >
      <Icon name="flask-conical" />
      Start the sandbox
    </ActButton>
  );
  return (
    <Empty icon="smartphone" title="No accounts yet" action={action}>
      Link a WhatsApp number, or try everything with a sandbox phone.
    </Empty>
  );
}

function NothingFound() {
  const action = (
    <a class="button" href="/accounts">
      Show all accounts
    </a>
  );
  return (
    <Empty icon="search" title="Nothing found" action={action}>
      No account fits what you look for. Try a part of the name or of the number.
    </Empty>
  );
}
