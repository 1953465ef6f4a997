import type { Message } from '../../src/features/messages/messages.ts';
import { MessageContent } from './message-content.tsx';
import { MessageOrigin, MessageWaiting } from './message-notes.tsx';
import { chatPath, NameAndNumber, type Named } from './chats/chat-names.tsx';
import { Empty } from '../partials/empty.tsx';
import { ActButton } from '../partials/form.tsx';
import { Icon } from '../partials/icon.tsx';
import { live } from '../partials/live.ts';
import { MessageStatus } from '../partials/message-status.tsx';
import { Notice } from '../partials/notice.tsx';
import { Time } from '../partials/time.tsx';

export interface MessageItem {
  message: Message;
  /** The other side: a name or number of a person, or a group. */
  who: Named;
  /** Set for a person who writes in a group. */
  group: string | null;
}

export interface MessagesModel {
  accountId: string;
  items: readonly MessageItem[];
  /** The cursor of the page that is shown; undefined on the first. */
  before: string | undefined;
  /** The cursor of what follows; null at the end. */
  older: string | null;
  problem?: string | undefined;
  /** After an act on a message, whose button is gone. */
  takesFocus?: boolean;
}

export const messagesId = 'account-messages';

/** What went out and came in, newest first. */
export function AccountMessages({ model }: { model: MessagesModel }) {
  const { accountId, items, before, older, problem, takesFocus = false } = model;
  const query = before === undefined ? '' : `?before=${before}`;
  return (
    <section
      class="card card-flush"
      aria-labelledby="messages-title"
      {...live({
        id: messagesId,
        url: `/ui/accounts/${accountId}/messages${query}`,
        topics: [`messages:${accountId}`, `names:${accountId}`],
      })}
    >
      <div class="card-head messages-head">
        <h2 id="messages-title" tabindex={takesFocus ? -1 : undefined} autofocus={takesFocus}>
          {before === undefined ? 'Last messages' : 'Older messages'}
        </h2>
      </div>
      {problem !== undefined && (
        <div class="messages-problem">
          <Notice tone="bad" live>
            {problem}
          </Notice>
        </div>
      )}
      {items.length === 0 ? (
        <Empty icon="message-circle" title={before === undefined ? 'No messages yet' : 'Nothing older'}>
          {before === undefined
            ? 'What this account sends and receives appears here as it happens.'
            : 'These were all messages of this account.'}
        </Empty>
      ) : (
        <ol class="messages">
          {items.map((item) => (
            <MessageRow key={item.message.id} item={item} />
          ))}
        </ol>
      )}
      <Pager accountId={accountId} before={before} older={older} />
    </section>
  );
}

function Pager({ accountId, before, older }: Pick<MessagesModel, 'accountId' | 'before' | 'older'>) {
  if (before === undefined && older === null) return null;
  return (
    <nav class="pager messages-pager" aria-label="Pages of messages">
      {before === undefined ? <span /> : <a href={`/accounts/${accountId}#${messagesId}`}>Newest messages</a>}
      {older !== null && <a href={`/accounts/${accountId}?before=${older}#${messagesId}`}>Older messages</a>}
    </nav>
  );
}

function MessageRow({ item }: { item: MessageItem }) {
  const { message, who, group } = item;
  const { id, accountId, direction, status, error } = message;
  const isOutgoing = direction === 'outgoing';
  return (
    <li id={`row-${id}`} class={`message message-${direction}`}>
      <span class="message-direction">
        <Icon name={isOutgoing ? 'arrow-up-right' : 'arrow-down-left'} />
      </span>
      <div class="message-body">
        <p class="message-who">
          <span class="muted">{isOutgoing ? 'To' : 'From'}</span>{' '}
          <a href={chatPath(accountId, message.chat.jid)}>
            <NameAndNumber named={who} />
          </a>
          {group !== null && (
            <span class="muted">
              {' '}
              in <bdi>{group}</bdi>
            </span>
          )}
          <MessageOrigin origin={message.origin} />
        </p>
        <MessageContent message={message} stored={message} />
        {message.waiting && <MessageWaiting wait={message.waiting} />}
        {error && <p class="message-error">{error.message}</p>}
        {status === 'expired' && <p class="message-error">It could not leave before its time was over.</p>}
      </div>
      <div class="message-meta">
        {status === 'queued' && (
          <ActButton
            id={`cancel-${id}`}
            action={`/accounts/${accountId}/messages/${id}/cancel`}
            replaces={`#${messagesId}`}
          >
            Cancel<span class="visually-hidden"> this message</span>
          </ActButton>
        )}
        <Time at={new Date(message.createdAt)} />
        <MessageStatus status={status} />
      </div>
    </li>
  );
}
