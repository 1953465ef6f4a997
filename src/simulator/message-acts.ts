import { normalizeMessageContent, proto } from '@whiskeysockets/baileys';

/** What one message does to another. */
export type MessageAct =
  | { readonly kind: 'reaction'; readonly id: string; readonly emoji: string }
  | { readonly kind: 'edit'; readonly id: string; readonly message: proto.IMessage }
  | { readonly kind: 'delete'; readonly id: string }
  | { readonly kind: 'vote'; readonly id: string; readonly vote: proto.Message.IPollEncValue };

const { Type } = proto.Message.ProtocolMessage;

/** Undefined for a message that stands for itself. */
export function actIn(message: proto.IMessage): MessageAct | undefined {
  const plain = normalizeMessageContent(message);
  const { protocolMessage, reactionMessage, pollUpdateMessage } = plain ?? {};
  const reacted = reactionMessage?.key?.id;
  if (reacted) return { kind: 'reaction', id: reacted, emoji: reactionMessage.text ?? '' };
  const poll = pollUpdateMessage?.pollCreationMessageKey?.id;
  if (poll && pollUpdateMessage.vote) return { kind: 'vote', id: poll, vote: pollUpdateMessage.vote };
  const meant = protocolMessage?.key?.id;
  if (!meant) return undefined;
  if (protocolMessage.type === Type.REVOKE) return { kind: 'delete', id: meant };
  if (protocolMessage.type !== Type.MESSAGE_EDIT || !protocolMessage.editedMessage) return undefined;
  return { kind: 'edit', id: meant, message: protocolMessage.editedMessage };
}

export function reactionTo(key: proto.IMessageKey, emoji: string): proto.IMessage {
  return { reactionMessage: { key, text: emoji, senderTimestampMs: Date.now() } };
}

/** Phones wrap an edit, which Baileys' `normalizeMessageContent` takes off; Baileys itself sends it bare. */
export function editOf(key: proto.IMessageKey, message: proto.IMessage): proto.IMessage {
  const protocolMessage = { key, type: Type.MESSAGE_EDIT, editedMessage: message, timestampMs: Date.now() };
  return { editedMessage: { message: { protocolMessage } } };
}

export function deletionOf(key: proto.IMessageKey): proto.IMessage {
  return { protocolMessage: { key, type: Type.REVOKE } };
}

export function voteIn(key: proto.IMessageKey, vote: proto.Message.IPollEncValue): proto.IMessage {
  return { pollUpdateMessage: { pollCreationMessageKey: key, vote, senderTimestampMs: Date.now() } };
}
