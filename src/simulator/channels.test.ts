import { createHash } from 'node:crypto';
import type { WAMessage } from '@whiskeysockets/baileys';
import { expect, test } from 'vitest';
import { downloadWith, trustMedia } from '../../test/doubles/media-client.ts';
import { useSimulatedNetwork } from '../../test/doubles/simulated-network.ts';
import { textIn, type StockClient } from '../../test/doubles/stock-client.ts';

const owner = '9990000000001';
const other = '9990000000002';
const friend = '9990000000003';
const ownerJid = `${owner}@s.whatsapp.net`;
const friendJid = `${friend}@s.whatsapp.net`;
const statusJid = 'status@broadcast';

const network = useSimulatedNetwork([owner, other]);
const phoneOf = (number: string) => network.control.phone(number);
const login = (number: string) => network.login(number, trustMedia(network.simulator.mediaCa));
const file = Buffer.from('a picture of a cat');
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function arrives(client: StockClient, id: string): Promise<WAMessage> {
  return client.until(() => client.messages.find(({ message }) => message.key.id === id)?.message);
}

test('what a channel posts arrives at the clients and phones of its followers, and at nobody else', async () => {
  const client = await login(owner);
  const stranger = await login(other);
  const { jid } = await network.control.createNewsletter('News', friend);
  await phoneOf(owner).follow(jid);
  const { id } = await phoneOf(friend).post(jid, { text: 'breaking' });
  const arrived = await arrives(client, id);
  expect(arrived.key).toMatchObject({ remoteJid: jid, fromMe: false, server_id: '100' });
  expect(textIn(arrived)).toBe('breaking');
  expect(phoneOf(owner).messages()).toMatchObject([{ id, chat: jid, from: jid, text: 'breaking', status: 'received' }]);
  expect(phoneOf(friend).messages()).toMatchObject([{ id, chat: jid, fromMe: true }]);
  await phoneOf(owner).read(jid);
  expect(phoneOf(owner).messages()).toMatchObject([{ status: 'read' }]);
  // Acknowledged, so that it does not come again.
  await expect.poll(() => phoneOf(owner).unacknowledged()).toBe(0);

  const picture = await phoneOf(friend).post(jid, { type: 'image', media: { bytes: file, mimetype: 'image/png' } });
  const { imageMessage } = (await arrives(client, picture.id)).message ?? {};
  // Not encrypted, and so without a key.
  expect(Number(imageMessage?.fileLength)).toBe(file.length);
  expect(imageMessage?.mediaKey ?? null).toBeNull();
  const { dispatcher } = trustMedia(network.simulator.mediaCa).options as { dispatcher?: unknown };
  const downloaded = await fetch(imageMessage?.url ?? '', { dispatcher } as RequestInit);
  expect(sha256(Buffer.from(await downloaded.arrayBuffer()))).toBe(sha256(file));

  await phoneOf(owner).unfollow(jid);
  await phoneOf(friend).post(jid, { text: 'nobody hears' });
  await phoneOf(friend).send({ to: owner, text: 'the last one' });
  await client.receives('the last one');
  expect(client.messages.map(({ message }) => textIn(message))).not.toContain('nobody hears');
  expect(stranger.messages).toEqual([]);
  await expect(phoneOf(owner).post(jid, { text: 'mine' })).rejects.toThrow('no channel of this phone');
});

test('a client makes a channel, follows, reads and reacts', async () => {
  const writer = await login(owner);
  const reader = await login(other);
  const { id: jid, name } = await writer.sock.newsletterCreate('Shop', 'What is new');
  expect(name).toBe('Shop');
  const metadata = await reader.sock.newsletterMetadata('jid', jid);
  expect(metadata).toMatchObject({ id: jid, thread_metadata: { description: { text: 'What is new' } } });
  await reader.sock.newsletterFollow(jid);
  await reader.sock.newsletterMute(jid);
  await reader.sock.newsletterUnmute(jid);
  await writer.sock.newsletterUpdateName(jid, 'The shop');
  expect(network.control.newsletter(jid)).toMatchObject({ name: 'The shop', followers: [phoneOf(other).jid] });
  expect(await writer.sock.newsletterSubscribers(jid)).toEqual({ subscribers: 1 });
  expect(await writer.sock.newsletterAdminCount(jid)).toBe(1);

  const post = await writer.sock.sendMessage(jid, { text: 'Open on Sunday' });
  expect(textIn(await arrives(reader, post?.key.id ?? ''))).toBe('Open on Sunday');
  await phoneOf(other).receives('Open on Sunday');
  await reader.sock.newsletterReactMessage(jid, '100', '🎉');
  expect(network.control.newsletter(jid)?.posts).toMatchObject([{ serverId: 100, reactions: ['🎉'] }]);
  await reader.sock.newsletterReactMessage(jid, '100');
  expect(network.control.newsletter(jid)?.posts).toMatchObject([{ reactions: [] }]);
  expect(await reader.sock.newsletterFetchMessages(jid, 10, 0, 0)).toMatchObject({
    content: [{ tag: 'message_updates', content: [{ content: [{ tag: 'message', attrs: { server_id: '100' } }] }] }],
  });
  expect(await reader.sock.subscribeNewsletterUpdates(jid)).toEqual({ duration: '300' });

  const picture = await writer.sock.sendMessage(jid, { image: file, jpegThumbnail: '' });
  const { imageMessage } = (await arrives(reader, picture?.key.id ?? '')).message ?? {};
  expect(Buffer.from(imageMessage?.fileSha256 ?? []).toString('hex')).toBe(sha256(file));
  const shown = phoneOf(other).messages().at(-1);
  const chunks: Uint8Array[] = [];
  for await (const chunk of await phoneOf(other).media(shown?.id ?? '')) chunks.push(chunk);
  expect(sha256(Buffer.concat(chunks))).toBe(sha256(file));
  await reader.sock.newsletterUnfollow(jid);
  await network.restart();
  expect(network.control.newsletter(jid)).toMatchObject({
    followers: [],
    posts: [{ serverId: 100 }, { serverId: 101 }],
  });
});

test('a phone’s status reaches its audience, with receipts', async () => {
  const client = await login(owner);
  const stranger = await login(other);
  const phone = phoneOf(friend);
  await phone.send({ to: owner, text: 'we know each other' });
  await client.receives('we know each other');
  const { id } = await phone.send({ to: statusJid, text: 'on holiday' });
  const status = await arrives(client, id);
  expect(status.key).toMatchObject({ remoteJid: statusJid, participant: friendJid, fromMe: false });
  expect(textIn(status)).toBe('on holiday');
  await expect.poll(() => phone.messages().at(-1)).toMatchObject({ chat: statusJid, status: 'delivered' });
  await client.sock.readMessages([status.key]);
  await expect.poll(() => phone.messages().at(-1)?.receipts).toEqual([{ from: ownerJid, status: 'read' }]);
  expect(phoneOf(owner).messages().at(-1)).toMatchObject({ chat: statusJid, from: friendJid, text: 'on holiday' });

  const media = { bytes: file, mimetype: 'image/png' };
  const picture = await phone.send({ to: statusJid, type: 'image', media, audience: [other] });
  const seen = await arrives(stranger, picture.id);
  expect(sha256(await downloadWith(network.simulator.mediaCa, seen))).toBe(sha256(file));
  expect(client.messages.some(({ message }) => message.key.id === picture.id)).toBe(false);
});

test('a client’s status reaches those for whom it was meant', async () => {
  const client = await login(owner);
  const reader = await login(other);
  const audience = [friendJid, phoneOf(other).jid];
  const sent = await client.sock.sendMessage(statusJid, { text: 'at work' }, { statusJidList: audience });
  const id = sent?.key.id ?? '';
  await phoneOf(friend).receives('at work');
  expect((await arrives(reader, id)).key).toMatchObject({ remoteJid: statusJid, participant: ownerJid });
  await phoneOf(friend).read(statusJid);
  expect(phoneOf(friend).messages()).toMatchObject([{ chat: statusJid, status: 'read' }]);
});

test('the owner’s own status, typed on the phone, reaches the linked client', async () => {
  const client = await login(owner);
  const { id } = await phoneOf(owner).send({ to: statusJid, text: 'mine', audience: [friend] });
  expect((await arrives(client, id)).key).toMatchObject({ remoteJid: statusJid, fromMe: true });
});
