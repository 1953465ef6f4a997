import { type Account, type Accounts, accountParams } from '../../features/accounts/accounts.ts';
import type { Actor } from '../../platform/actor.ts';
import { definePage, type Page, type PageNotice } from '../../platform/page.ts';
import { object } from '../../platform/schema.ts';
import { ownPath } from '../own-path.ts';
import { backField, orGone } from './act-answers.ts';
import { accountDialogPages, type AccountDialogParts } from './account-dialogs.pages.tsx';

export interface AccountActsParts extends AccountDialogParts {
  accounts: AccountDialogParts['accounts'] & Pick<Accounts, 'pause' | 'resume' | 'reconnect'>;
}

interface Act {
  word: 'pause' | 'resume' | 'reconnect';
  run: (id: string, actor: Actor) => Promise<Account>;
  notice: (account: Account, back: string) => PageNotice;
}

/** What can be done with an account from its row, its menu and its page; each leads back to where the person was. */
export function accountActsPages(parts: AccountActsParts): Page[] {
  const { accounts } = parts;
  const acts: Act[] = [
    {
      word: 'pause',
      run: (id, actor) => accounts.pause(id, actor),
      notice: ({ id, name }, back) => ({
        words: `Paused ${name}. It neither sends nor receives until it is resumed.`,
        tone: 'ok',
        undo: { action: `/accounts/${id}/resume`, fields: { back } },
      }),
    },
    {
      word: 'resume',
      run: (id, actor) => accounts.resume(id, actor),
      notice: ({ name, linked }) =>
        `Resumed ${name}. ${linked ? 'It is connecting.' : 'It has no phone yet: show a code.'}`,
    },
    {
      word: 'reconnect',
      run: (id, actor) => accounts.reconnect(id, actor),
      notice: ({ name, linked }) => (linked ? `${name} is connecting anew.` : `${name} is getting a code to scan.`),
    },
  ];
  return [...acts.map((act) => actPage(act)), ...accountDialogPages(parts)];
}

function actPage({ word, run, notice }: Act): Page {
  return definePage({
    method: 'POST',
    path: `/accounts/:id/${word}`,
    access: 'person',
    params: accountParams,
    form: object({ back: backField }),
    async handle({ params: { id }, form, actor }) {
      const back = ownPath(form.back, `/accounts/${id}`);
      return orGone(async () => ({ kind: 'redirect', to: back, notice: notice(await run(id, actor), back) }));
    },
    refused: ({ params: { id } }, { message, values }) =>
      Promise.resolve({
        kind: 'redirect',
        to: ownPath(values['back'], `/accounts/${id}`),
        notice: { words: message, tone: 'warn' },
      }),
  });
}
