import type { MessageContent as Content } from '../../src/features/messages/messages.ts';
import { Contacts, File, Place, Poll } from './content-parts.tsx';

const longestShown = 2_000;

/** What a message says, whatever its kind. `id` is that of a stored message, where the whole of a long text can be read. */
export function MessageContent({ message, id }: { message: Content; id?: string }) {
  const { type, text, media, location, contacts, poll } = message;
  if (type === 'unsupported') {
    return <p class="muted">A kind of message that this version cannot show. It is kept for a later one.</p>;
  }
  if (location) return <Place {...location} />;
  if (contacts) return <Contacts contacts={contacts} />;
  if (poll) return <Poll {...poll} />;
  return (
    <>
      {media && <File type={type} media={media} />}
      {text !== null && text !== '' && <Text text={text} id={id} />}
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
