import type { Message } from '../../src/features/messages/messages.ts';

const longestShown = 2_000;

/** What a message says, whatever its kind. */
export function MessageContent({ message }: { message: Message }) {
  const { editedAt, deletedAt, reactions, target } = message;
  if (deletedAt !== null) return <p class="muted">This message was deleted for everyone.</p>;
  return (
    <>
      {target && <p class="muted small">{actWords(message)}</p>}
      <Said message={message} />
      {editedAt !== null && <p class="muted small">Edited</p>}
      {reactions.length > 0 && <Reactions reactions={reactions} />}
    </>
  );
}

function Said({ message }: { message: Message }) {
  const { type, media, location, contacts, poll } = message;
  if (type === 'unsupported') {
    return <p class="muted">A kind of message that this version cannot show. It is kept for a later one.</p>;
  }
  if (location) return <Place {...location} />;
  if (contacts) return <Contacts contacts={contacts} />;
  if (poll) return <Poll {...poll} />;
  return (
    <>
      {media && <File type={type} media={media} />}
      {message.text !== null && message.text !== '' && <Text text={message.text} id={message.id} />}
    </>
  );
}

/** What is about to be done to another message. */
function actWords({ type, text }: Message): string {
  if (type === 'edit') return 'Edit of a message, to';
  if (type === 'deletion') return 'Deletion of a message';
  return text === '' ? 'Reaction to a message, taken back' : 'Reaction to a message';
}

function Reactions({ reactions }: Pick<Message, 'reactions'>) {
  return (
    <ul class="message-reactions small" aria-label="Reactions">
      {reactions.map(({ from, emoji }) => (
        <li key={from.jid}>
          {emoji} <bdi class="muted">{from.name ?? from.phone ?? from.jid}</bdi>
        </li>
      ))}
    </ul>
  );
}

function Text({ text, id }: { text: string; id: string }) {
  const rest = text.length - longestShown;
  return (
    <>
      <p class="message-text" dir="auto">
        {rest > 0 ? `${text.slice(0, longestShown)}…` : text}
      </p>
      {rest > 0 && (
        <p class="muted small">
          {rest.toLocaleString('en')} more characters: <code>GET /api/messages/{id}</code> has the whole text.
        </p>
      )}
    </>
  );
}

const fileWords: Record<string, string> = {
  image: 'Picture',
  video: 'Video',
  audio: 'Sound',
  voice: 'Voice note',
  document: 'Document',
  sticker: 'Sticker',
};

function sizeInWords(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function File({ type, media }: { type: string; media: NonNullable<Message['media']> }) {
  const { filename, size, seconds } = media;
  const details = [size === null ? null : sizeInWords(size), seconds === null ? null : `${seconds} s`];
  return (
    <p class="message-text" dir="auto">
      {fileWords[type] ?? type}
      {filename !== null && (
        <>
          {' '}
          <bdi>{filename}</bdi>
        </>
      )}{' '}
      <span class="muted small">{details.filter((detail) => detail !== null).join(', ')}</span>
    </p>
  );
}

function Place({ latitude, longitude, name, address }: NonNullable<Message['location']>) {
  const words = [name, address].filter((each) => each !== null);
  return (
    <p class="message-text" dir="auto">
      Location{words.length > 0 && ': '}
      <bdi>{words.join(', ')}</bdi>{' '}
      <span class="muted small">
        {latitude.toFixed(5)}, {longitude.toFixed(5)}
      </span>
    </p>
  );
}

function Contacts({ contacts }: { contacts: NonNullable<Message['contacts']> }) {
  return (
    <ul class="message-text">
      {contacts.map(({ name, phone, organization }, index) => (
        <li key={index}>
          <bdi>{name}</bdi>
          {organization !== null && (
            <>
              , <bdi>{organization}</bdi>
            </>
          )}{' '}
          <span class="muted small">{phone ?? 'without a number'}</span>
        </li>
      ))}
    </ul>
  );
}

function Poll({ question, results }: NonNullable<Message['poll']>) {
  return (
    <>
      <p class="message-text" dir="auto">
        {question}
      </p>
      <ul class="message-text">
        {results.map(({ option, count }) => (
          <li key={option} dir="auto">
            {option} <span class="muted small">{count === 1 ? '1 vote' : `${count} votes`}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
