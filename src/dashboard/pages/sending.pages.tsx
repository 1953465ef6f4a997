import { AccountMessages } from '../../../views/account/messages.tsx';
import { SendForm, sendFormId, type SendModel } from '../../../views/account/send.tsx';
import { chatComposerId } from '../../../views/account/chats/composer.tsx';
import { Preview } from '../../../views/account/compose/preview.tsx';
import { accountParams } from '../../features/accounts/accounts.ts';
import { shownContent } from '../../features/messages/messages.ts';
import { definePage, type Page } from '../../platform/page.ts';
import { name, oneOf, object, required, text } from '../../platform/schema.ts';
import { ownPath } from '../own-path.ts';
import { backField } from './act-answers.ts';
import { accountPage, type AccountPageParts, messagesModel } from './account-page.tsx';
import { type ComposedContent, composeFields, contentFrom } from './compose-form.ts';
import { hidesFirstRun } from './first-run-cookie.ts';
import { sendByHand } from './send-by-hand.ts';

const to = name({ max: 100 });
const messageParams = object({ id: required(text({ max: 40 })), messageId: required(text({ max: 40 })) });

/** Sending from the account's page, and taking back what is still queued. */
export function sendingPages(parts: AccountPageParts): Page[] {
  return [sendPage(parts), previewPage(), cancelPage(parts)];
}

function sendPage(parts: AccountPageParts): Page {
  return definePage({
    method: 'POST',
    path: '/accounts/:id/send',
    access: 'person',
    params: accountParams,
    form: object({ ...composeFields, to: required(to) }),
    async handle({ params, form, partial }) {
      const content = contentFrom(form);
      const taken = await sendByHand(parts, params.id, { to: form.to, content, replyTo: null });
      const model: SendModel = { accountId: params.id, to: form.to, text: '', taken };
      if (partial) return { kind: 'fragment', body: <SendForm model={model} /> };
      const to = `/accounts/${params.id}?to=${encodeURIComponent(form.to)}`;
      return { kind: 'redirect', to, notice: 'The message is accepted.' };
    },
    async refused({ params, http }, problem) {
      const account = await parts.accounts.get(params.id);
      const hasNextStep = problem.status === 409 && account.status.nextStep !== null;
      return accountPage(parts, params.id, {
        hidesFirstRun: hidesFirstRun(http.request),
        status: problem.status,
        send: { problem, hasNextStep },
      });
    },
  });
}

/** What the other side will see, while it is being written. */
function previewPage(): Page {
  return definePage({
    method: 'POST',
    path: '/ui/accounts/:id/preview',
    access: 'person',
    params: accountParams,
    query: object({ form: required(oneOf(sendFormId, chatComposerId)) }),
    form: object({ ...composeFields, to, replyTo: text({ max: 40 }) }),
    handle({ params, query, form }) {
      const content = contentFrom(form);
      const hasCall = query.form === sendFormId && content.type !== 'text';
      const call = hasCall ? { to: form.to ?? '+…', ...bodyOf(content) } : undefined;
      const model = { accountId: params.id, form: query.form, content: shownContent(content), call };
      return Promise.resolve({ kind: 'fragment', body: <Preview model={model} /> });
    },
    // Not yet complete.
    refused: ({ params, query }) => {
      const model = { accountId: params.id, form: query.form, content: undefined };
      return Promise.resolve({ kind: 'fragment', body: <Preview model={model} /> });
    },
  });
}

/** Leaves out what has no value. */
function bodyOf(content: ComposedContent): Record<string, unknown> {
  return JSON.parse(JSON.stringify(content, (_key, value: unknown) => value ?? undefined)) as Record<string, unknown>;
}

function cancelPage(parts: AccountPageParts): Page {
  return definePage({
    method: 'POST',
    path: '/accounts/:id/messages/:messageId/cancel',
    access: 'person',
    params: messageParams,
    form: object({ back: backField }),
    async handle({ params, form, partial }) {
      await parts.database.transaction((tx) => parts.messages.cancel(tx, params.messageId, params.id));
      if (!partial || form.back !== undefined) {
        const back = ownPath(form.back, `/accounts/${params.id}`);
        return { kind: 'redirect', to: back, notice: 'The message is cancelled.' };
      }
      const model = { ...(await messagesModel(parts, params.id, undefined)), takesFocus: true };
      return { kind: 'fragment', body: <AccountMessages model={model} /> };
    },
    refused({ params, http }, { message, status, values }) {
      if (values['back'] !== undefined) {
        const to = ownPath(values['back'], `/accounts/${params.id}`);
        return Promise.resolve({ kind: 'redirect', to, notice: { words: message, tone: 'warn' } });
      }
      return accountPage(parts, params.id, {
        hidesFirstRun: hidesFirstRun(http.request),
        status,
        messages: { problem: message, takesFocus: true },
      });
    },
  });
}
