import type { BubbleModel } from '../../../views/account/chats/bubble.tsx';
import type { ChatListModel } from '../../../views/account/chats/chat-list.tsx';
import type { NamedChat } from '../../../views/account/chats/chat-names.tsx';
import type { MessagesWindow } from '../../../views/account/chats/conversation.tsx';
import { parseAddress } from '../../channels/address.ts';
import type { Message, Messages } from '../../features/messages/messages.ts';
import { positionOf } from '../../platform/cursor.ts';
import { AppError } from '../../platform/errors.ts';
import { namedChat, type NameParts, type Names, namesOf, senderOf } from './chat-names.ts';

export interface ChatModelParts extends NameParts {
  messages: Pick<Messages, 'chats' | 'chat' | 'chatOf' | 'answered' | 'list'>;
  /** IANA name of the zone in which days begin. */
  timeZone: string;
}

export interface WindowQuery {
  show?: number | undefined;
  before?: string | undefined;
}

const chatsOnPage = 30;
const messagesAtOnce = 40;
/** Further back the window moves, so that a page does not grow without end. */
export const mostMessages = 400;

export async function chatListModel(
  parts: ChatModelParts,
  accountId: string,
  { open, before }: { open?: string | undefined; before?: string | undefined },
): Promise<ChatListModel> {
  const found = await parts.messages.chats(accountId, { beforePosition: positionOf(before), limit: chatsOnPage });
  const messages = found.chats.map(({ latest }) => latest);
  const names = await namesOf(parts, accountId, { chats: found.chats, messages });
  const entries = found.chats.map(({ latest, ...chat }) => {
    const sender = chat.type === 'group' && latest.direction === 'incoming' ? senderOf(latest, names) : null;
    return { ...namedChat(chat, names), latest, sender };
  });
  return { accountId, entries, open, before, older: found.nextPosition === null ? null : String(found.nextPosition) };
}

/** The chat under its address as it stands in a link; throws 404 for what can be no address. */
export async function chatNamed(parts: ChatModelParts, accountId: string, given: string): Promise<NamedChat> {
  const { messages } = parts;
  const parsed = parseAddress(given);
  if (!parsed.ok) throw new AppError('chat.not_found', { status: 404, detail: 'There is no such chat.' });
  const jid = await messages.chatOf(accountId, parsed.address);
  const found = await messages.chat(accountId, jid);
  const chat = found ?? { jid, type: parsed.address.type, name: null };
  return namedChat(chat, await namesOf(parts, accountId, { chats: [chat], messages: [] }));
}

export async function windowModel(
  parts: ChatModelParts,
  accountId: string,
  chat: NamedChat,
  { show = messagesAtOnce, before }: WindowQuery,
): Promise<MessagesWindow> {
  const { messages: found, nextPosition } = await parts.messages.list({
    accountId,
    direction: undefined,
    chatJid: chat.jid,
    status: undefined,
    since: undefined,
    beforePosition: positionOf(before),
    limit: show,
  });
  const bubbles = await bubblesOf(parts, accountId, chat, found.toReversed());
  return { accountId, chat, bubbles, show, before, earlier: earlierQuery(show, before, nextPosition) };
}

function earlierQuery(show: number, before: string | undefined, nextPosition: number | null): string | null {
  if (nextPosition === null) return null;
  if (show >= mostMessages) return new URLSearchParams({ before: String(nextPosition) }).toString();
  const more = String(Math.min(mostMessages, show + messagesAtOnce));
  return new URLSearchParams({ show: more, ...(before !== undefined && { before }) }).toString();
}

async function bubblesOf(
  parts: ChatModelParts,
  accountId: string,
  chat: NamedChat,
  found: readonly Message[],
): Promise<MessagesWindow['bubbles']> {
  const ids = found.flatMap(({ replyTo }) => replyTo ?? []);
  const answered = await parts.messages.answered(accountId, chat.jid, [...new Set(ids)]);
  const names = await namesOf(parts, accountId, { chats: [], messages: [...found, ...answered.values()] });
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: parts.timeZone, dateStyle: 'short' });
  return found.map((message) => ({
    message,
    sender: chat.type === 'group' && message.direction === 'incoming' ? senderOf(message, names) : null,
    answers: message.replyTo === null ? null : answersOf(answered.get(message.replyTo), names),
    day: day.format(new Date(message.createdAt)),
  }));
}

function answersOf(message: Message | undefined, names: Names): BubbleModel['answers'] {
  if (!message) return 'unknown';
  return { who: message.direction === 'outgoing' ? 'You' : senderOf(message, names).name, message };
}
