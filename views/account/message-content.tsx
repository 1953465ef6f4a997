import type { ComponentChildren } from 'preact';
import type { Message, MessageContent as Content } from '../../src/features/messages/messages.ts';
import { Contacts, File, Place, Poll } from './content-parts.tsx';

const longestShown = 2_000;

interface MessageContentProps {
  message: Content;
  /** The same where it can be asked for: its file, the rest of its text, what was done to it. */
  stored?: Message;
  /** What was done to it, where it is no stored message. */
  done?: Done;
  /** Stands for the options of a poll. */
  options?: ComponentChildren;
}

export interface Done {
  deleted: boolean;
  edited: boolean;
  reactions: readonly { from: string; emoji: string }[];
}

function doneTo({ deletedAt, editedAt, reactions }: Message): Done {
  return {
    deleted: deletedAt !== null,
    edited: editedAt !== null,
    reactions: reactions.map(({ from, emoji }) => ({ from: from.name ?? from.phone ?? from.jid, emoji })),
  };
}

/** What a message says, whatever its kind. */
export function MessageContent({ message, stored, done = stored && doneTo(stored), options }: MessageContentProps) {
  if (!done) return <Said message={message} />;
  if (done.deleted) return <p class="muted">This message was deleted for everyone.</p>;
  return (
    <>
      {stored?.target && <p class="muted small">{actWords(stored)}</p>}
      <Said message={message} options={options} {...(stored && { stored })} />
      {done.edited && <p class="muted small">Edited</p>}
      {done.reactions.length > 0 && <Reactions reactions={done.reactions} />}
    </>
  );
}

function Said({ message, stored, options }: Omit<MessageContentProps, 'done'>) {
  const { type, text, media, location, contacts, poll } = message;
  if (type === 'unsupported') {
    return <p class="muted">A kind of message that this version cannot show. It is kept for a later one.</p>;
  }
  if (location) return <Place {...location} />;
  if (contacts) return <Contacts contacts={contacts} />;
  if (poll) return <Poll {...poll}>{options}</Poll>;
  return (
    <>
      {media && <File type={type} media={media} href={fileOf(stored)} />}
      {text !== null && text !== '' && <Text text={text} id={stored?.id} />}
    </>
  );
}

/** What is about to be done to another message. */
function actWords({ type, text }: Message): string {
  if (type === 'edit') return 'Edit of a message, to';
  if (type === 'deletion') return 'Deletion of a message';
  return text === '' ? 'Reaction to a message, taken back' : 'Reaction to a message';
}

function Reactions({ reactions }: Pick<Done, 'reactions'>) {
  return (
    <ul class="message-reactions small" aria-label="Reactions">
      {reactions.map(({ from, emoji }) => (
        <li key={from}>
          {emoji} <bdi class="muted">{from}</bdi>
        </li>
      ))}
    </ul>
  );
}

function Text({ text, id }: { text: string; id: string | undefined }) {
  const rest = text.length - longestShown;
  return (
    <>
      <p class="message-text" dir="auto">
        {rest > 0 ? `${text.slice(0, longestShown)}…` : text}
      </p>
      {rest > 0 && (
        <p class="muted small">
          {rest.toLocaleString('en')} more characters
          {id !== undefined && (
            <>
              : <code>GET /api/messages/{id}</code> has the whole text
            </>
          )}
          .
        </p>
      )}
    </>
  );
}

/** Where its file is; what did not leave has none any more. */
function fileOf(message: Message | undefined): string | undefined {
  if (!message || ['failed', 'expired', 'cancelled'].includes(message.status)) return undefined;
  return `/api/messages/${message.id}/media`;
}
