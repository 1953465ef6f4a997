import {
  isJidStatusBroadcast,
  normalizeMessageContent,
  proto,
  type WAMessage,
  type WAMessageKey,
} from '@whiskeysockets/baileys';
import { bareJid, chatTypeOf, isLid, phoneOf } from '../address.ts';
import type { IncomingMessage, Person } from '../content.ts';
import { contentOf, contextOf, secretOf, storable } from './content-from-baileys.ts';

const protocolTypesOfPeople = new Set<proto.Message.ProtocolMessage.Type>([
  proto.Message.ProtocolMessage.Type.REVOKE,
  proto.Message.ProtocolMessage.Type.MESSAGE_EDIT,
]);

/**
 * Translates what Baileys hands over; undefined for what is no message of a person: notices between own devices
 * (`category` peer), ciphertext that could not be read (a retry is under way), system stubs.
 */
export function fromBaileys(
  message: WAMessage,
  self: Person,
  arrival: IncomingMessage['arrival'],
): IncomingMessage | undefined {
  const place = placeOf(message, self);
  const what = said(message);
  if (!place || !what) return undefined;
  return {
    remoteId: message.key.id ?? '',
    ...place,
    ...what,
    ...contextOf(message.message ?? {}),
    secret: what.original ? null : (secretOf(message.message) ?? null),
    sentAt: new Date(secondsOf(message.messageTimestamp) * 1000),
    arrival,
  };
}

/** Whose a message of a person is, and in which chat; undefined for what is none. */
export function placeOf(
  message: WAMessage,
  self: Person,
): Pick<IncomingMessage, 'chat' | 'address' | 'chatAlias' | 'from' | 'fromMe'> | undefined {
  const { key } = message;
  const { remoteJid, id } = key;
  if (!remoteJid || !id || message.category === 'peer' || message.messageStubType) return undefined;
  const chatType = isJidStatusBroadcast(remoteJid) ? 'status' : chatTypeOf(remoteJid);
  if (!chatType) return undefined;
  const alias = chatType === 'personal' ? aliasOf(remoteJid, key.remoteJidAlt, self) : null;
  return {
    chat: { jid: alias ? jidOfPhone(alias.phone) : bareJid(remoteJid), type: chatType },
    address: bareJid(remoteJid),
    chatAlias: alias,
    from: key.fromMe ? self : senderOf(key, message.pushName ? storable(message.pushName) : null),
    fromMe: key.fromMe === true,
  };
}

/** What a message says, and its own encoding where more than a text may be wanted of it; undefined for what nobody wrote. */
function said(message: WAMessage): Pick<IncomingMessage, 'content' | 'original'> | undefined {
  const inner = normalizeMessageContent(message.message);
  if (!inner) return undefined;
  const content = contentOf(inner);
  if (content?.type === 'text') return { content, original: null };
  if (content) return { content, original: encoded(message) };
  return isForPeople(inner) ? untranslated(message) : undefined;
}

export function untranslated(message: WAMessage): Pick<IncomingMessage, 'content' | 'original'> {
  return { content: { type: 'unsupported' }, original: encoded(message) };
}

function encoded(message: WAMessage): Uint8Array {
  return proto.WebMessageInfo.encode(proto.WebMessageInfo.fromObject(message)).finish();
}

function isForPeople(content: proto.IMessage): boolean {
  const type = content.protocolMessage?.type;
  if (content.protocolMessage) return type !== undefined && type !== null && protocolTypesOfPeople.has(type);
  return Object.entries(content).some(
    ([name, value]) => value !== null && name !== 'senderKeyDistributionMessage' && name !== 'messageContextInfo',
  );
}

/** The two addresses of a chat's other person, where the stanza carried both; on copies of own messages one may be ours. */
function aliasOf(jid: string, alternative: string | null | undefined, self: Person): IncomingMessage['chatAlias'] {
  if (!alternative) return null;
  const [lid, other] = isLid(jid) ? [jid, alternative] : [alternative, jid];
  const phone = phoneOf(other);
  if (!isLid(lid) || !phone) return null;
  const alias = { lid: bareJid(lid), phone };
  return (alias.lid === self.lid) === (phone === self.phone) ? alias : null;
}

function senderOf(key: WAMessageKey, name: string | null): Person {
  // An absent field of a protobuf message reads as ''.
  return key.participant
    ? personOf(key.participant, key.participantAlt, name)
    : personOf(key.remoteJid ?? '', key.remoteJidAlt, name);
}

/** A person from one address and, where known, the other; `jid` is the phone's address where there is one. */
export function personOf(jid: string, alternative: string | null | undefined, name: string | null): Person {
  const addresses = [jid, alternative ?? ''].map(bareJid);
  const lid = addresses.find(isLid) ?? null;
  const phone = addresses.map(phoneOf).find((found) => found !== null) ?? null;
  return { jid: phone ? jidOfPhone(phone) : bareJid(jid), phone, lid, name };
}

function jidOfPhone(phone: string): string {
  return `${phone.slice(1)}@s.whatsapp.net`;
}

export function secondsOf(timestamp: WAMessage['messageTimestamp']): number {
  if (typeof timestamp === 'number') return timestamp;
  return timestamp ? timestamp.toNumber() : 0;
}
