import type { Message, MessageContent as Content } from '../../src/features/messages/messages.ts';
import { Contacts, File, Place, Poll } from './content-parts.tsx';

const longestShown = 2_000;

/** What a message says, whatever its kind. `stored` is the same where it can be asked for: its file, the rest of its text. */
export function MessageContent({ message, stored }: { message: Content; stored?: Message }) {
  const { type, text, media, location, contacts, poll } = message;
  if (type === 'unsupported') {
    return <p class="muted">A kind of message that this version cannot show. It is kept for a later one.</p>;
  }
  if (location) return <Place {...location} />;
  if (contacts) return <Contacts contacts={contacts} />;
  if (poll) return <Poll {...poll} />;
  return (
    <>
      {media && <File type={type} media={media} href={fileOf(stored)} />}
      {text !== null && text !== '' && <Text text={text} id={stored?.id} />}
    </>
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
