import { type AnyMessageContent, proto, type WAMessage, type WAMessageKey } from '@whiskeysockets/baileys';
import { chatTypeOf } from '../address.ts';
import type { Content, MessageKey, OutgoingAct, OutgoingContent, OutgoingMedia, QuotedMessage } from '../content.ts';
import { writeVcard } from '../vcard.ts';

/** What Baileys makes a message of by itself: all but files, for which see `media-message.ts`. */
export type ComposedContent = Exclude<OutgoingContent, OutgoingMedia>;

/** What `sendMessage` takes. A link preview would fetch addresses that customers wrote, so there is none. */
export function toBaileys(
  content: Exclude<ComposedContent, OutgoingAct>,
  mentions: readonly string[],
): AnyMessageContent {
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
        poll: {
          name: content.question,
          values: content.options,
          selectableCount: content.maxAnswers,
          ...(content.secret && { messageSecret: content.secret }),
        },
        ...mentioned,
      };
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
