import { keyNameOf } from '../../../views/linking/link-page.tsx';
import { linkAddress } from '../../../views/linking/linking-model.ts';
import { NewAccountView, type Way } from '../../../views/accounts/new-account.tsx';
import type { AccountKind, Accounts } from '../../features/accounts/accounts.ts';
import type { Database } from '../../platform/database.ts';
import { definePage, type Page, type PageAnswer, type Refusal } from '../../platform/page.ts';
import { name, object, oneOf, required, text } from '../../platform/schema.ts';

export interface NewAccountParts {
  accounts: Pick<Accounts, 'create' | 'search'>;
  database: Pick<Database, 'transaction'>;
  /** Kinds of accounts that this server offers. */
  kinds: readonly AccountKind[];
}

const kindOf: Record<Way, AccountKind> = { sandbox: 'sandbox', qr: 'whatsapp', code: 'whatsapp' };
const baseNames: Record<AccountKind, string> = { sandbox: 'My sandbox', whatsapp: 'My WhatsApp' };

/** Adds an account and leads on to linking it. */
export function newAccountPages(parts: NewAccountParts): Page[] {
  const { accounts, database, kinds } = parts;
  const ways = (['sandbox', 'qr', 'code'] as const).filter((way) => kinds.includes(kindOf[way]));

  async function show(wish: string | undefined, problem?: Refusal): Promise<PageAnswer> {
    const counts = await countKinds(accounts);
    const wished = ways.find((way) => way === wish || (wish === 'whatsapp' && way === 'qr'));
    const usual: Way = ways.includes('sandbox') && counts.sandbox + counts.whatsapp === 0 ? 'sandbox' : 'qr';
    const model = { ways, way: wished ?? usual, suggestions: suggestionsFor(counts), problem };
    const status = problem ? { status: problem.status } : {};
    return {
      kind: 'page',
      title: 'Add account',
      section: 'accounts',
      body: <NewAccountView model={model} />,
      ...status,
    };
  }

  return [
    definePage({
      method: 'GET',
      path: '/accounts/new',
      access: 'person',
      query: object({ kind: text({ min: 0, max: 20 }) }),
      handle: ({ query }) => show(query.kind),
    }),
    definePage({
      method: 'POST',
      path: '/accounts/new',
      access: 'person',
      form: object({
        way: required(oneOf('sandbox', 'qr', 'code')),
        name: required(name({ max: 100 })),
        suggested: text({ max: 200 }),
      }),
      async handle({ form: { way, name, suggested }, actor }) {
        const kind = kindOf[way];
        // The suggestion for one kind, left as it was, is no wish for another kind.
        const suggestions = suggestionsFor(await countKinds(accounts));
        const wanted = name === suggested ? suggestions[way] : name;
        const { account, issued } = await database.transaction((tx) =>
          accounts.create(tx, { name: wanted, kind }, actor),
        );
        return {
          kind: 'redirect',
          to: linkAddress(account, way === 'code' ? 'code' : 'qr'),
          once: { name: keyNameOf(account.id), value: issued.key },
        };
      },
      refused: (_input, refusal) => show(refusal.values['way'], refusal),
    }),
  ];
}

async function countKinds(accounts: NewAccountParts['accounts']): Promise<Record<AccountKind, number>> {
  const count = async (kind: AccountKind): Promise<number> =>
    (await accounts.search({ kind }, { page: 1, size: 1 })).total;
  const [sandbox, whatsapp] = await Promise.all([count('sandbox'), count('whatsapp')]);
  return { sandbox, whatsapp };
}

function suggestionsFor(counts: Record<AccountKind, number>): Record<Way, string> {
  const suggest = (kind: AccountKind): string =>
    counts[kind] === 0 ? baseNames[kind] : `${baseNames[kind]} ${counts[kind] + 1}`;
  return { sandbox: suggest('sandbox'), qr: suggest('whatsapp'), code: suggest('whatsapp') };
}
