import type { Message } from '../../src/features/messages/messages.ts';

const longestShown = 2_000;

/** What a message says, whatever its kind. */
export function MessageContent({ message }: { message: Message }) {
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
      {message.text !== null && <Text text={message.text} id={message.id} />}
    </>
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

function Poll({ question, options }: NonNullable<Message['poll']>) {
  return (
    <>
      <p class="message-text" dir="auto">
        {question}
      </p>
      <ul class="message-text">
        {options.map((option) => (
          <li key={option} dir="auto">
            {option}
          </li>
        ))}
      </ul>
    </>
  );
}
