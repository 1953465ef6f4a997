import { AccountMessages } from '../../../views/account/messages.tsx';
import { SendForm, type SendModel } from '../../../views/account/send.tsx';
import { accountParams } from '../../features/accounts/accounts.ts';
import { definePage, type Page } from '../../platform/page.ts';
import { type Infer, name, object, required, text } from '../../platform/schema.ts';
import { accountPage, type AccountPageParts, messagesModel } from './account-page.tsx';
import { hidesFirstRun } from './first-run-cookie.ts';

const sendForm = object({
  to: required(name({ max: 100 })),
  text: required(text({ max: 65_536 })),
});
const messageParams = object({ id: required(text({ max: 40 })), messageId: required(text({ max: 40 })) });

/** Sending from the account's page, and taking back what is still queued. */
export function sendingPages(parts: AccountPageParts): Page[] {
  return [sendPage(parts), cancelPage(parts)];
}

function sendPage(parts: AccountPageParts): Page {
  return definePage({
    method: 'POST',
    path: '/accounts/:id/send',
    access: 'person',
    params: accountParams,
    form: sendForm,
    async handle({ params, form, partial }) {
      const taken = await send(parts, params.id, form);
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

/** A person writes here, so it is no call that could be a retry, and no message of the API. */
async function send(parts: AccountPageParts, accountId: string, form: Infer<typeof sendForm>) {
  const to = await parts.messages.recipient(accountId, form.to);
  const accepted = await parts.database.transaction((tx) =>
    parts.messages.accept(tx, {
      accountId,
      origin: 'inbox',
      to,
      // Browsers end lines in forms as Windows does.
      content: { type: 'text', text: form.text.replaceAll('\r\n', '\n') },
      replyTo: null,
      mentions: [],
      referenceId: null,
      priority: 'normal',
      sendAt: null,
      expiresInSeconds: null,
      typing: true,
      allowDuplicate: false,
    }),
  );
  const { position, estimatedSendAt: at } = await accepted.planned(parts.database);
  return { position, at };
}

function cancelPage(parts: AccountPageParts): Page {
  return definePage({
    method: 'POST',
    path: '/accounts/:id/messages/:messageId/cancel',
    access: 'person',
    params: messageParams,
    form: object({}),
    async handle({ params, partial }) {
      await parts.database.transaction((tx) => parts.messages.cancel(tx, params.messageId, params.id));
      if (!partial) return { kind: 'redirect', to: `/accounts/${params.id}`, notice: 'The message is cancelled.' };
      const model = { ...(await messagesModel(parts, params.id, undefined)), takesFocus: true };
      return { kind: 'fragment', body: <AccountMessages model={model} /> };
    },
    refused: ({ params, http }, { message, status }) =>
      accountPage(parts, params.id, {
        hidesFirstRun: hidesFirstRun(http.request),
        status,
        messages: { problem: message, takesFocus: true },
      }),
  });
}
