import { DeleteView, RenameView, UnlinkView } from '../../../views/accounts/dialogs.tsx';
import { type Account, type Accounts, accountParams } from '../../features/accounts/accounts.ts';
import type { Messages } from '../../features/messages/messages.ts';
import type { Database } from '../../platform/database.ts';
import { invalidField } from '../../platform/errors.ts';
import { definePage, type Page, type PageAnswer, type Refusal } from '../../platform/page.ts';
import { name, object, required, text } from '../../platform/schema.ts';
import { ownPath } from '../own-path.ts';
import { backField, orGone } from './act-answers.ts';

export interface AccountDialogParts {
  accounts: Pick<Accounts, 'get' | 'update' | 'logOut' | 'remove'>;
  messages: Pick<Messages, 'count'>;
  database: Pick<Database, 'transaction'>;
}

const backQuery = object({ back: text({ min: 0, max: 1000 }) });

/** What is asked before it is done: a new name, and acts that lose something. */
export function accountDialogPages(parts: AccountDialogParts): Page[] {
  return [...renamePages(parts), ...unlinkPages(parts), ...deletePages(parts)];
}

function renamePages({ accounts, database }: AccountDialogParts): Page[] {
  const path = '/accounts/:id/rename';
  const show = async (id: string, given: string | undefined, problem?: Refusal): Promise<PageAnswer> => {
    const model = { account: await accounts.get(id), back: backOf(id, given), problem };
    return dialogPage('Rename account', <RenameView model={model} />, problem);
  };
  return [
    dialogGet(path, show),
    definePage({
      method: 'POST',
      path,
      access: 'person',
      params: accountParams,
      form: object({ back: backField, name: required(name({ max: 100 })) }),
      handle: ({ params: { id }, form, actor }) =>
        orGone(async () => {
          const back = backOf(id, form.back);
          const before = await accounts.get(id);
          const { name } = await database.transaction((tx) => accounts.update(tx, id, { name: form.name }, actor));
          const undo = { action: `/accounts/${id}/rename`, fields: { back, name: before.name } };
          return { kind: 'redirect', to: back, notice: { words: renamed(before, name), tone: 'ok', undo } };
        }),
      refused: ({ params: { id } }, refusal) => orGone(() => show(id, refusal.values['back'], refusal)),
    }),
  ];
}

function renamed(before: Account, name: string): string {
  return `${before.name} is now called ${name}.`;
}

function unlinkPages({ accounts }: AccountDialogParts): Page[] {
  const path = '/accounts/:id/unlink';
  const show = async (id: string, given: string | undefined, problem?: Refusal): Promise<PageAnswer> => {
    const model = { account: await accounts.get(id), back: backOf(id, given), problem };
    return dialogPage('Unlink phone', <UnlinkView model={model} />, problem);
  };
  return [
    dialogGet(path, show),
    definePage({
      method: 'POST',
      path,
      access: 'person',
      params: accountParams,
      form: object({ back: backField }),
      handle: ({ params: { id }, form, actor }) =>
        orGone(async () => {
          const account = await accounts.logOut(id, actor);
          const notice = `Unlinked the phone of ${account.name}. Its chats are still here; Link again shows a new code.`;
          return { kind: 'redirect', to: backOf(id, form.back), notice };
        }),
      refused: ({ params: { id } }, refusal) => orGone(() => show(id, refusal.values['back'], refusal)),
    }),
  ];
}

function deletePages({ accounts, messages }: AccountDialogParts): Page[] {
  const path = '/accounts/:id/delete';
  const show = async (id: string, given: string | undefined, problem?: Refusal): Promise<PageAnswer> => {
    const [account, messageCount] = await Promise.all([accounts.get(id), messages.count(id)]);
    const model = { account, messageCount, back: backOf(id, given), problem };
    return dialogPage('Delete account', <DeleteView model={model} />, problem);
  };
  return [
    dialogGet(path, show),
    definePage({
      method: 'POST',
      path,
      access: 'person',
      params: accountParams,
      form: object({ back: backField, name: required(name({ max: 100 })) }),
      handle: ({ params: { id }, form, actor }) =>
        orGone(async () => {
          const account = await accounts.get(id);
          if (form.name !== account.name.trim())
            throw invalidField('name', `must be “${account.name}”, as it is written`);
          await accounts.remove(id, actor);
          const back = backOf(id, form.back);
          const isGone = back.startsWith(`/accounts/${id}`);
          return { kind: 'redirect', to: isGone ? '/accounts' : back, notice: `Deleted ${account.name}.` };
        }),
      refused: ({ params: { id } }, refusal) => orGone(() => show(id, refusal.values['back'], refusal)),
    }),
  ];
}

function dialogGet(path: string, show: (id: string, back: string | undefined) => Promise<PageAnswer>): Page {
  return definePage({
    method: 'GET',
    path,
    access: 'person',
    params: accountParams,
    query: backQuery,
    handle: ({ params, query }) => show(params.id, query.back),
  });
}

function dialogPage(title: string, body: ReturnType<typeof RenameView>, problem: Refusal | undefined): PageAnswer {
  return { kind: 'page', title, section: 'accounts', body, ...(problem && { status: problem.status }) };
}

function backOf(id: string, given: string | undefined): string {
  return ownPath(given, `/accounts/${id}`);
}
