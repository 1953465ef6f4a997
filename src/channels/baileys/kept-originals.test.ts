import { createHash, createHmac, randomBytes } from 'node:crypto';
import { aesEncryptGCM, proto } from '@whiskeysockets/baileys';
import { expect, test } from 'vitest';
import { openVote, translateOriginal } from './kept-originals.ts';

const secret = randomBytes(32);
const [shop, shopLid] = ['100@s.whatsapp.net', '900@lid'];
const [ada, adaLid] = ['491701234567@s.whatsapp.net', '12345@lid'];
const poll = {
  remoteId: 'POLL',
  options: ['now', 'later', 'never'],
  original: null,
  secret,
  creators: [shop, shopLid],
};

/** As a phone does it, with keys made of this secret; after Baileys' `decryptPollVote`. */
function voteOf(options: string[], [creator, voter]: [string, string], key: Uint8Array = secret): Uint8Array {
  const hmac = (by: Uint8Array, data: Uint8Array) => createHmac('sha256', by).update(data).digest();
  const names = Buffer.concat([Buffer.from(`POLL${creator}${voter}Poll Vote`), Buffer.from([1])]);
  const selectedOptions = options.map((option) => createHash('sha256').update(option).digest());
  const vote = proto.Message.PollVoteMessage.encode({ selectedOptions }).finish();
  const encIv = randomBytes(12);
  const encPayload = aesEncryptGCM(
    vote,
    hmac(hmac(Buffer.alloc(32), key), names),
    encIv,
    Buffer.from(`POLL\0${voter}`),
  );
  return proto.Message.PollEncValue.encode({ encPayload, encIv }).finish();
}

test.each<[string, [string, string]]>([
  ['by phone', [shop, ada]],
  ['by LID', [shopLid, adaLid]],
  ['by one of each', [shopLid, ada]],
])('a vote opens, bound to addresses %s, with the options in their order', (_name, names) => {
  expect(openVote(voteOf(['never', 'now'], names), poll, [ada, adaLid])).toEqual(['now', 'never']);
});

test('a vote that is taken back chooses nothing, and an option that is not there is none', () => {
  expect(openVote(voteOf([], [shop, ada]), poll, [ada])).toEqual([]);
  expect(openVote(voteOf(['maybe'], [shop, ada]), poll, [ada])).toEqual([]);
});

test('the poll’s own encoding has its secret', () => {
  const message = { messageContextInfo: { messageSecret: secret }, pollCreationMessage: { name: 'When?' } };
  const original = proto.WebMessageInfo.encode({ key: { id: 'POLL' }, message }).finish();
  const vote = voteOf(['now'], [shop, ada]);
  expect(openVote(vote, { ...poll, original, secret: null }, [ada])).toEqual(['now']);
  expect(openVote(vote, { ...poll, original, secret: randomBytes(32) }, [ada])).toEqual(['now']);
});

test.each<[string, Uint8Array, string[]]>([
  ['another’s', voteOf(['now'], [shop, ada]), ['499999@s.whatsapp.net']],
  ['with another secret', voteOf(['now'], [shop, ada], randomBytes(32)), [ada]],
  ['without content', new Uint8Array(), [ada]],
])('one that cannot be opened is undefined: %s', (_name, vote, voters) => {
  expect(openVote(vote, poll, voters)).toBeUndefined();
});

test('what was kept says or does something, or cannot be translated', () => {
  const kept = (message: proto.IMessage) =>
    translateOriginal(
      proto.WebMessageInfo.encode(
        proto.WebMessageInfo.fromObject({ key: { id: '1' }, message, messageTimestamp: 1_700_000_000 }),
      ).finish(),
    );
  expect(kept({ conversation: 'hello' })).toMatchObject({ content: { type: 'text', text: 'hello' } });
  expect(kept({ reactionMessage: { key: { id: 'TARGET' }, text: '👍' } })).toMatchObject({
    targetId: 'TARGET',
    act: { kind: 'reaction', emoji: '👍' },
  });
  expect(kept({ orderMessage: { orderId: '1' } })).toBeUndefined();
});
