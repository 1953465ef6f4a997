import type { ComponentChildren } from 'preact';
import type { MessageContent } from '../../src/features/messages/messages.ts';
import { Icon } from '../partials/icon.tsx';

type Part<K extends keyof MessageContent> = NonNullable<MessageContent[K]>;

const files: Record<string, { word: string; icon: string }> = {
  image: { word: 'Picture', icon: 'image' },
  video: { word: 'Video', icon: 'video' },
  audio: { word: 'Sound', icon: 'music' },
  voice: { word: 'Voice note', icon: 'mic' },
  document: { word: 'Document', icon: 'file-text' },
  sticker: { word: 'Sticker', icon: 'sticker' },
};

export function sizeInWords(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function lengthInWords(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** `href` is where its bytes are; undefined where they cannot be had. */
export function File({ type, media, href }: { type: string; media: Part<'media'>; href: string | undefined }) {
  const { mimetype, filename, size, seconds } = media;
  const { word, icon } = files[type] ?? { word: type, icon: 'file-text' };
  const details = [
    ...(filename === null ? [] : [word]),
    ...(seconds === null ? [] : [lengthInWords(seconds)]),
    ...(size === null ? [] : [sizeInWords(size)]),
    mimetype.replace(/;.*/, ''),
  ];
  return (
    <>
      {href !== undefined && <Shown type={type} media={media} href={href} />}
      <div class="said">
        <Icon name={icon} />
        <div>
          <p class="said-title" dir="auto">
            {filename ?? word}
          </p>
          <p class="said-detail">{details.join(' · ')}</p>
          {href !== undefined && (
            <p>
              <a href={href} download={filename ?? ''}>
                Download<span class="visually-hidden"> {filename ?? word}</span>
              </a>
            </p>
          )}
        </div>
      </div>
    </>
  );
}

/** Sounds and moving pictures are fetched when somebody plays them, because they may have to come from the phone. */
function Shown({ type, media, href }: { type: string; media: Part<'media'>; href: string }) {
  const { word } = files[type] ?? { word: type };
  const title = media.filename ?? word;
  switch (type) {
    case 'image':
    case 'sticker':
      return (
        <a class={`said-${type}`} href={href} target="_blank">
          <img
            src={href}
            alt={`${title}, opens in a new tab`}
            loading="lazy"
            width={media.width ?? undefined}
            height={media.height ?? undefined}
            data-media=""
          />
        </a>
      );
    case 'video':
      return <video class="said-video" src={href} controls preload="none" aria-label={title} data-media="" />;
    case 'audio':
    case 'voice':
      return <audio class="said-audio" src={href} controls preload="none" aria-label={title} data-media="" />;
    default:
      return null;
  }
}

export function Place({ latitude, longitude, name, address }: Part<'location'>) {
  const at = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
  const query = new URLSearchParams({ mlat: String(latitude), mlon: String(longitude) }).toString();
  const map = `https://www.openstreetmap.org/?${query}#map=17/${latitude}/${longitude}`;
  return (
    <div class="said">
      <Icon name="map-pin" />
      <div>
        <p class="said-title" dir="auto">
          {name ?? 'Location'}
        </p>
        {address !== null && (
          <p class="message-text" dir="auto">
            {address}
          </p>
        )}
        <p class="said-detail">{at}</p>
        <p>
          <a href={map} target="_blank" rel="noreferrer">
            Open the map
            <span class="visually-hidden"> at {name ?? at} in a new tab</span>
          </a>
        </p>
      </div>
    </div>
  );
}

export function Contacts({ contacts }: { contacts: Part<'contacts'> }) {
  return (
    <ul class="said-list">
      {contacts.map(({ name, phone, organization }, index) => (
        <li key={index} class="said">
          <Icon name="user-round" />
          <div>
            <p class="said-title" dir="auto">
              {name}
            </p>
            {organization !== null && (
              <p class="message-text" dir="auto">
                {organization}
              </p>
            )}
            <p class="said-detail">{phone === null ? 'Without a number' : <bdi>{phone}</bdi>}</p>
          </div>
        </li>
      ))}
    </ul>
  );
}

/** `children` stand for the list of its options. */
export function Poll(props: Part<'poll'> & { children?: ComponentChildren }) {
  const { question, maxAnswers, children = <Options {...props} /> } = props;
  return (
    <div class="said">
      <Icon name="list-checks" />
      <div>
        <p class="said-title" dir="auto">
          {question}
        </p>
        <p class="said-detail">{answersInWords(maxAnswers)}</p>
        {children}
      </div>
    </div>
  );
}

function Options({ options, results }: Part<'poll'>) {
  const hasVotes = results.some(({ count }) => count > 0);
  return (
    <ul class="said-options">
      {options.map((option, index) => (
        <li key={index}>
          <Icon name="circle" />
          <span dir="auto">
            {option}
            {hasVotes && <span class="said-detail"> {votesInWords(results[index]?.count ?? 0)}</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}

function votesInWords(count: number): string {
  return count === 1 ? '1 vote' : `${count} votes`;
}

function answersInWords(most: number): string {
  if (most === 0) return 'Poll, any number of answers';
  return most === 1 ? 'Poll, one answer' : `Poll, up to ${most} answers`;
}
