import { normalizeMessageContent, proto, type WAMessage } from '@whiskeysockets/baileys';
import type { Act, DatedAct, IncomingAct } from '../acts.ts';
import type { Person } from '../content.ts';
import { contentOf, storable } from './content-from-baileys.ts';
import { placeOf, secondsOf } from './from-baileys.ts';

const { Type } = proto.Message.ProtocolMessage;
const { SecretEncType } = proto.Message.SecretEncryptedMessage;

type Milliseconds = number | { toNumber(): number } | null | undefined;

/** What a person does to another message; undefined for a message that stands for itself, or that cannot be translated. */
export function actFromBaileys(message: WAMessage, self: Person, asAdmin: boolean): IncomingAct | undefined {
  const place = placeOf(message, self);
  const act = place && datedActOf(message);
  if (!act) return undefined;
  const { address: _, chat, ...others } = place;
  // What is done to a status stays with WhatsApp.
  return chat.type === 'status' ? undefined : { ...others, chat: { ...chat, type: chat.type }, ...act, asAdmin };
}

/** The same, of a message of which only the encoding was kept. */
export function datedActOf(message: proto.IWebMessageInfo): DatedAct | undefined {
  const found = actOf(normalizeMessageContent(message.message) ?? {});
  if (!found) return undefined;
  const seconds = secondsOf(message.messageTimestamp);
  const { targetId, act, ms } = found;
  return { targetId, act, at: new Date(seconds * 1_000), turn: turnOf(ms) ?? seconds * 1_000_000 };
}

/** Null where the device did not say when. */
export function turnOf(ms: Milliseconds): number | null {
  const given = typeof ms === 'number' ? ms : (ms?.toNumber() ?? 0);
  return given > 0 ? given * 1_000 : null;
}

interface ActFound {
  targetId: string;
  act: Act;
  ms: Milliseconds;
}

function actOf(content: proto.IMessage): ActFound | undefined {
  const { reactionMessage, protocolMessage, pollUpdateMessage } = content;
  const encrypted = encryptedActOf(content);
  if (encrypted) return encrypted;
  if (reactionMessage?.key?.id) {
    const act: Act = { kind: 'reaction', emoji: storable(reactionMessage.text ?? '') };
    return { targetId: reactionMessage.key.id, act, ms: reactionMessage.senderTimestampMs };
  }
  if (pollUpdateMessage?.pollCreationMessageKey?.id && pollUpdateMessage.vote) {
    const { pollCreationMessageKey, vote, senderTimestampMs: ms } = pollUpdateMessage;
    return { targetId: pollCreationMessageKey.id ?? '', act: { kind: 'vote', encrypted: encoded(vote) }, ms };
  }
  if (!protocolMessage?.key?.id) return undefined;
  const { key, type, editedMessage, timestampMs: ms } = protocolMessage;
  const targetId = key.id ?? '';
  if (type === Type.REVOKE) return { targetId, act: { kind: 'deletion' }, ms };
  if (type !== Type.MESSAGE_EDIT || !editedMessage) return undefined;
  const text = textOf(editedMessage);
  return text === undefined ? undefined : { targetId, act: { kind: 'edit', text }, ms };
}

/** Phones encrypt edits; reactions only in the announcements of communities. When it was done is inside. */
function encryptedActOf({ encReactionMessage, secretEncryptedMessage }: proto.IMessage): ActFound | undefined {
  const isEdit = secretEncryptedMessage?.secretEncType === SecretEncType.MESSAGE_EDIT;
  const found = encReactionMessage ?? (isEdit ? secretEncryptedMessage : undefined);
  if (!found?.targetMessageKey?.id || !found.encPayload?.length) return undefined;
  const kind = encReactionMessage ? 'reaction' : 'edit';
  return { targetId: found.targetMessageKey.id, act: { kind, encrypted: encoded(found) }, ms: null };
}

/** All kinds in one encoding. */
function encoded({ encPayload = null, encIv = null }: proto.Message.IPollEncValue): Uint8Array {
  return proto.Message.PollEncValue.encode({ encPayload, encIv }).finish();
}

/** The new text or caption. */
export function textOf(message: proto.IMessage): string | undefined {
  const content = contentOf(normalizeMessageContent(message) ?? {});
  if (content?.type === 'text') return content.text;
  return content && 'caption' in content ? (content.caption ?? '') : undefined;
}
