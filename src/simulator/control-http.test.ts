import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createControlClient, type RemoteControl } from '../../test/doubles/control-client.ts';
import { downloadWith, trustMedia } from '../../test/doubles/media-client.ts';
import { useSimulatedNetwork } from '../../test/doubles/simulated-network.ts';
import { createControlServer, type ControlServer } from './control-server.ts';

const owner = '9990000000001';
const friend = '9990000000003';
const ownerJid = `${owner}@s.whatsapp.net`;
const friendJid = `${friend}@s.whatsapp.net`;

const network = useSimulatedNetwork([owner]);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const file = randomBytes(1_500_000);

let server: ControlServer;
let url: string;
let control: RemoteControl;
beforeEach(async () => {
  server = createControlServer(network.control);
  url = await server.start(0);
  control = createControlClient(url);
});
afterEach(() => server.stop());

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

test('files go both ways as streams, larger than a body of arguments may be', async () => {
  const client = await network.login(owner, trustMedia(network.simulator.mediaCa));
  const phone = control.phone(friend);
  async function* slices() {
    for (let at = 0; at < file.length; at += 50_000) yield await Promise.resolve(file.subarray(at, at + 50_000));
  }
  const media = {
    bytes: slices(),
    mimetype: 'video/mp4',
    fileName: 'film & more.mp4',
    seconds: 9,
    thumbnail: Buffer.from('x'),
  };
  const { id } = await phone.send({ to: owner, type: 'video', media, caption: 'a film' });
  const message = await client.until(() => client.messages.find((each) => each.message.key.id === id)?.message);
  expect(message.message?.videoMessage).toMatchObject({ caption: 'a film', seconds: 9 });
  expect(sha256(await downloadWith(network.simulator.mediaCa, message))).toBe(sha256(file));
  expect(await phone.messages()).toMatchObject([
    { id, content: { type: 'video', media: { bytes: file.length, sha256: sha256(file), hasThumbnail: true } } },
  ]);

  const sent = await client.sock.sendMessage(friendJid, { document: file, mimetype: 'text/plain' });
  await phone.receives('[document]');
  expect(sha256(await bytesOf(await phone.media(sent?.key.id ?? '')))).toBe(sha256(file));
  await phone.forgetMedia(sent?.key.id ?? '');
  await expect(phone.media(sent?.key.id ?? '')).rejects.toThrow('does not have this file');
  const wrong = phone.send({ to: 'nobody', type: 'image', media: { bytes: file, mimetype: 'image/png' } });
  await expect(wrong).rejects.toThrow('no number of this network');
});

test('every kind of message and everything that is done to one', async () => {
  const phone = control.phone(friend);
  const { jid } = await control.createGroup('Friends', [friend, owner]);
  const text = await phone.send({ to: owner, type: 'text', text: 'one', mentions: [owner], forwarded: true });
  await phone.send({ to: owner, text: 'two', replyTo: text.id, addressing: 'lid' });
  await phone.send({ to: owner, type: 'location', latitude: 1, longitude: 2, name: 'Here' });
  await phone.send({ to: owner, type: 'contacts', contacts: [{ name: 'Ada', vcard: 'BEGIN:VCARD' }] });
  const poll = await phone.send({
    to: jid,
    type: 'poll',
    question: 'Tea?',
    options: ['yes', 'no'],
    selectableCount: 1,
  });
  await phone.send({ to: 'status@broadcast', text: 'hello', audience: [owner] });
  await phone.vote(poll.id, ['yes']);
  await phone.react(text.id, '👍');
  await phone.edit(text.id, 'first');
  expect(await phone.messages()).toMatchObject([
    {
      text: 'first',
      edited: true,
      forwarded: true,
      mentions: [ownerJid],
      reactions: [{ from: friendJid, emoji: '👍' }],
    },
    { text: 'two', replyTo: text.id },
    { content: { type: 'location', latitude: 1, longitude: 2, name: 'Here' } },
    { content: { type: 'contacts', contacts: [{ name: 'Ada' }] } },
    { content: { type: 'poll' }, votes: [{ from: friendJid, options: ['yes'] }] },
    { chat: 'status@broadcast' },
  ]);
  await phone.delete(text.id);
  expect((await phone.messages())[0]).toMatchObject({ deleted: true });
});

test('presence, calls, groups and channels', async () => {
  const client = await network.login(owner);
  const phone = control.phone(friend);
  await phone.present(true);
  await phone.compose(owner, 'composing');
  expect(await control.phone(owner).presenceOf(friend)).toEqual({ available: true, chatState: 'composing' });
  const seen = phone.sees(owner, 'recording');
  await client.sock.sendPresenceUpdate('recording', friendJid);
  await seen;
  await expect(phone.sees(owner, 'paused', { signal: AbortSignal.timeout(20) })).rejects.toThrow();

  const { id } = await phone.call(owner, { video: true });
  const ended = phone.callEnds(id);
  await phone.hangUp(id, true);
  expect(await ended).toMatchObject({ status: 'missed', video: true });
  expect(await phone.calls()).toHaveLength(1);

  const { jid } = await control.createGroup('Friends', [friend, owner]);
  for (const change of [
    { kind: 'subject', subject: 'Us' },
    { kind: 'description', description: 'All of us' },
    { kind: 'announce', enabled: true },
    { kind: 'promote', participants: [owner] },
    { kind: 'leave' },
  ] as const) {
    await phone.updateGroup(jid, change);
  }
  expect(await control.group(jid)).toMatchObject({
    subject: 'Us',
    announce: true,
    admins: [ownerJid],
    participants: [ownerJid],
  });
  expect(await control.group('nothing@g.us')).toBeNull();

  const news = await control.createNewsletter('News', friend);
  await control.phone(owner).follow(news.jid);
  const media = { bytes: file.subarray(0, 10), mimetype: 'image/png' };
  await phone.post(news.jid, { type: 'image', media, caption: 'a post' });
  await control.phone(owner).receives('a post');
  expect(await control.newsletter(news.jid)).toMatchObject({ followers: [ownerJid], posts: [{ serverId: 100 }] });
  await control.phone(owner).unfollow(news.jid);
});

test('faults of the media host', async () => {
  const client = await network.login(owner, trustMedia(network.simulator.mediaCa));
  await control.fault({ kind: 'media-host-down', enabled: true, only: 'uploads', status: 503 });
  const upload = () => client.sock.sendMessage(friendJid, { document: file.subarray(0, 100), mimetype: 'text/plain' });
  await expect(upload()).rejects.toThrow('upload failed');
  await control.clearFaults();
  await upload();
  expect(await control.counters()).toMatchObject({ mediaUploads: 1, mediaBytesUploaded: 122 });
});

test('what is no call is refused with a sentence that says why', async () => {
  const post = async (path: string, args: unknown) => {
    const response = await fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify(args) });
    return [response.status, ((await response.json()) as { error: string }).error];
  };
  const send = `/phones/${friend}/send`;
  expect(await post(send, [{ to: owner, type: 'song' }])).toEqual([
    400,
    expect.stringContaining('type must be one of'),
  ]);
  expect(await post(send, [{ to: owner, type: 'image', media: {} }])).toEqual([
    400,
    expect.stringContaining('as the body'),
  ]);
  expect(await post(send, [{ to: owner, type: 'poll', question: 'Why?' }])).toEqual([400, 'options must be an array']);
  expect(await post(send, {})).toEqual([400, 'The arguments must be a JSON array']);
  expect(await post(`/phones/${friend}/compose`, [owner, 'singing'])).toEqual([
    400,
    expect.stringContaining('state must'),
  ]);
  expect(await post(`/phones/${friend}/dance`, [])).toEqual([404, 'There is no such method']);
});
