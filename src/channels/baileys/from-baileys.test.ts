import { proto, type WAMessage, type WAMessageKey } from '@whiskeysockets/baileys';
import { describe, expect, test } from 'vitest';
import type { Person } from '../content.ts';
import { fromBaileys, personOf } from './from-baileys.ts';

const self: Person = { jid: '100@s.whatsapp.net', phone: '+100', lid: '900@lid', name: 'Shop' };
const customer = '491701234567@s.whatsapp.net';
const customerLid = '12345@lid';
const group = '120363012345678901@g.us';

interface Given extends Omit<Partial<WAMessage>, 'key'> {
  key?: Partial<WAMessageKey>;
}
function given({ key, ...rest }: Given = {}): WAMessage {
  return {
    key: { remoteJid: customer, id: '3EB0AA', fromMe: false, ...key },
    message: { conversation: 'hello' },
    messageTimestamp: 1_700_000_000,
    pushName: 'Ada',
    ...rest,
  };
}
const translated = (message: WAMessage) => fromBaileys(message, self, 'live');

test('a text says who wrote what where and when', () => {
  expect(translated(given({ key: { remoteJidAlt: customerLid } }))).toEqual({
    remoteId: '3EB0AA',
    chat: { jid: customer, type: 'personal' },
    address: customer,
    chatAlias: { lid: customerLid, phone: '+491701234567' },
    from: { jid: customer, phone: '+491701234567', lid: customerLid, name: 'Ada' },
    fromMe: false,
    content: { type: 'text', text: 'hello' },
    original: null,
    secret: null,
    replyTo: null,
    mentions: [],
    sentAt: new Date(1_700_000_000_000),
    arrival: 'live',
  });
});

test('the secret of a text is told, that of others stands in their encoding', () => {
  const messageContextInfo = { messageSecret: Buffer.alloc(32, 1) };
  const secret = Buffer.alloc(32, 1);
  const text = { conversation: 'hello', messageContextInfo };
  expect(translated(given({ message: text }))).toMatchObject({ secret, original: null });
  expect(translated(given({ message: { ephemeralMessage: { message: text } } }))).toMatchObject({ secret });
  const picture = translated(given({ message: { imageMessage: { mimetype: 'image/png' }, messageContextInfo } }));
  expect(picture?.secret).toBeNull();
  const { message } = proto.WebMessageInfo.decode(picture?.original ?? Buffer.of());
  expect(message?.messageContextInfo?.messageSecret).toEqual(secret);
});

test('a status says whose it is', () => {
  const key = { remoteJid: 'status@broadcast', participant: customerLid, participantAlt: customer };
  expect(translated(given({ key }))).toMatchObject({
    chat: { jid: 'status@broadcast', type: 'status' },
    from: { jid: customer, lid: customerLid },
  });
});

describe('chat, alias and person', () => {
  const alias = { lid: customerLid, phone: '+491701234567' };
  const both = { jid: customer, phone: '+491701234567', lid: customerLid, name: 'Ada' };
  const hidden = { jid: customerLid, phone: null, lid: customerLid, name: 'Ada' };
  test.each([
    ['a phone address alone', { remoteJid: customer }, customer, null, { ...both, lid: null }],
    ['a phone address with its LID', { remoteJid: customer, remoteJidAlt: customerLid }, customer, alias, both],
    ['a LID with its phone', { remoteJid: customerLid, remoteJidAlt: customer }, customer, alias, both],
    ['a LID alone', { remoteJid: customerLid }, customerLid, null, hidden],
    [
      'devices are dropped',
      { remoteJid: '12345:3@lid', remoteJidAlt: '491701234567:3@s.whatsapp.net' },
      customer,
      alias,
      both,
    ],
    ['an empty alternative is none', { remoteJid: customerLid, remoteJidAlt: '' }, customerLid, null, hidden],
    ['two LIDs are no pair', { remoteJid: customerLid, remoteJidAlt: '77@lid' }, customerLid, null, hidden],
  ])('%s', (_name, key, chat, chatAlias, from) => {
    expect(translated(given({ key }))).toMatchObject({ chat: { jid: chat, type: 'personal' }, chatAlias, from });
  });

  test('in a group the participant wrote it, and the chat has no alias', () => {
    const key = { remoteJid: group, participant: customerLid, participantAlt: customer };
    expect(translated(given({ key }))).toMatchObject({
      chat: { jid: group, type: 'group' },
      chatAlias: null,
      from: both,
    });
  });

  test('what was typed on the own phone is from me, in the chat of the other person', () => {
    const key = { remoteJid: customerLid, remoteJidAlt: customer, fromMe: true };
    expect(translated(given({ key }))).toMatchObject({
      chat: { jid: customer },
      chatAlias: alias,
      from: self,
      fromMe: true,
    });
  });

  test('the own address is never taken for the other person of the chat', () => {
    const key = { remoteJid: customerLid, remoteJidAlt: '100@s.whatsapp.net', fromMe: true };
    expect(translated(given({ key }))).toMatchObject({ chat: { jid: customerLid }, chatAlias: null });
  });

  test('a note to oneself has both own addresses', () => {
    const key = { remoteJid: '900@lid', remoteJidAlt: '100@s.whatsapp.net', fromMe: true };
    expect(translated(given({ key }))).toMatchObject({
      chat: { jid: self.jid },
      chatAlias: { lid: '900@lid', phone: '+100' },
    });
  });

  test('an absent name is null', () => {
    expect(translated(given({ pushName: '' }))?.from.name).toBeNull();
    expect(personOf(customer, undefined, null)).toEqual({
      jid: customer,
      phone: '+491701234567',
      lid: null,
      name: null,
    });
  });
});

describe('content', () => {
  test.each<[string, proto.IMessage, string]>([
    ['a plain text', { conversation: 'a' }, 'a'],
    ['an extended text', { extendedTextMessage: { text: 'b' } }, 'b'],
    ['an empty text', { conversation: '' }, ''],
    ['a disappearing text', { ephemeralMessage: { message: { extendedTextMessage: { text: 'c' } } } }, 'c'],
    ['a text with group keys', { conversation: 'd', senderKeyDistributionMessage: { groupId: group } }, 'd'],
  ])('%s is text', (_name, message, text) => {
    expect(translated(given({ message }))?.content).toEqual({ type: 'text', text });
  });

  test.each<[string, proto.IMessage]>([
    ['an order', { orderMessage: { orderId: '1', token: 'secret' } }],
    ['a reaction', { reactionMessage: { text: '👍', key: { id: '1' } } }],
    ['an edit', { protocolMessage: { type: proto.Message.ProtocolMessage.Type.MESSAGE_EDIT, key: { id: '1' } } }],
    ['a deletion', { protocolMessage: { type: proto.Message.ProtocolMessage.Type.REVOKE, key: { id: '1' } } }],
  ])('%s is unsupported, with an original that decodes', (_name, message) => {
    const original = given({ message, messageTimestamp: 1_700_000_000 });
    const incoming = translated(original);
    expect(incoming?.content).toEqual({ type: 'unsupported' });
    const decoded = proto.WebMessageInfo.decode(incoming?.original ?? new Uint8Array());
    expect(decoded.key?.id).toBe('3EB0AA');
    expect(Number(decoded.messageTimestamp)).toBe(1_700_000_000);
    expect(proto.Message.encode(decoded.message ?? {}).finish()).toEqual(
      proto.Message.encode(proto.Message.fromObject(message)).finish(),
    );
  });

  test('a reply names what it answers', () => {
    const message = { extendedTextMessage: { text: 'yes', contextInfo: { stanzaId: '3EB0BB' } } };
    expect(translated(given({ message }))?.replyTo).toBe('3EB0BB');
  });

  test('a time of 64 bits is read', () => {
    const decoded = proto.WebMessageInfo.decode(
      proto.WebMessageInfo.encode({ key: {}, messageTimestamp: 1_700_000_000 }).finish(),
    );
    expect(translated(given({ messageTimestamp: decoded.messageTimestamp ?? null }))?.sentAt).toEqual(
      new Date(1_700_000_000_000),
    );
  });
});

test.each<[string, WAMessage]>([
  ['a notice between own devices', given({ category: 'peer' })],
  ['ciphertext that could not be read', given({ messageStubType: proto.WebMessageInfo.StubType.CIPHERTEXT })],
  ['a system notice of a group', given({ messageStubType: proto.WebMessageInfo.StubType.GROUP_CREATE })],
  ['a broadcast list', given({ key: { remoteJid: '1700000000@broadcast' } })],
  ['a message without content', given({ message: null })],
  ['a message without an id', given({ key: { id: null } })],
  ['keys for a group alone', given({ message: { senderKeyDistributionMessage: { groupId: group } } })],
  [
    'a protocol message of the phone',
    given({ message: { protocolMessage: { type: proto.Message.ProtocolMessage.Type.HISTORY_SYNC_NOTIFICATION } } }),
  ],
  ['context without content', given({ message: { messageContextInfo: { deviceListMetadataVersion: 2 } } })],
])('%s is no message of a person', (_name, message) => {
  expect(translated(message)).toBeUndefined();
});
