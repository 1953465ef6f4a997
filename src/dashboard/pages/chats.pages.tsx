import { AccountStrip, stripId } from '../../../views/account/strip.tsx';
import { ChatList, chatListId } from '../../../views/account/chats/chat-list.tsx';
import { chatPath } from '../../../views/account/chats/chat-names.tsx';
import { ChatsView } from '../../../views/account/chats/chats.tsx';
import { ChatComposer, type ChatComposerModel } from '../../../views/account/chats/composer.tsx';
import { ChatMessages, chatMessagesId } from '../../../views/account/chats/conversation.tsx';
import { summaryOf } from '../../../views/account/chats/summary.ts';
import { type Accounts, accountParams } from '../../features/accounts/accounts.ts';
import type { Chats } from '../../features/chats/chats.ts';
import type { Messages } from '../../features/messages/messages.ts';
import type { Database } from '../../platform/database.ts';
import { isAppError } from '../../platform/errors.ts';
import { definePage, type Page, type PageAnswer } from '../../platform/page.ts';
import { flag, integer, object, required, text } from '../../platform/schema.ts';
import { livePart } from './account-page.tsx';
import {
  chatListModel,
  type ChatModelParts,
  chatNamed,
  mostMessages,
  type WindowQuery,
  windowModel,
} from './chat-models.ts';
import { composeFields, contentFrom } from './compose-form.ts';
import { sendByHand } from './send-by-hand.ts';

export interface ChatsParts extends ChatModelParts {
  accounts: Pick<Accounts, 'get'>;
  chats: Pick<Chats, 'read'>;
  messages: ChatModelParts['messages'] & Pick<Messages, 'get' | 'accept' | 'recipient'>;
  database: Database;
}

const before = text({ max: 20 });
const chatParams = object({ id: required(text({ max: 40 })), chat: required(text({ max: 100 })) });
const windowQuery = { show: integer({ min: 1, max: mostMessages }), before };

/** The chats of an account, with one of them open. */
export function chatsPages(parts: ChatsParts): Page[] {
  return [...shownPages(parts), ...liveParts(parts), sendPage(parts), readPage(parts)];
}

function shownPages(parts: ChatsParts): Page[] {
  return [
    definePage({
      method: 'GET',
      path: '/accounts/:id/chats',
      access: 'person',
      params: accountParams,
      query: object({ before }),
      async handle({ params: { id }, query }) {
        const account = await parts.accounts.get(id);
        const list = await chatListModel(parts, id, query);
        const body = <ChatsView model={{ account, list, conversation: undefined }} />;
        return { kind: 'page', title: `Chats of ${account.name}`, section: 'accounts', body };
      },
    }),
    definePage({
      method: 'GET',
      path: '/accounts/:id/chats/:chat',
      access: 'person',
      params: chatParams,
      query: object({ ...windowQuery, reply: text({ max: 40 }) }),
      async handle({ params, query }) {
        const answers = query.reply === undefined ? undefined : await answered(parts, params.id, query.reply);
        return chatPage(parts, params, query, { answers });
      },
    }),
  ];
}

async function chatPage(
  parts: ChatsParts,
  { id, chat: given }: { id: string; chat: string },
  query: WindowQuery,
  composer: Partial<ChatComposerModel>,
  status = 200,
): Promise<PageAnswer> {
  const account = await parts.accounts.get(id);
  const chat = await chatNamed(parts, id, given);
  const [list, window] = await Promise.all([
    chatListModel(parts, id, { open: chat.jid }),
    windowModel(parts, id, chat, query),
  ]);
  const conversation = { account, chat, window, composer: { accountId: id, jid: chat.jid, ...composer } };
  const body = <ChatsView model={{ account, list, conversation }} />;
  return { kind: 'page', title: `${chat.name} · ${account.name}`, section: 'accounts', status, body };
}

/** Undefined once it is gone: then it is no answer to it. */
async function answered(parts: ChatsParts, accountId: string, id: string): Promise<ChatComposerModel['answers']> {
  try {
    return { id, words: summaryOf(await parts.messages.get(id, accountId)) };
  } catch (error) {
    if (!isAppError(error, 'message.not_found')) throw error;
    return undefined;
  }
}

function liveParts(parts: ChatsParts): Page[] {
  const shared = { method: 'GET', access: 'person' } as const;
  return [
    definePage({
      ...shared,
      path: '/ui/accounts/:id/strip',
      params: accountParams,
      query: object({ heading: flag() }),
      handle: ({ params: { id }, query }) =>
        livePart(stripId, async () => (
          <AccountStrip account={await parts.accounts.get(id)} isHeading={query.heading === true} />
        )),
    }),
    definePage({
      ...shared,
      path: '/ui/accounts/:id/chats',
      params: accountParams,
      query: object({ before, open: text({ max: 100 }) }),
      handle: ({ params: { id }, query }) =>
        livePart(chatListId, async () => <ChatList model={await chatListModel(parts, id, query)} />),
    }),
    definePage({
      ...shared,
      path: '/ui/accounts/:id/chats/:chat/messages',
      params: chatParams,
      query: object(windowQuery),
      handle: ({ params: { id, chat }, query }) =>
        livePart(chatMessagesId, async () => {
          await parts.accounts.get(id);
          return <ChatMessages window={await windowModel(parts, id, await chatNamed(parts, id, chat), query)} />;
        }),
    }),
  ];
}

function sendPage(parts: ChatsParts): Page {
  return definePage({
    method: 'POST',
    path: '/accounts/:id/chats/:chat/send',
    access: 'person',
    params: chatParams,
    form: object({ ...composeFields, replyTo: text({ max: 40 }) }),
    async handle({ params: { id, chat }, form, partial }) {
      const { warnings } = await sendByHand(parts, id, {
        to: chat,
        content: contentFrom(form),
        replyTo: form.replyTo ?? null,
      });
      if (!partial) return { kind: 'redirect', to: chatPath(id, chat) };
      return {
        kind: 'fragment',
        body: <ChatComposer model={{ accountId: id, jid: chat, takesFocus: true, warnings }} />,
      };
    },
    async refused({ params }, problem) {
      const { replyTo } = problem.values;
      const answers = replyTo === undefined ? undefined : await answered(parts, params.id, replyTo);
      return chatPage(parts, params, {}, { problem, answers }, problem.status);
    },
  });
}

/** People see then that somebody has read what they wrote. */
function readPage(parts: ChatsParts): Page {
  return definePage({
    method: 'POST',
    path: '/accounts/:id/chats/:chat/read',
    access: 'person',
    params: chatParams,
    form: object({}),
    async handle({ params: { id, chat }, partial }) {
      await parts.chats.read(id, chat);
      if (!partial) return { kind: 'redirect', to: chatPath(id, chat) };
      const window = await windowModel(parts, id, await chatNamed(parts, id, chat), {});
      return { kind: 'fragment', body: <ChatMessages window={window} /> };
    },
    refused: ({ params: { id, chat } }, { message }) =>
      Promise.resolve({ kind: 'redirect', to: chatPath(id, chat), notice: { words: message, tone: 'warn' } }),
  });
}
