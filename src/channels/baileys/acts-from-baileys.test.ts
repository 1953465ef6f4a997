import { proto, type WAMessage } from '@whiskeysockets/baileys';
import { expect, test } from 'vitest';
import type { Person } from '../content.ts';
import { actFromBaileys, datedActOf } from './acts-from-baileys.ts';
import { actToBaileys } from './acts-to-baileys.ts';

const self: Person = { jid: '100@s.whatsapp.net', phone: '+100', lid: '900@lid', name: 'Shop' };
const customer = '491701234567@s.whatsapp.net';
const group = '120363012345678901@g.us';
const { Type } = proto.Message.ProtocolMessage;
const { SecretEncType } = proto.Message.SecretEncryptedMessage;
const key = { remoteJid: customer, id: 'TARGET', fromMe: true };

function given(message: proto.IMessage, different: Partial<WAMessage> = {}): WAMessage {
  return {
    key: { remoteJid: customer, id: '3EB0AA', fromMe: false },
    message,
    messageTimestamp: 1_700_000_000,
    pushName: 'Ada',
    ...different,
  };
}
const edit = (editedMessage: proto.IMessage): proto.IMessage => ({
  protocolMessage: { type: Type.MESSAGE_EDIT, key, editedMessage, timestampMs: 1_700_000_000_250 },
});

test('a reaction says who did what to which message, and when by both clocks', () => {
  const message = { reactionMessage: { key, text: '👍', senderTimestampMs: 1_700_000_000_500 } };
  expect(actFromBaileys(given(message), self, false)).toEqual({
    targetId: 'TARGET',
    act: { kind: 'reaction', emoji: '👍' },
    at: new Date(1_700_000_000_000),
    turn: 1_700_000_000_500_000,
    chat: { jid: customer, type: 'personal' },
    chatAlias: null,
    from: { jid: customer, phone: '+491701234567', lid: null, name: 'Ada' },
    fromMe: false,
    asAdmin: false,
  });
});

test.each<[string, proto.IMessage, object]>([
  ['a reaction that is taken back', { reactionMessage: { key, text: '' } }, { kind: 'reaction', emoji: '' }],
  ['one without a text', { reactionMessage: { key } }, { kind: 'reaction', emoji: '' }],
  ['an edited text', edit({ conversation: 'new' }), { kind: 'edit', text: 'new' }],
  ['as phones wrap it', { editedMessage: { message: edit({ conversation: 'new' }) } }, { kind: 'edit', text: 'new' }],
  ['a caption', edit({ imageMessage: { caption: 'new', mimetype: 'image/png' } }), { kind: 'edit', text: 'new' }],
  ['a text with NUL', edit({ conversation: 'a\0b' }), { kind: 'edit', text: 'a\uFFFDb' }],
  ['a deletion', { protocolMessage: { type: Type.REVOKE, key } }, { kind: 'deletion' }],
])('%s', (_name, message, act) => {
  expect(datedActOf(given(message))).toMatchObject({ targetId: 'TARGET', act });
});

const sealed = { targetMessageKey: key, encPayload: Buffer.from('sealed'), encIv: Buffer.from('iv') };
test.each<[string, proto.IMessage, string]>([
  ['a reaction', { encReactionMessage: sealed }, 'reaction'],
  ['an edit', { secretEncryptedMessage: { ...sealed, secretEncType: SecretEncType.MESSAGE_EDIT } }, 'edit'],
  [
    'a vote',
    {
      pollUpdateMessage: { pollCreationMessageKey: key, vote: { encPayload: sealed.encPayload, encIv: sealed.encIv } },
    },
    'vote',
  ],
])('%s that came encrypted is kept so', (_name, message, kind) => {
  const encrypted = proto.Message.PollEncValue.encode({ encPayload: sealed.encPayload, encIv: sealed.encIv }).finish();
  expect(datedActOf(given(message))).toMatchObject({ targetId: 'TARGET', act: { kind, encrypted } });
});

test('what else came encrypted is no act', () => {
  const secretEncryptedMessage = { ...sealed, secretEncType: SecretEncType.EVENT_EDIT };
  expect(datedActOf(given({ secretEncryptedMessage }))).toBeUndefined();
  expect(datedActOf(given({ encReactionMessage: { targetMessageKey: key } }))).toBeUndefined();
});

test('times of 64 bits are read, and a device without a clock goes by the server', () => {
  const info = proto.WebMessageInfo.decode(
    proto.WebMessageInfo.encode(proto.WebMessageInfo.fromObject(given(edit({ conversation: 'new' })))).finish(),
  );
  expect(datedActOf(info)).toMatchObject({ at: new Date(1_700_000_000_000), turn: 1_700_000_000_250_000 });
  expect(datedActOf(given({ reactionMessage: { key, text: '👍' } }))?.turn).toBe(1_700_000_000_000_000);
});

test.each<[string, WAMessage]>([
  ['a text', given({ conversation: 'hello' })],
  ['a reaction to nothing', given({ reactionMessage: { text: '👍', key: {} } })],
  ['an edit that says nothing', given({ protocolMessage: { type: Type.MESSAGE_EDIT, key } })],
  ['an edit that cannot be translated', given(edit({ orderMessage: { orderId: '1' } }))],
  ['an edit of a place', given(edit({ locationMessage: { degreesLatitude: 1, degreesLongitude: 2 } }))],
  ['a vote without a vote', given({ pollUpdateMessage: { pollCreationMessageKey: key } })],
  ['a notice between own devices', given({ reactionMessage: { key, text: '👍' } }, { category: 'peer' })],
  [
    'what is done to a status',
    given({ reactionMessage: { key, text: '👍' } }, { key: { remoteJid: 'status@broadcast', id: '1' } }),
  ],
])('%s is none', (_name, message) => {
  expect(actFromBaileys(message, self, false)).toBeUndefined();
});

test('a message of a group is named with who wrote it, under the address that the group uses', () => {
  const target = { id: 'msg_1', remoteId: 'TARGET', fromMe: false, from: customer, fromLid: '12345@lid' };
  const reaction = { type: 'reaction', target, emoji: '👍' } as const;
  const named = (participant?: string) => ({
    react: { text: '👍', key: { id: 'TARGET', fromMe: false, ...(participant && { participant }) } },
  });
  expect(actToBaileys(group, reaction, 'lid')).toMatchObject(named('12345@lid'));
  expect(actToBaileys(group, reaction, 'pn')).toMatchObject(named(customer));
  expect(actToBaileys(group, { ...reaction, target: { ...target, fromLid: null } }, 'lid')).toMatchObject(
    named(customer),
  );
  expect(actToBaileys(customer, reaction, 'pn')).toEqual({
    react: { text: '👍', key: { remoteJid: customer, id: 'TARGET', fromMe: false } },
  });
  const own = { ...target, fromMe: true };
  expect(actToBaileys(group, { type: 'deletion', target: own }, 'lid')).toEqual({
    delete: { remoteJid: group, id: 'TARGET', fromMe: true },
  });
});
