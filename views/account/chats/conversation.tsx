import type { Account } from '../../../src/features/accounts/accounts.ts';
import type { Message } from '../../../src/features/messages/messages.ts';
import { ActButton } from '../../partials/form.tsx';
import { Icon } from '../../partials/icon.tsx';
import { live } from '../../partials/live.ts';
import { Day } from '../../partials/time.tsx';
import { type BubbleModel, ChatBubble } from './bubble.tsx';
import { Avatar, chatPath, type NamedChat } from './chat-names.tsx';
import { ChatComposer, type ChatComposerModel } from './composer.tsx';

export interface ConversationModel {
  account: Account;
  chat: NamedChat;
  window: MessagesWindow;
  composer: ChatComposerModel;
}

/** The part of a chat that is shown. */
export interface MessagesWindow {
  accountId: string;
  chat: NamedChat;
  /** Oldest first, with the day on which each was written, as `2026-01-31`. */
  bubbles: readonly (BubbleModel & { day: string })[];
  /** So many of them at most. */
  show: number;
  /** The place from which they are shown backwards; undefined at the end of the chat. */
  before: string | undefined;
  /** The query that shows more; null at the beginning of the chat. */
  earlier: string | null;
}

export const chatMessagesId = 'chat-messages';

/** One chat: what was written, and a place to write. */
export function Conversation({ model }: { model: ConversationModel }) {
  const { account, chat, window, composer } = model;
  return (
    <section class="conversation" aria-labelledby="conversation-title">
      <div class="conversation-head">
        <a class="button button-quiet button-icon conversation-back" href={`/accounts/${account.id}/chats`}>
          <Icon name="arrow-left" label="All chats" />
        </a>
        <Avatar chat={chat} />
        <div class="grow">
          <h1 id="conversation-title">
            <bdi>{chat.name}</bdi>
          </h1>
          <p class="muted small">
            <bdi>{chat.detail}</bdi>
          </p>
        </div>
      </div>
      <ChatMessages window={window} />
      <ChatComposer model={composer} />
    </section>
  );
}

/** Scrolls by itself and stays at the end: the newest message stands at the bottom. */
export function ChatMessages({ window }: { window: MessagesWindow }) {
  const { accountId, chat, bubbles, show, before, earlier } = window;
  const path = chatPath(accountId, chat.jid);
  const query = new URLSearchParams({ show: String(show), ...(before !== undefined && { before }) }).toString();
  return (
    <div
      class="chat-scroll"
      tabindex={0}
      role="group"
      aria-label="Messages"
      {...live({
        id: chatMessagesId,
        url: `/ui${path}/messages?${query}`,
        topics: [`messages:${accountId}`, `names:${accountId}`],
      })}
    >
      <div class="chat-flow">
        {earlier !== null && (
          <p class="chat-more">
            <a class="button button-quiet" href={`${path}?${earlier}`} hx-boost={inPlace}>
              <Icon name="history" />
              Earlier messages
            </a>
          </p>
        )}
        {bubbles.length === 0 ? (
          <p class="phone-empty">Nothing was written here yet.</p>
        ) : (
          <ol class="bubbles">
            {bubbles.map((bubble, index) => (
              <WithDay key={bubble.message.id} bubble={bubble} isFirst={bubble.day !== bubbles[index - 1]?.day} />
            ))}
          </ol>
        )}
        {before === undefined && chat.unread > 0 && (
          <div class="chat-more">
            <ActButton id="chat-read" action={`${path}/read`} replaces={`#${chatMessagesId}`}>
              <Icon name="check-check" />
              {chat.unread === 1 ? 'Mark the new message as read' : `Mark ${chat.unread} new messages as read`}
            </ActButton>
          </div>
        )}
        {before !== undefined && (
          <p class="chat-more">
            <a class="button button-quiet" href={path}>
              To the newest messages
            </a>
          </p>
        )}
      </div>
    </div>
  );
}

const inPlace = JSON.stringify({
  target: `#${chatMessagesId}`,
  select: `#${chatMessagesId}`,
  swap: 'outerMorph',
  push: 'false',
});

function WithDay({ bubble, isFirst }: { bubble: BubbleModel & { day: string }; isFirst: boolean }) {
  return (
    <>
      {isFirst && (
        <li id={`day-${bubble.day}`} class="chat-day">
          <Day at={writtenAt(bubble.message)} />
        </li>
      )}
      <ChatBubble bubble={bubble} />
    </>
  );
}

function writtenAt({ createdAt }: Message): Date {
  return new Date(createdAt);
}
