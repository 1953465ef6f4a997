import type { Queryable } from '../../platform/database.ts';
import type { AccountKind } from './account-settings.ts';
import { type AccountRow, columns } from './accounts.store.ts';

/** What a person looks for: whether an account can send, waits by itself, or needs somebody. */
export const accountStates = ['connected', 'waiting', 'to_link', 'needs_you', 'paused'] as const;
export type AccountState = (typeof accountStates)[number];

export interface AccountSearch {
  /** Part of the name or of the number, as people write it. */
  text?: string | undefined;
  state?: AccountState | undefined;
  kind?: AccountKind | undefined;
}

const stateOf = `
  CASE WHEN a.paused THEN 'paused'
       WHEN a.status = 'ready' THEN 'connected'
       WHEN a.status IN ('auth_failed', 'error') THEN 'needs_you'
       WHEN a.status = 'qr_ready' OR a.next_step = 'show_code' THEN 'to_link'
       ELSE 'waiting' END`;

const found = `
  FROM whatsapp_accounts a
  WHERE ($1::text IS NULL OR a.name ILIKE $1 OR a.phone LIKE $2)
    AND ($3::text IS NULL OR ${stateOf} = $3)
    AND ($4::text IS NULL OR a.kind = $4)`;
const countSql = `SELECT count(*)::int AS count ${found}`;
const searchSql = `SELECT ${columns} ${found} ORDER BY a.id LIMIT $5 OFFSET $6`;

function parametersOf({ text, state, kind }: AccountSearch): (string | null)[] {
  const words = text?.trim() ?? '';
  const digits = /^[+\d\s().-]+$/.test(words) ? words.replaceAll(/\D/g, '') : '';
  return [
    words === '' ? null : `%${words.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`,
    digits === '' ? null : `%${digits}%`,
    state ?? null,
    kind ?? null,
  ];
}

export async function countAccounts(db: Queryable, search: AccountSearch): Promise<number> {
  const row = await db.one<{ count: number }>(countSql, parametersOf(search));
  return row?.count ?? 0;
}

/** In order of creation. */
export async function searchAccounts(
  db: Queryable,
  search: AccountSearch,
  { limit, offset }: { limit: number; offset: number },
): Promise<AccountRow[]> {
  return db.rows<AccountRow>(searchSql, [...parametersOf(search), limit, offset]);
}

const statesSql = `SELECT ${stateOf} AS state, count(*)::int AS count FROM whatsapp_accounts a GROUP BY 1`;

export async function countStates(db: Queryable): Promise<Record<AccountState, number>> {
  const rows = await db.rows<{ state: AccountState; count: number }>(statesSql);
  const counts = { connected: 0, waiting: 0, to_link: 0, needs_you: 0, paused: 0 };
  for (const { state, count } of rows) counts[state] = count;
  return counts;
}
