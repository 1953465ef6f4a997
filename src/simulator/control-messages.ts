import {
  addressing,
  BadCall,
  count,
  defined,
  flag,
  oneOf,
  optionalCount,
  optionalText,
  record,
  text,
  texts,
} from './control-arguments.ts';
import type { ChatChange } from './chat-change.ts';
import type { GroupChange } from './group-change.ts';
import type { MediaKind, OutgoingContent, OutgoingMedia, OutgoingMessage, PhoneContact } from './phone-message.ts';

const mediaKinds: readonly MediaKind[] = ['image', 'video', 'audio', 'voice', 'document', 'sticker'];
const types = ['text', 'location', 'contacts', 'poll', ...mediaKinds] as const;
const memberships = ['add', 'remove', 'promote', 'demote'] as const;

function media(value: unknown, file: AsyncIterable<Uint8Array> | undefined): OutgoingMedia {
  const fields = record(value, 'media');
  if (!file) throw new BadCall('A file must come as the body, with the arguments in the query');
  const thumbnail = optionalText(fields['thumbnail'], 'thumbnail');
  return defined({
    bytes: file,
    mimetype: text(fields['mimetype'], 'mimetype'),
    fileName: optionalText(fields['fileName'], 'fileName'),
    seconds: optionalCount(fields['seconds'], 'seconds'),
    width: optionalCount(fields['width'], 'width'),
    height: optionalCount(fields['height'], 'height'),
    thumbnail: thumbnail === undefined ? undefined : Buffer.from(thumbnail, 'base64'),
  });
}

function contacts(value: unknown): PhoneContact[] {
  if (!Array.isArray(value)) throw new BadCall('contacts must be an array');
  return value.map((each) => {
    const fields = record(each, 'contact');
    return { name: text(fields['name'], 'name'), vcard: text(fields['vcard'], 'vcard') };
  });
}

/** `file` is what came as the body of the call. */
export function outgoingContent(value: unknown, file: AsyncIterable<Uint8Array> | undefined): OutgoingContent {
  const fields = record(value, 'content');
  const type = oneOf(fields['type'] ?? 'text', 'type', types);
  switch (type) {
    case 'text':
      return { type, text: text(fields['text'], 'text') };
    case 'location': {
      const [latitude, longitude] = [count(fields['latitude'], 'latitude'), count(fields['longitude'], 'longitude')];
      const words = { name: optionalText(fields['name'], 'name'), address: optionalText(fields['address'], 'address') };
      return { type, latitude, longitude, ...(defined(words) as { name?: string; address?: string }) };
    }
    case 'contacts':
      return { type, contacts: contacts(fields['contacts']) };
    case 'poll': {
      const selectableCount = optionalCount(fields['selectableCount'], 'selectableCount');
      const poll = { question: text(fields['question'], 'question'), options: texts(fields['options'], 'options') };
      return selectableCount === undefined ? { type, ...poll } : { type, ...poll, selectableCount };
    }
    case 'image':
    case 'video':
    case 'audio':
    case 'voice':
    case 'document':
    case 'sticker': {
      const caption = optionalText(fields['caption'], 'caption');
      const given = media(fields['media'], file);
      return caption === undefined ? { type, media: given } : { type, media: given, caption };
    }
  }
}

export function outgoingMessage(value: unknown, file: AsyncIterable<Uint8Array> | undefined): OutgoingMessage {
  const fields = record(value, 'message');
  const list = (name: string): string[] | undefined =>
    fields[name] === undefined ? undefined : texts(fields[name], name);
  const context = {
    to: text(fields['to'], 'to'),
    addressing: addressing(fields['addressing']),
    replyTo: optionalText(fields['replyTo'], 'replyTo'),
    mentions: list('mentions'),
    audience: list('audience'),
    forwarded: fields['forwarded'] === undefined ? undefined : flag(fields['forwarded'], 'forwarded'),
  };
  return { ...outgoingContent(value, file), ...defined(context) };
}

export function groupChange(value: unknown): GroupChange {
  const fields = record(value, 'change');
  const kind = oneOf(fields['kind'], 'kind', [...memberships, 'subject', 'description', 'announce', 'lock', 'leave']);
  switch (kind) {
    case 'leave':
      return { kind };
    case 'subject':
      return { kind, subject: text(fields['subject'], 'subject') };
    case 'description':
      return { kind, description: text(fields['description'], 'description') };
    case 'announce':
    case 'lock':
      return { kind, enabled: flag(fields['enabled'], 'enabled') };
    case 'add':
    case 'remove':
    case 'promote':
    case 'demote':
      return { kind, participants: texts(fields['participants'], 'participants') };
  }
}

export function chatChange(value: unknown): ChatChange {
  const fields = record(value, 'change');
  const kind = oneOf(fields['kind'], 'kind', ['archive', 'pin', 'unread', 'mute', 'unmute', 'delete']);
  switch (kind) {
    case 'archive':
    case 'pin':
    case 'unread':
      return { kind, enabled: flag(fields['enabled'], 'enabled') };
    case 'mute': {
      const until = optionalText(fields['until'], 'until');
      if (until === undefined) return { kind };
      if (Number.isNaN(Date.parse(until))) throw new BadCall('until must be a time');
      return { kind, until };
    }
    case 'unmute':
    case 'delete':
      return { kind };
  }
}
