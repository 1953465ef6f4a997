import type { MessageContent } from '../../../src/features/messages/messages.ts';

const kinds: Record<string, string> = {
  image: 'Picture',
  video: 'Video',
  audio: 'Sound',
  voice: 'Voice note',
  document: 'Document',
  sticker: 'Sticker',
};

/** A message in one line of at most so many characters. */
export function summaryOf(content: MessageContent, longest = 160): string {
  const line = lineOf(content).replaceAll(/\s+/g, ' ').trim();
  const characters = Array.from(line.slice(0, 2 * longest));
  return characters.length > longest ? `${characters.slice(0, longest - 1).join('')}…` : line;
}

function lineOf({ type, text, media, location, contacts, poll }: MessageContent): string {
  if (location) return ['Location', location.name].filter(Boolean).join(': ');
  if (contacts) return `Contact: ${contacts.map(({ name }) => name).join(', ')}`;
  if (poll) return `Poll: ${poll.question}`;
  if (media) return [kinds[type] ?? type, text || media.filename].filter(Boolean).join(': ');
  return text ?? 'A message that cannot be shown';
}
