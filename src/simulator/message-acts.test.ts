import { decryptPollVote, type AnyMessageContent, type WAMessage } from '@whiskeysockets/baileys';
import { beforeEach, expect, test } from 'vitest';
import { useSimulatedNetwork } from '../../test/doubles/simulated-network.ts';
import type { StockClient } from '../../test/doubles/stock-client.ts';
import { voteIn } from './message-acts.ts';
import type { PhoneMessage } from './phone-message.ts';
import { encryptVote } from './poll-votes.ts';

const owner = '9990000000001';
const other = '9990000000002';
const friend = '9990000000003';
const ownerJid = `${owner}@s.whatsapp.net`;
const friendJid = `${friend}@s.whatsapp.net`;

const network = useSimulatedNetwork([owner, other]);
const phoneOf = (number: string) => network.control.phone(number);
const file = Buffer.from('a small file');

let client: StockClient;
beforeEach(async () => {
  client = await network.login(owner);
});

/** What a phone shows under this id, once it fits. */
async function shown(number: string, id: string, fields: Partial<PhoneMessage>): Promise<PhoneMessage> {
  const find = () =>
    phoneOf(number)
      .messages()
      .find((message) => message.id === id);
  await expect.poll(find).toMatchObject(fields);
  return find() as PhoneMessage;
}
async function sends(to: string, content: AnyMessageContent, options = {}): Promise<WAMessage> {
  const sent = await client.sock.sendMessage(to, content, options);
  if (!sent) throw new Error('Nothing was sent');
  return sent;
}
function arrives(id: string): Promise<WAMessage> {
  return client.until(() => client.messages.find(({ message }) => message.key.id === id)?.message);
}
async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

test.for(['person', 'group'] as const)(
  'reactions, edits and deletions of a client change the phones of a %s',
  async (where) => {
    const group = await network.control.createGroup('Friends', [friend, owner], 'lid');
    const chat = where === 'group' ? group.jid : friendJid;
    const { id } = await phoneOf(friend).send({ to: where === 'group' ? group.jid : owner, text: 'react to me' });
    const received = await arrives(id);
    await sends(chat, { react: { text: '👍', key: received.key } });
    await shown(friend, id, { reactions: [{ from: ownerJid, emoji: '👍' }] });
    await shown(owner, id, { reactions: [{ from: ownerJid, emoji: '👍' }] });
    await sends(chat, { react: { text: '', key: received.key } });
    await shown(friend, id, { reactions: [] });

    const { key } = await sends(chat, { text: 'frist' });
    await shown(friend, key.id ?? '', { text: 'frist', edited: false });
    await sends(chat, { text: 'first', edit: key });
    await shown(friend, key.id ?? '', { text: 'first', content: { type: 'text', text: 'first' }, edited: true });
    await shown(owner, key.id ?? '', { text: 'first', edited: true });
    await sends(chat, { delete: key });
    await shown(friend, key.id ?? '', { text: '', deleted: true });
    await shown(owner, key.id ?? '', { text: '', deleted: true });
  },
);

test.for(['phone', 'lid', 'group'] as const)(
  'reactions, edits and deletions of a phone reach a client by %s',
  async (where) => {
    const group = await network.control.createGroup('Friends', [friend, owner], 'lid');
    const phone = phoneOf(friend);
    const events: [string, unknown][] = [];
    client.sock.ev.on('messages.reaction', (reactions) =>
      events.push(...reactions.map((r) => ['reaction', r] as [string, unknown])),
    );
    client.sock.ev.on('messages.update', (updates) =>
      events.push(...updates.map((u) => ['update', u] as [string, unknown])),
    );
    const { key } = await sends(where === 'group' ? group.jid : where === 'lid' ? phone.lid : friendJid, {
      text: 'hello',
    });
    const id = key.id ?? '';
    await shown(friend, id, { text: 'hello' });
    await phone.react(id, '❤️');
    await expect
      .poll(() => events)
      .toContainEqual([
        'reaction',
        expect.objectContaining({ key: expect.objectContaining({ id, fromMe: true }) as object }),
      ]);
    expect(phone.messages().find((message) => message.id === id)?.reactions).toEqual([
      { from: friendJid, emoji: '❤️' },
    ]);
    await shown(owner, id, { reactions: [{ from: friendJid, emoji: '❤️' }] });

    const addressing = where === 'lid' ? ('lid' as const) : ('phone' as const);
    const own = await phone.send({ to: where === 'group' ? group.jid : owner, text: 'helo', addressing });
    await arrives(own.id);
    await phone.edit(own.id, 'hello');
    const edited = { message: { editedMessage: { message: { conversation: 'hello' } } } };
    await expect
      .poll(() => events)
      .toContainEqual([
        'update',
        expect.objectContaining({
          key: expect.objectContaining({ id: own.id }) as object,
          update: expect.objectContaining(edited) as object,
        }),
      ]);
    await shown(owner, own.id, { text: 'hello', edited: true });
    await phone.delete(own.id);
    await expect
      .poll(() => events)
      .toContainEqual([
        'update',
        expect.objectContaining({
          key: expect.objectContaining({ id: own.id }) as object,
          update: expect.objectContaining({ message: null }) as object,
        }),
      ]);
    await shown(owner, own.id, { text: '', deleted: true });
  },
);

test.for(['phone', 'lid', 'group'] as const)(
  'what phones encrypt can be opened by phones, and reaches a client as it is: %s',
  async (where) => {
    const group = await network.control.createGroup('Friends', [friend, owner, other], 'lid');
    const phone = phoneOf(friend);
    const addressing = where === 'lid' ? ('lid' as const) : ('phone' as const);
    const to = where === 'group' ? group.jid : owner;
    const { id } = await phone.send({ to, text: 'helo', addressing });
    await arrives(id);
    await shown(owner, id, { text: 'helo' });
    const sealed = (kind: 'encReactionMessage' | 'secretEncryptedMessage') =>
      client.until(() => client.messages.find(({ message }) => message.message?.[kind])?.message.message?.[kind]);
    for (const text of ['hullo', 'hello']) {
      await phone.edit(id, text, { encrypted: true });
      await shown(owner, id, { text, edited: true });
    }
    expect(await sealed('secretEncryptedMessage')).toMatchObject({ targetMessageKey: { id } });
    await phone.react(id, '🎉', { encrypted: true });
    await shown(owner, id, { reactions: [{ from: friendJid, emoji: '🎉' }] });
    expect(await sealed('encReactionMessage')).toMatchObject({ targetMessageKey: { id } });
    await phoneOf(owner).react(id, '👍', { encrypted: true });
    await shown(friend, id, { reactions: [{ emoji: '🎉' }, { from: ownerJid, emoji: '👍' }] } as Partial<PhoneMessage>);
    await expect(phoneOf(owner).edit(id, 'mine', { encrypted: true })).rejects.toThrow('somebody else');
  },
);

test('a caption can be edited, and the file stays', async () => {
  const phone = phoneOf(friend);
  const { id } = await phone.send({
    to: owner,
    type: 'image',
    media: { bytes: file, mimetype: 'image/png' },
    caption: 'old',
  });
  await shown(owner, id, { text: 'old' });
  await phone.edit(id, 'new');
  await shown(owner, id, { text: 'new', edited: true });
  expect(await bytesOf(await phoneOf(owner).media(id))).toEqual(file);
  await phone.delete(id);
  await expect(phone.media(id)).rejects.toThrow('no message');
});

test('an admin may delete what others wrote, and nobody else', async () => {
  const group = await network.control.createGroup('Friends', [friend, owner, other]);
  const { key } = await sends(group.jid, { text: 'rude' });
  const id = key.id ?? '';
  await shown(friend, id, { text: 'rude' });
  await shown(other, id, { text: 'rude' });
  await expect(phoneOf(other).delete(id)).rejects.toThrow('somebody else');
  await expect(phoneOf(friend).edit(id, 'polite')).rejects.toThrow('somebody else');
  await phoneOf(friend).delete(id);
  await shown(other, id, { deleted: true });
  await shown(owner, id, { deleted: true });
});

test.for(['phone', 'group'] as const)(
  'votes are counted on phones, and those of phones can be read by clients: %s',
  async (where) => {
    const group = await network.control.createGroup('Friends', [friend, owner, other], 'lid');
    const phone = phoneOf(friend);
    const values = ['tea', 'coffee', 'water'];
    const { key, message } = await sends(where === 'group' ? group.jid : friendJid, {
      poll: { name: 'What?', values, selectableCount: 0 },
    });
    const id = key.id ?? '';
    await shown(friend, id, { content: { type: 'poll', question: 'What?', options: values, selectableCount: 0 } });
    await phone.vote(id, ['tea', 'water']);
    await shown(owner, id, { votes: [{ from: friendJid, options: ['tea', 'water'] }] });
    const update = await client.until(
      () => client.messages.find((each) => each.message.message?.pollUpdateMessage)?.message,
    );
    const vote = decryptPollVote(update.message?.pollUpdateMessage?.vote ?? {}, {
      pollMsgId: id,
      pollEncKey: message?.messageContextInfo?.messageSecret ?? new Uint8Array(),
      pollCreatorJid: where === 'group' ? phoneOf(owner).lid : ownerJid,
      voterJid: where === 'group' ? phone.lid : friendJid,
    });
    expect(vote.selectedOptions).toHaveLength(2);
    await phone.vote(id, []);
    await shown(owner, id, { votes: [] });
    if (where === 'group') await shown(other, id, { votes: [] });
    await expect(phone.vote(id, ['beer'])).rejects.toThrow('no option');
  },
);

test.for(['phone', 'lid'] as const)(
  'a client’s vote is counted on both phones, bound to jids by %s',
  async (addressing) => {
    const phone = phoneOf(friend);
    const poll = { type: 'poll', question: 'Tea?', options: ['yes', 'no'], selectableCount: 1 } as const;
    const { id: pollId } = await phone.send({ to: owner, ...poll });
    const { message } = await client.until(
      () => client.messages.find((each) => each.message.key.id === pollId)?.message,
    );
    const secret = message?.messageContextInfo?.messageSecret ?? new Uint8Array();
    const [author, actor] = addressing === 'lid' ? [phone.lid, phoneOf(owner).lid] : [friendJid, ownerJid];
    const vote = encryptVote({ targetId: pollId, secret, author, actor }, ['no']);
    await client.sock.relayMessage(friendJid, voteIn({ remoteJid: friendJid, fromMe: false, id: pollId }, vote), {});
    await shown(friend, pollId, { votes: [{ from: ownerJid, options: ['no'] }] });
    await shown(owner, pollId, { votes: [{ from: ownerJid, options: ['no'] }] });
    const other = encryptVote({ targetId: 'another', secret, author, actor }, ['yes']);
    await client.sock.relayMessage(friendJid, voteIn({ remoteJid: friendJid, fromMe: false, id: pollId }, other), {});
    await client.sends(friendJid, 'after the vote that nobody can read');
    await phone.receives('after the vote that nobody can read');
    expect(phone.messages().find(({ id }) => id === pollId)?.votes).toEqual([{ from: ownerJid, options: ['no'] }]);
  },
);

test('a reaction that a client cannot read comes again', async () => {
  const phone = phoneOf(friend);
  const reactions: (string | null | undefined)[] = [];
  client.sock.ev.on('messages.reaction', (added) => reactions.push(...added.map(({ reaction }) => reaction.text)));
  const { key } = await sends(friendJid, { text: 'hello' });
  await shown(friend, key.id ?? '', { text: 'hello' });
  await phone.send({ to: owner, text: 'so that there is a session' });
  await client.receives('so that there is a session');
  await network.control.fault({ kind: 'corrupt-next', number: owner });
  await phone.react(key.id ?? '', '👍');
  await expect.poll(() => reactions).toEqual(['👍']);
  expect(network.control.counters().retries).toBeGreaterThan(0);
});
