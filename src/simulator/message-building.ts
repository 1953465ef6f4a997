import { randomBytes } from 'node:crypto';
import { getContentType, normalizeMessageContent, type proto } from '@whiskeysockets/baileys';
import { fields, mediaPart, mediaTypes, type MediaMessage } from './media-kinds.ts';
import { pollIn } from './message-content.ts';
import type { OutgoingContent } from './phone-message.ts';

/** What a message says about others. */
export interface MessageContext {
  readonly quoted?: { readonly id: string; readonly author: string; readonly message: proto.IMessage };
  /** Jids. */
  readonly mentions: readonly string[];
  readonly forwarded: boolean;
}

function contextInfo({ quoted, mentions, forwarded }: MessageContext): proto.IContextInfo | undefined {
  if (!quoted && mentions.length === 0 && !forwarded) return undefined;
  return {
    ...(quoted ? { stanzaId: quoted.id, participant: quoted.author, quotedMessage: quoted.message } : {}),
    ...(mentions.length > 0 ? { mentionedJid: [...mentions] } : {}),
    ...(forwarded ? { isForwarded: true, forwardingScore: 1 } : {}),
  };
}

/** The same choice of field as `generateWAMessageContent` in Baileys' `Utils/messages.js`. */
function pollMessage(poll: Extract<OutgoingContent, { type: 'poll' }>, context?: proto.IContextInfo): proto.IMessage {
  const selectableCount = poll.selectableCount ?? 1;
  const creation: proto.Message.IPollCreationMessage = {
    name: poll.question,
    options: poll.options.map((optionName) => ({ optionName })),
    selectableOptionsCount: selectableCount,
    ...(context ? { contextInfo: context } : {}),
  };
  return selectableCount === 1 ? { pollCreationMessageV3: creation } : { pollCreationMessage: creation };
}

function contactMessages(contacts: Extract<OutgoingContent, { type: 'contacts' }>['contacts']): proto.IMessage {
  const messages = contacts.map(({ name, vcard }) => ({ displayName: name, vcard }));
  const [only] = messages;
  return messages.length === 1 && only
    ? { contactMessage: only }
    : { contactsArrayMessage: { displayName: `${messages.length} contacts`, contacts: messages } };
}

/** `published` is the file, where the content has one. What is done to the message later may be encrypted with its secret. */
export function buildMessage(
  content: OutgoingContent,
  context: MessageContext,
  published: MediaMessage = {},
): proto.IMessage {
  const messageContextInfo = { messageSecret: randomBytes(32) };
  return { messageContextInfo, ...partOf(content, context, published) };
}

function partOf(content: OutgoingContent, context: MessageContext, published: MediaMessage): proto.IMessage {
  const info = contextInfo(context);
  const withInfo = info ? { contextInfo: info } : {};
  if (content.type === undefined || content.type === 'text') {
    return info ? { extendedTextMessage: { text: content.text, contextInfo: info } } : { conversation: content.text };
  }
  switch (content.type) {
    case 'location': {
      const { latitude: degreesLatitude, longitude: degreesLongitude, name = null, address = null } = content;
      return { locationMessage: { degreesLatitude, degreesLongitude, name, address, ...withInfo } };
    }
    case 'contacts': {
      const message = contactMessages(content.contacts);
      const part = message.contactMessage ?? message.contactsArrayMessage;
      if (part) Object.assign(part, withInfo);
      return message;
    }
    case 'poll':
      return pollMessage(content, info);
    case 'image':
    case 'video':
    case 'audio':
    case 'voice':
    case 'document':
    case 'sticker': {
      const { mimetype, fileName, seconds, width, height, thumbnail } = content.media;
      const { type, caption } = content;
      const described = { mimetype, fileName, seconds, width, height, caption, ...published, ...withInfo };
      const small = type === 'sticker' ? { pngThumbnail: thumbnail } : { jpegThumbnail: thumbnail };
      return { [fields[type]]: { ...described, ...small, ...(type === 'voice' ? { ptt: true } : {}) } };
    }
  }
}

/** What a quoted message keeps of itself, as `generateWAMessageFromContent` in Baileys' `Utils/messages.js` strips it. */
export function quotable(message: proto.IMessage): proto.IMessage {
  const plain = normalizeMessageContent(message) ?? {};
  const kind = getContentType(plain);
  if (!kind) return {};
  const part: unknown = plain[kind];
  if (typeof part !== 'object' || part === null) return { [kind]: part };
  return { [kind]: { ...part, contextInfo: undefined } };
}

export interface StanzaKind {
  /** Of the `<message>`. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Of each `<enc>`. */
  readonly enc: Readonly<Record<string, string>>;
}

/** `getMessageType`, `getMediaType` and the `edit` of `sendMessage` in Baileys' `Socket/messages-send.js`. */
export function stanzaKind(message: proto.IMessage, edit?: 'edit' | 'delete' | 'delete-as-admin'): StanzaKind {
  const plain = normalizeMessageContent(message) ?? {};
  const part = mediaPart(plain);
  const edits = { edit: '1', delete: '7', 'delete-as-admin': '8' };
  const editing = edit ? { edit: edits[edit] } : {};
  if (plain.reactionMessage || plain.encReactionMessage)
    return { attributes: { type: 'reaction' }, enc: { 'decrypt-fail': 'hide' } };
  if (pollIn(plain) || plain.pollUpdateMessage) return { attributes: { type: 'poll' }, enc: {} };
  if (part) return { attributes: { type: 'media', ...editing }, enc: { mediatype: mediaTypes[part.kind] } };
  const contact = plain.contactMessage ? 'vcard' : plain.contactsArrayMessage ? 'contact_array' : undefined;
  if (contact) return { attributes: { type: 'media' }, enc: { mediatype: contact } };
  return { attributes: { type: 'text', ...editing }, enc: {} };
}
