import { createHash, createHmac, randomBytes } from 'node:crypto';
import { aesEncryptGCM, proto } from '@whiskeysockets/baileys';
import { expect, test } from 'vitest';
import type { EncryptedAct, TargetKeys } from '../acts.ts';
import { openAct } from './encrypted-acts.ts';

const secret = randomBytes(32);
const [shop, shopLid] = ['100@s.whatsapp.net', '900@lid'];
const [ada, adaLid] = ['491701234567@s.whatsapp.net', '12345@lid'];
const poll: TargetKeys = {
  remoteId: 'POLL',
  options: ['now', 'later', 'never'],
  original: null,
  secrets: [secret],
  authors: [shop, shopLid],
};
const text: TargetKeys = { ...poll, remoteId: 'TEXT', options: [], authors: [ada] };
const { Type } = proto.Message.ProtocolMessage;

interface Bond {
  id: string;
  names: readonly [author: string, person: string];
  key?: Uint8Array;
}

/** As a phone does it; after Baileys' `decryptPollVote`. Only votes have associated data. */
function sealed(useCase: string, plain: Uint8Array, { id, names: [author, person], key = secret }: Bond): Uint8Array {
  const hmac = (by: Uint8Array, data: Uint8Array) => createHmac('sha256', by).update(data).digest();
  const info = Buffer.concat([Buffer.from(`${id}${author}${person}${useCase}`), Buffer.from([1])]);
  const encIv = randomBytes(12);
  const bound = Buffer.from(useCase === 'Poll Vote' ? `${id}\0${person}` : '');
  const encPayload = aesEncryptGCM(plain, hmac(hmac(Buffer.alloc(32), key), info), encIv, bound);
  return proto.Message.PollEncValue.encode({ encPayload, encIv }).finish();
}

function voteOf(options: string[], names: Bond['names'], key: Uint8Array = secret): EncryptedAct {
  const selectedOptions = options.map((option) => createHash('sha256').update(option).digest());
  const vote = proto.Message.PollVoteMessage.encode({ selectedOptions }).finish();
  return { kind: 'vote', encrypted: sealed('Poll Vote', vote, { id: 'POLL', names, key }) };
}

function editOf(message: proto.IMessage, names: Bond['names'], id = 'TEXT'): EncryptedAct {
  const plain = proto.Message.encode(proto.Message.fromObject(message)).finish();
  return { kind: 'edit', encrypted: sealed('Message Edit', plain, { id, names }) };
}

function reactionOf(emoji: string, names: Bond['names'], key: Uint8Array = secret): EncryptedAct {
  const plain = proto.Message.ReactionMessage.encode({ text: emoji, senderTimestampMs: 1_700_000_000_250 }).finish();
  return { kind: 'reaction', encrypted: sealed('Enc Reaction', plain, { id: 'TEXT', names, key }) };
}

const addressings: [string, Bond['names']][] = [
  ['by phone', [shop, ada]],
  ['by LID', [shopLid, adaLid]],
  ['by one of each', [shopLid, ada]],
];
test.each(addressings)('a vote opens, bound to addresses %s, with the options in their order', (_name, names) => {
  expect(openAct(voteOf(['never', 'now'], names), poll, [ada, adaLid])).toEqual({ options: ['now', 'never'] });
});

test('a vote that is taken back chooses nothing, and an option that is not there is none', () => {
  expect(openAct(voteOf([], [shop, ada]), poll, [ada])).toEqual({ options: [] });
  expect(openAct(voteOf(['maybe'], [shop, ada]), poll, [ada])).toEqual({ options: [] });
});

test.each(addressings)(
  'a reaction opens, bound to addresses %s, and so does one that is taken back',
  (_name, names) => {
    const target = { ...text, authors: [shop, shopLid] };
    expect(openAct(reactionOf('👍', names), target, [ada, adaLid])).toEqual({
      text: '👍',
      turn: 1_700_000_000_250_000,
    });
    expect(openAct(reactionOf('', names), target, [ada, adaLid])).toEqual({ text: '', turn: 1_700_000_000_250_000 });
  },
);

const edited = (editedMessage: proto.IMessage): proto.IMessage => ({
  protocolMessage: { type: Type.MESSAGE_EDIT, key: { id: 'TEXT' }, editedMessage, timestampMs: 1_700_000_000_250 },
});
test.each<[string, proto.IMessage, string]>([
  ['a text', edited({ conversation: 'new' }), 'new'],
  ['a text that mentions somebody', edited({ extendedTextMessage: { text: 'new' } }), 'new'],
  ['a caption', edited({ imageMessage: { caption: 'new' } }), 'new'],
  ['with NUL', edited({ conversation: 'a\0b' }), 'a\uFFFDb'],
  ['the new text alone', { conversation: 'new' }, 'new'],
  ['wrapped', { editedMessage: { message: edited({ conversation: 'new' }) } }, 'new'],
])('an edit opens: %s', (_name, message, said) => {
  expect(openAct(editOf(message, [ada, ada]), text, [ada, adaLid])).toEqual({
    text: said,
    turn: 'conversation' in message ? null : 1_700_000_000_250_000,
  });
});

test('an edit opens by an address of its author that the message itself did not tell', () => {
  expect(openAct(editOf({ conversation: 'new' }, [adaLid, adaLid]), text, [ada, adaLid])).toEqual({
    text: 'new',
    turn: null,
  });
});

test('the message’s own encoding has its secret', () => {
  const message = { messageContextInfo: { messageSecret: secret }, pollCreationMessage: { name: 'When?' } };
  const original = proto.WebMessageInfo.encode({ key: { id: 'POLL' }, message }).finish();
  const vote = voteOf(['now'], [shop, ada]);
  expect(openAct(vote, { ...poll, original, secrets: [] }, [ada])).toEqual({ options: ['now'] });
  expect(openAct(vote, { ...poll, original, secrets: [randomBytes(32)] }, [ada])).toEqual({ options: ['now'] });
});

test.each<[string, EncryptedAct, TargetKeys, string[]]>([
  ['another’s vote', voteOf(['now'], [shop, ada]), poll, ['499999@s.whatsapp.net']],
  ['with another secret', voteOf(['now'], [shop, ada], randomBytes(32)), poll, [ada]],
  ['without content', { kind: 'vote', encrypted: new Uint8Array() }, poll, [ada]],
  ['what is no encoding', { kind: 'edit', encrypted: Buffer.from('\xff\xff', 'latin1') }, text, [ada]],
  ['an edit of another message', editOf({ conversation: 'new' }, [ada, ada], 'OTHER'), text, [ada]],
  ['an edit that says nothing', editOf({}, [ada, ada]), text, [ada]],
  ['a reaction as an edit', { ...reactionOf('👍', [ada, ada]), kind: 'edit' }, text, [ada]],
  [
    'an edit of a message without a secret',
    editOf({ conversation: 'new' }, [ada, ada]),
    { ...text, secrets: [] },
    [ada],
  ],
])('what cannot be opened is undefined: %s', (_name, act, target, people) => {
  expect(openAct(act, target, people)).toBeUndefined();
});
