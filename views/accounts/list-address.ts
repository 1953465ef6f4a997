import type { AccountKind, AccountState } from '../../src/features/accounts/accounts.ts';

/** What a person looks for, as it stands in the address. */
export interface AccountQuery {
  text: string;
  state: AccountState | undefined;
  kind: AccountKind | undefined;
  page: number;
}

/** The address of the same search with something changed. */
export function addressOf(path: string, query: AccountQuery, change: Partial<AccountQuery> = {}): string {
  const { text, state, kind, page } = { ...query, ...change };
  const search = new URLSearchParams();
  if (text !== '') search.set('text', text);
  if (state !== undefined) search.set('state', state);
  if (kind !== undefined) search.set('kind', kind);
  if (page > 1) search.set('page', String(page));
  const words = search.toString();
  return words === '' ? path : `${path}?${words}`;
}
