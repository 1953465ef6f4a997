import { getContentType, normalizeMessageContent, type proto } from '@whiskeysockets/baileys';
import { lengthOf, mediaPart, type MediaPart } from './media-kinds.ts';
import type { PhoneContent, PhoneMedia, PhoneMessage } from './phone-message.ts';

const silent = new Set(['protocolMessage', 'senderKeyDistributionMessage', 'messageContextInfo']);

/** What of a message is to be seen on a phone. */
export type Shown = Pick<PhoneMessage, 'text' | 'content' | 'mentions' | 'forwarded' | 'replyTo'>;

function contextOf(message: proto.IMessage): proto.IContextInfo | undefined {
  for (const part of Object.values(message) as unknown[]) {
    if (typeof part !== 'object' || part === null || !('contextInfo' in part)) continue;
    if (part.contextInfo) return part.contextInfo;
  }
  return undefined;
}

function mediaOf({ media }: MediaPart): PhoneMedia {
  return {
    mimetype: media.mimetype ?? '',
    bytes: lengthOf(media),
    sha256: Buffer.from(media.fileSha256 ?? []).toString('hex'),
    ...(media.fileName ? { fileName: media.fileName } : {}),
    ...(media.seconds ? { seconds: media.seconds } : {}),
    ...(media.width ? { width: media.width } : {}),
    ...(media.height ? { height: media.height } : {}),
    hasThumbnail: (media.jpegThumbnail?.length ?? media.pngThumbnail?.length ?? 0) > 0,
  };
}

function locationOf(location: proto.Message.ILocationMessage): PhoneContent {
  return {
    type: 'location',
    latitude: location.degreesLatitude ?? 0,
    longitude: location.degreesLongitude ?? 0,
    ...(location.name ? { name: location.name } : {}),
    ...(location.address ? { address: location.address } : {}),
  };
}

function contactsOf(contacts: readonly proto.Message.IContactMessage[]): PhoneContent {
  return {
    type: 'contacts',
    contacts: contacts.map(({ displayName, vcard }) => ({ name: displayName ?? '', vcard: vcard ?? '' })),
  };
}

export function pollIn(message: proto.IMessage): proto.Message.IPollCreationMessage | undefined {
  return message.pollCreationMessage ?? message.pollCreationMessageV2 ?? message.pollCreationMessageV3 ?? undefined;
}

function pollOf(poll: proto.Message.IPollCreationMessage): PhoneContent {
  return {
    type: 'poll',
    question: poll.name ?? '',
    options: (poll.options ?? []).map(({ optionName }) => optionName ?? ''),
    selectableCount: poll.selectableOptionsCount ?? 0,
  };
}

function contentOf(message: proto.IMessage, kind: string): PhoneContent {
  const text = message.conversation ?? message.extendedTextMessage?.text;
  if (typeof text === 'string') return { type: 'text', text };
  const part = mediaPart(message);
  if (part) {
    const { caption } = part.media;
    return { type: part.kind, media: mediaOf(part), ...(caption ? { caption } : {}) };
  }
  if (message.locationMessage) return locationOf(message.locationMessage);
  if (message.contactMessage) return contactsOf([message.contactMessage]);
  if (message.contactsArrayMessage) return contactsOf(message.contactsArrayMessage.contacts ?? []);
  const poll = pollIn(message);
  return poll ? pollOf(poll) : { type: 'unsupported', kind };
}

/** Undefined when a phone shows nothing for it. */
export function shownIn(message: proto.IMessage): Shown | undefined {
  const plain = normalizeMessageContent(message);
  const kind = getContentType(plain);
  if (!plain || !kind || silent.has(kind)) return undefined;
  const name = kind.replace(/Message(V\d)?$/, '');
  const content = contentOf(plain, name);
  const text = content.type === 'text' ? content.text : 'caption' in content ? content.caption : undefined;
  const context = contextOf(plain);
  return {
    text: text ? text : `[${name}]`,
    content,
    mentions: context?.mentionedJid ?? [],
    forwarded: context?.isForwarded ?? false,
    ...(context?.stanzaId ? { replyTo: context.stanzaId } : {}),
  };
}

/** What an edit leaves of a message: its new text or caption, and everything else as it was. */
export function editedMessage(before: proto.IMessage, edit: proto.IMessage): proto.IMessage {
  const old = normalizeMessageContent(before) ?? before;
  const changed = normalizeMessageContent(edit) ?? edit;
  const part = mediaPart(old);
  const now = mediaPart(changed);
  const text = changed.conversation ?? changed.extendedTextMessage?.text ?? now?.media.caption ?? '';
  const { messageContextInfo = null } = old;
  if (part) return { messageContextInfo, [part.field]: { ...part.media, caption: text } };
  const contextInfo = old.extendedTextMessage?.contextInfo;
  return contextInfo
    ? { messageContextInfo, extendedTextMessage: { text, contextInfo } }
    : { messageContextInfo, conversation: text };
}
