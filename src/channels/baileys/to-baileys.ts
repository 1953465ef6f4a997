import { type AnyMessageContent, proto, type WAMessage, type WAMessageKey } from '@whiskeysockets/baileys';
import { chatTypeOf } from '../address.ts';
import type { Content, MessageKey, OutgoingContent, OutgoingMedia, QuotedMessage } from '../content.ts';
import { writeVcard } from '../vcard.ts';

/** What `sendMessage` takes, with the file opened. A link preview would fetch addresses that customers wrote: there is none. */
export async function toBaileys(
  chat: string,
  content: OutgoingContent,
  { mentions, signal }: { mentions: readonly string[]; signal: AbortSignal },
): Promise<AnyMessageContent> {
  const mentioned = mentions.length > 0 ? { mentions: [...mentions] } : {};
  switch (content.type) {
    case 'text':
      return { text: content.text, linkPreview: null, ...mentioned };
    case 'location':
      return { location: locationOf(content) };
    case 'contact':
      return { contacts: contactsOf(content) };
    case 'poll':
      return {
        poll: { name: content.question, values: content.options, selectableCount: content.maxAnswers },
        ...mentioned,
      };
    case 'reaction':
      return { react: { text: content.emoji, key: toKey(chat, content.target) } };
    case 'edit':
      return { text: content.text, linkPreview: null, edit: toKey(chat, content.target) };
    case 'deletion':
      return { delete: toKey(chat, content.target) };
    case 'image':
    case 'video':
    case 'audio':
    case 'voice':
    case 'document':
    case 'sticker':
      return { ...(await toMedia(content, signal)), ...mentioned };
  }
}

/**
 * Given what it would work out for itself (length of a sound, thumbnail), Baileys writes no plain copy of a file to the
 * disk: `prepareWAMessageMedia` in its `Utils/messages.js`.
 */
async function toMedia(content: OutgoingMedia, signal: AbortSignal): Promise<AnyMessageContent> {
  const { file } = content;
  const stream = await content.open(signal);
  const size = {
    ...(file.width !== null && { width: file.width }),
    ...(file.height !== null && { height: file.height }),
  };
  const shared = { mimetype: file.mimetype, ...(content.caption !== null && { caption: content.caption }) };
  const jpegThumbnail = content.thumbnail ? Buffer.from(content.thumbnail).toString('base64') : '';
  switch (content.type) {
    case 'image':
      return { image: { stream }, ...shared, ...size, jpegThumbnail };
    case 'video':
      return {
        video: { stream },
        ...shared,
        ...size,
        jpegThumbnail,
        ...(file.seconds !== null && { seconds: file.seconds }),
      };
    case 'audio':
    case 'voice':
      return { audio: { stream }, mimetype: file.mimetype, seconds: file.seconds ?? 0, ptt: content.type === 'voice' };
    case 'sticker':
      return { sticker: { stream }, mimetype: file.mimetype, ...size };
    case 'document':
      return { document: { stream }, ...shared, fileName: file.fileName ?? 'file' };
  }
}

function locationOf(place: Extract<Content, { type: 'location' }>): proto.Message.ILocationMessage {
  return {
    degreesLatitude: place.latitude,
    degreesLongitude: place.longitude,
    ...(place.name !== null && { name: place.name }),
    ...(place.address !== null && { address: place.address }),
  };
}

function contactsOf({ contacts }: Extract<Content, { type: 'contact' }>) {
  const cards = contacts.map((card) => ({ displayName: card.name, vcard: writeVcard(card) }));
  return { displayName: cards[0]?.displayName ?? '', contacts: cards };
}

/** As Baileys names a message: in a group with who wrote it. */
function toKey(chat: string, { remoteId, fromMe, from }: MessageKey): WAMessageKey {
  const isGroup = chatTypeOf(chat) === 'group';
  return { remoteJid: chat, id: remoteId, fromMe, ...(isGroup && !fromMe && { participant: from }) };
}

/** The message that is answered, as the receiving side shows it above the answer. */
export function toQuoted(chat: string, quoted: QuotedMessage): WAMessage {
  const key = toKey(chat, quoted);
  const message = quoted.original
    ? proto.WebMessageInfo.decode(quoted.original).message
    : proto.Message.fromObject({ conversation: quoted.content.type === 'text' ? quoted.content.text : '' });
  return { key, message: message ?? null, ...(key.participant && { participant: key.participant }) };
}
