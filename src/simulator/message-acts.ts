import { normalizeMessageContent, proto } from '@whiskeysockets/baileys';
import { sealAct, type Sealed, type SecretContext, type UseCase } from './message-secrets.ts';

/** What one message does to another. */
export type MessageAct =
  | { readonly kind: 'reaction'; readonly id: string; readonly emoji: string }
  | { readonly kind: 'edit'; readonly id: string; readonly message: proto.IMessage }
  | { readonly kind: 'delete'; readonly id: string }
  | { readonly kind: 'vote'; readonly id: string; readonly vote: proto.Message.IPollEncValue }
  | { readonly kind: 'sealed'; readonly id: string; readonly useCase: UseCase; readonly sealed: Sealed };

const { Type } = proto.Message.ProtocolMessage;
const { SecretEncType } = proto.Message.SecretEncryptedMessage;

/** Undefined for a message that stands for itself. */
export function actIn(message: proto.IMessage): MessageAct | undefined {
  const plain = normalizeMessageContent(message);
  const { protocolMessage, reactionMessage, pollUpdateMessage } = plain ?? {};
  const sealed = plain && sealedIn(plain);
  if (sealed) return sealed;
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

function sealedIn({ encReactionMessage, secretEncryptedMessage }: proto.IMessage): MessageAct | undefined {
  const isEdit = secretEncryptedMessage?.secretEncType === SecretEncType.MESSAGE_EDIT;
  const sealed = encReactionMessage ?? (isEdit ? secretEncryptedMessage : undefined);
  const id = sealed?.targetMessageKey?.id;
  return sealed && id ? { kind: 'sealed', id, useCase: isEdit ? 'Message Edit' : 'Enc Reaction', sealed } : undefined;
}

/** What stands in a sealed act. */
export function unsealed(id: string, useCase: UseCase, plain: Uint8Array): MessageAct | undefined {
  if (useCase === 'Message Edit') return actIn(proto.Message.decode(plain));
  return { kind: 'reaction', id, emoji: proto.Message.ReactionMessage.decode(plain).text ?? '' };
}

/** As in the announcements of communities: `EncryptReaction` in whatsmeow's `msgsecret.go`. */
export function sealedReactionTo(key: proto.IMessageKey, emoji: string, context: SecretContext): proto.IMessage {
  const plain = proto.Message.ReactionMessage.encode({ text: emoji, senderTimestampMs: Date.now() }).finish();
  return { encReactionMessage: { targetMessageKey: key, ...sealAct('Enc Reaction', context, plain) } };
}

/** As phones write edits since 2026: pull requests 2547 and 2690 of Baileys, which open them. */
export function sealedEditOf(key: proto.IMessageKey, message: proto.IMessage, context: SecretContext): proto.IMessage {
  const protocolMessage = { key, type: Type.MESSAGE_EDIT, editedMessage: message, timestampMs: Date.now() };
  const sealed = sealAct('Message Edit', context, proto.Message.encode({ protocolMessage }).finish());
  return {
    secretEncryptedMessage: { targetMessageKey: key, secretEncType: SecretEncType.MESSAGE_EDIT, ...sealed },
  };
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
