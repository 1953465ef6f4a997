import { normalizeMessageContent, proto, type WAMessage } from '@whiskeysockets/baileys';
import type { Act, DatedAct, IncomingAct } from '../acts.ts';
import type { Person } from '../content.ts';
import { contentOf, storable } from './content-from-baileys.ts';
import { placeOf, secondsOf } from './from-baileys.ts';

const { Type } = proto.Message.ProtocolMessage;

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
  const given = typeof found.ms === 'number' ? found.ms : (found.ms?.toNumber() ?? 0);
  const { targetId, act } = found;
  return { targetId, act, at: new Date(seconds * 1_000), turn: (given > 0 ? given : seconds * 1_000) * 1_000 };
}

function actOf(content: proto.IMessage): { targetId: string; act: Act; ms: Milliseconds } | undefined {
  const { reactionMessage, protocolMessage, pollUpdateMessage } = content;
  if (reactionMessage?.key?.id) {
    const act: Act = { kind: 'reaction', emoji: storable(reactionMessage.text ?? '') };
    return { targetId: reactionMessage.key.id, act, ms: reactionMessage.senderTimestampMs };
  }
  if (pollUpdateMessage?.pollCreationMessageKey?.id && pollUpdateMessage.vote) {
    const vote = proto.Message.PollEncValue.encode(pollUpdateMessage.vote).finish();
    const { pollCreationMessageKey, senderTimestampMs: ms } = pollUpdateMessage;
    return { targetId: pollCreationMessageKey.id ?? '', act: { kind: 'vote', vote }, ms };
  }
  if (!protocolMessage?.key?.id) return undefined;
  const { key, type, editedMessage, timestampMs: ms } = protocolMessage;
  const targetId = key.id ?? '';
  if (type === Type.REVOKE) return { targetId, act: { kind: 'deletion' }, ms };
  if (type !== Type.MESSAGE_EDIT || !editedMessage) return undefined;
  const text = textOf(editedMessage);
  return text === undefined ? undefined : { targetId, act: { kind: 'edit', text }, ms };
}

/** The new text or caption. */
function textOf(message: proto.IMessage): string | undefined {
  const content = contentOf(normalizeMessageContent(message) ?? {});
  if (content?.type === 'text') return content.text;
  return content && 'caption' in content ? (content.caption ?? '') : undefined;
}
