import type { Message } from '../../../src/features/messages/messages.ts';
import { MessageContent } from '../message-content.tsx';
import { MessageOrigin, MessageWaiting } from '../message-notes.tsx';
import { ActButton } from '../../partials/form.tsx';
import { Icon } from '../../partials/icon.tsx';
import { MessageStatus } from '../../partials/message-status.tsx';
import { Clock } from '../../partials/time.tsx';
import { chatPath, NameAndNumber, type Named } from './chat-names.tsx';
import { summaryOf } from './summary.ts';

export interface BubbleModel {
  message: Message;
  /** Who wrote it, in a group; null where that is plain. */
  sender: Named | null;
  /** What it answers; its message is undefined where that is not stored here. */
  answers: { who: string; message: Message } | 'unknown' | null;
}

export function ChatBubble({ bubble }: { bubble: BubbleModel }) {
  const { message, sender, answers } = bubble;
  const { id, accountId, chat, direction, status, error } = message;
  const isOutgoing = direction === 'outgoing';
  return (
    <li id={`bubble-${id}`} class={isOutgoing ? 'bubble bubble-sent' : 'bubble'}>
      <span class="visually-hidden">{isOutgoing ? 'You: ' : sender === null ? 'They: ' : ''}</span>
      {sender !== null && (
        <p class="bubble-sender">
          <NameAndNumber named={sender} />
        </p>
      )}
      {answers !== null && <Quote answers={answers} />}
      <MessageContent message={message} stored={message} />
      {message.waiting && <MessageWaiting wait={message.waiting} />}
      {message.receipts && <Receipts receipts={message.receipts} />}
      {error && <p class="message-error">{error.message}</p>}
      {status === 'expired' && <p class="message-error">It could not leave before its time was over.</p>}
      <div class="bubble-meta">
        {isOutgoing && <MessageOrigin origin={message.origin} />}
        {status === 'queued' && (
          <ActButton
            id={`cancel-${id}`}
            action={`/accounts/${accountId}/messages/${id}/cancel`}
            fields={{ back: chatPath(accountId, chat.jid) }}
            class="bubble-act"
          >
            Cancel<span class="visually-hidden"> this message</span>
          </ActButton>
        )}
        <a
          class="bubble-act bubble-reply"
          href={`${chatPath(accountId, chat.jid)}?reply=${id}#composer`}
          data-reply={id}
          data-reply-words={summaryOf(message)}
        >
          <Icon name="reply" />
          Reply<span class="visually-hidden"> to “{summaryOf(message, 60)}”</span>
        </a>
        <Clock at={new Date(message.createdAt)} />
        {isOutgoing && <MessageStatus status={status} />}
      </div>
    </li>
  );
}

function Quote({ answers }: { answers: Exclude<BubbleModel['answers'], null> }) {
  if (answers === 'unknown') return <p class="quote muted">An answer to a message that is not stored here</p>;
  const { who, message } = answers;
  return (
    <blockquote class="quote">
      <p class="quote-who">
        <bdi>{who}</bdi>
      </p>
      <p class="quote-text" dir="auto">
        {summaryOf(message)}
      </p>
    </blockquote>
  );
}

/** How far a message in a group has come with the people there. */
function Receipts({ receipts }: { receipts: NonNullable<Message['receipts']> }) {
  const { members, delivered, read } = receipts;
  if (delivered === 0) return null;
  const of = members === null ? '' : ` of ${members}`;
  return <p class="muted small">{read > 0 ? `Read by ${read}${of}` : `Delivered to ${delivered}${of}`}</p>;
}
