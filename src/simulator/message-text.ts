import { getContentType, normalizeMessageContent, type proto } from '@whiskeysockets/baileys';

const silent = new Set(['protocolMessage', 'senderKeyDistributionMessage', 'messageContextInfo']);

/** What a phone shows for a message: its text or caption, else its kind in brackets; undefined when it shows nothing. */
export function textOf(message: proto.IMessage): string | undefined {
  const content = normalizeMessageContent(message);
  const kind = getContentType(content);
  if (!content || !kind || silent.has(kind)) return undefined;
  const text =
    content.conversation ??
    content.extendedTextMessage?.text ??
    content.imageMessage?.caption ??
    content.videoMessage?.caption ??
    content.documentMessage?.caption;
  return text ? text : `[${kind.replace(/Message(V\d)?$/, '')}]`;
}
