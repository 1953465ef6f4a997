import { overlaps, RollKeyView } from '../../../views/account/api-key.tsx';
import { accountParams } from '../../features/accounts/accounts.ts';
import { definePage, type Page, type PageAnswer, type Refusal } from '../../platform/page.ts';
import { object, oneOf, required } from '../../platform/schema.ts';
import type { AccountPageParts } from './account-page.tsx';

/** A new key for an account's callers, shown once on its page. */
export function accountKeyPages({ accounts, database }: AccountPageParts): Page[] {
  async function dialog(accountId: string, problem?: Refusal): Promise<PageAnswer> {
    const account = await accounts.get(accountId);
    return {
      kind: 'page',
      title: `New key for ${account.name}`,
      section: 'accounts',
      status: problem?.status ?? 200,
      body: <RollKeyView account={account} problem={problem} />,
    };
  }

  return [
    definePage({
      method: 'GET',
      path: '/accounts/:id/key',
      access: 'person',
      params: accountParams,
      handle: ({ params }) => dialog(params.id),
    }),
    definePage({
      method: 'POST',
      path: '/accounts/:id/key',
      access: 'person',
      params: accountParams,
      form: object({ overlap: required(oneOf(...overlaps.map(({ value }) => value))) }),
      async handle({ params: { id }, form, actor }) {
        const overlap = overlaps.find(({ value }) => value === form.overlap) ?? overlaps[0];
        const { issued } = await database.transaction((tx) => accounts.replaceKey(tx, id, overlap.minutes, actor));
        return {
          kind: 'redirect',
          to: `/accounts/${id}`,
          notice: `The new key is made. ${overlap.sentence}`,
          once: { name: `api-key:${id}`, value: issued.key },
        };
      },
      refused: ({ params }, problem) => dialog(params.id, problem),
    }),
  ];
}
