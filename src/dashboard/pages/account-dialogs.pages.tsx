import type Joi from 'joi';
import type { VNode } from 'preact';
import { DeleteView, RenameView, UnlinkView } from '../../../views/accounts/dialogs.tsx';
import { type Accounts, accountParams } from '../../features/accounts/accounts.ts';
import type { Messages } from '../../features/messages/messages.ts';
import type { Actor } from '../../platform/actor.ts';
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
  return dialogPages({
    word: 'rename',
    title: 'Rename account',
    body: async (id, shown) => <RenameView model={{ account: await accounts.get(id), ...shown }} />,
    form: object({ back: backField, name: required(name({ max: 100 })) }),
    async act({ id, form, back, actor }) {
      const before = await accounts.get(id);
      const { name } = await database.transaction((tx) => accounts.update(tx, id, { name: form.name }, actor));
      const undo = { action: `/accounts/${id}/rename`, fields: { back, name: before.name } };
      const words = `${before.name} is now called ${name}.`;
      return { kind: 'redirect', to: back, notice: { words, tone: 'ok', undo } };
    },
  });
}

function unlinkPages({ accounts }: AccountDialogParts): Page[] {
  return dialogPages({
    word: 'unlink',
    title: 'Unlink phone',
    body: async (id, shown) => <UnlinkView model={{ account: await accounts.get(id), ...shown }} />,
    form: object({ back: backField }),
    async act({ id, back, actor }) {
      const account = await accounts.logOut(id, actor);
      const notice = `Unlinked the phone of ${account.name}. Its chats are still here; Link again shows a new code.`;
      return { kind: 'redirect', to: back, notice };
    },
  });
}

function deletePages({ accounts, messages }: AccountDialogParts): Page[] {
  return dialogPages({
    word: 'delete',
    title: 'Delete account',
    async body(id, shown) {
      const [account, messageCount] = await Promise.all([accounts.get(id), messages.count(id)]);
      return <DeleteView model={{ account, messageCount, ...shown }} />;
    },
    form: object({ back: backField, name: required(name({ max: 100 })) }),
    async act({ id, form, back, actor }) {
      const account = await accounts.get(id);
      if (form.name !== account.name.trim()) throw invalidField('name', `must be “${account.name}”, as it is written`);
      await accounts.remove(id, actor);
      const isGone = back.startsWith(`/accounts/${id}`);
      return { kind: 'redirect', to: isGone ? '/accounts' : back, notice: `Deleted ${account.name}.` };
    },
  });
}

interface Dialog<F> {
  /** Last part of its address. */
  word: string;
  title: string;
  body: (id: string, shown: { back: string; problem: Refusal | undefined }) => Promise<VNode>;
  form: Joi.AnySchema<F>;
  act: (asked: { id: string; form: F; back: string; actor: Actor }) => Promise<PageAnswer>;
}

/** The page that asks, and the act; what was refused is asked again with what was typed. */
function dialogPages<F extends { back?: string | undefined }>({ word, title, body, form, act }: Dialog<F>): Page[] {
  const shared = { path: `/accounts/:id/${word}`, access: 'person', params: accountParams } as const;

  async function show(id: string, given: string | undefined, problem?: Refusal): Promise<PageAnswer> {
    const asked = await body(id, { back: backOf(id, given), problem });
    return { kind: 'page', title, section: 'accounts', body: asked, ...(problem && { status: problem.status }) };
  }

  return [
    definePage({
      ...shared,
      method: 'GET',
      query: backQuery,
      handle: ({ params, query }) => show(params.id, query.back),
    }),
    definePage({
      ...shared,
      method: 'POST',
      form,
      handle: ({ params: { id }, form: given, actor }) =>
        orGone(() => act({ id, form: given, back: backOf(id, given.back), actor })),
      refused: ({ params: { id } }, refusal) => orGone(() => show(id, refusal.values['back'], refusal)),
    }),
  ];
}

function backOf(id: string, given: string | undefined): string {
  return ownPath(given, `/accounts/${id}`);
}
