import type { Database } from '../../platform/database.ts';
import { type Account, accountOf } from './account.ts';
import {
  type AccountSearch,
  type AccountState,
  countAccounts,
  countStates,
  searchAccounts,
} from './account-search.store.ts';

/** One page of what was looked for, in order of creation. */
export interface FoundAccounts {
  accounts: Account[];
  total: number;
  /** From 1 on; the last one where the one asked for does not exist. */
  page: number;
  pages: number;
}

export interface AccountFinder {
  search(search: AccountSearch, place: { page: number; size: number }): Promise<FoundAccounts>;
  /** How many accounts are in each state. */
  countByState(): Promise<Record<AccountState, number>>;
}

export function createAccountFinder(database: Database): AccountFinder {
  return {
    async search(search, { page: asked, size }) {
      const total = await countAccounts(database, search);
      const pages = Math.max(1, Math.ceil(total / size));
      const page = Math.min(asked, pages);
      const rows = await searchAccounts(database, search, { limit: size, offset: (page - 1) * size });
      return { accounts: rows.map(accountOf), total, page, pages };
    },
    countByState: () => countStates(database),
  };
}
