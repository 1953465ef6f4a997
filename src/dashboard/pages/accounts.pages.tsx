import { AccountRow, type AccountRowModel } from '../../../views/accounts/account-row.tsx';
import { AccountList, AccountStates } from '../../../views/accounts/account-list.tsx';
import type { AccountQuery } from '../../../views/accounts/list-address.ts';
import { AccountsView, type AccountsModel } from '../../../views/accounts/accounts.tsx';
import {
  type AccountKind,
  type Accounts,
  accountParams,
  type AccountState,
  accountStates,
} from '../../features/accounts/accounts.ts';
import type { Messages } from '../../features/messages/messages.ts';
import type { Clock } from '../../platform/clock.ts';
import { isAppError } from '../../platform/errors.ts';
import { definePage, type Page } from '../../platform/page.ts';
import { type Infer, integer, object, oneOf, text, withDefault } from '../../platform/schema.ts';
import { ownPath } from '../own-path.ts';
import { startOfDay } from '../start-of-day.ts';

export interface AccountsPagesParts {
  accounts: Pick<Accounts, 'search' | 'countByState' | 'get'>;
  messages: Pick<Messages, 'traffic'>;
  /** Kinds of accounts that this server offers. */
  kinds: readonly AccountKind[];
  /** In which a day begins. */
  timeZone: string;
  clock: Clock;
}

const pageSize = 50;
const noTraffic = { sent: 0, received: 0, waiting: 0 };

// A form that is sent with nothing chosen names its fields all the same.
const listQuery = object({
  text: withDefault(text({ min: 0, max: 100 }), ''),
  state: oneOf('', ...accountStates),
  kind: oneOf('', 'whatsapp', 'sandbox'),
  page: withDefault(integer({ min: 1, max: 100_000 }), 1),
});

/** The list of accounts, its live part and its live rows. */
export function accountsPages(parts: AccountsPagesParts): Page[] {
  return [
    definePage({
      method: 'GET',
      path: '/accounts',
      access: 'person',
      query: listQuery,
      async handle({ query }) {
        const body = <AccountsView model={await listModel(parts, query)} />;
        return { kind: 'page', title: 'Accounts', section: 'accounts', body };
      },
    }),
    definePage({
      method: 'GET',
      path: '/ui/accounts',
      access: 'person',
      query: listQuery,
      handle: async ({ query }) => ({
        kind: 'fragment',
        body: <AccountList model={await listModel(parts, query)} />,
      }),
    }),
    definePage({
      method: 'GET',
      path: '/ui/accounts/states',
      access: 'person',
      query: listQuery,
      handle: async ({ query }) => ({
        kind: 'fragment',
        body: <AccountStates query={searchOf(query)} counts={await parts.accounts.countByState()} />,
      }),
    }),
    definePage({
      method: 'GET',
      path: '/ui/accounts/:id/row',
      access: 'person',
      params: accountParams,
      query: object({ back: text({ min: 0, max: 1000 }) }),
      async handle({ params, query }) {
        const model = await rowModel(parts, params.id, ownPath(query.back, '/accounts'));
        // The list takes a deleted account's row away; the row itself has nothing to say.
        return model
          ? { kind: 'fragment', body: <AccountRow model={model} /> }
          : { kind: 'fragment', status: 204, body: <></> };
      },
    }),
  ];
}

async function listModel(parts: AccountsPagesParts, query: Infer<typeof listQuery>): Promise<AccountsModel> {
  const { accounts, kinds } = parts;
  const search = searchOf(query);
  const [found, counts] = await Promise.all([
    accounts.search(search, { page: search.page, size: pageSize }),
    accounts.countByState(),
  ]);
  const traffic = await trafficToday(
    parts,
    found.accounts.map(({ id }) => id),
  );
  return {
    query: { ...search, page: found.page },
    rows: found.accounts.map((account) => ({ account, traffic: traffic.get(account.id) ?? noTraffic })),
    counts,
    total: found.total,
    pages: found.pages,
    pageSize,
    kinds,
  };
}

async function rowModel(parts: AccountsPagesParts, id: string, back: string): Promise<AccountRowModel | undefined> {
  try {
    const [account, traffic] = await Promise.all([parts.accounts.get(id), trafficToday(parts, [id])]);
    return { account, traffic: traffic.get(id) ?? noTraffic, back };
  } catch (error) {
    if (isAppError(error, 'account.not_found')) return undefined;
    throw error;
  }
}

function trafficToday({ messages, timeZone, clock }: AccountsPagesParts, ids: readonly string[]) {
  return messages.traffic(ids, startOfDay(clock.now(), timeZone));
}

function searchOf({ text, state, kind, page }: Infer<typeof listQuery>): AccountQuery {
  return { text, state: valueOf<AccountState>(state), kind: valueOf<AccountKind>(kind), page };
}

function valueOf<V extends string>(given: V | '' | undefined): V | undefined {
  return given === '' ? undefined : given;
}
