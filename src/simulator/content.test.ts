import { createHash } from 'node:crypto';
import { normalizeMessageContent, type AnyMessageContent, type WAMessage } from '@whiskeysockets/baileys';
import { beforeEach, expect, test } from 'vitest';
import { downloadWith, trustMedia } from '../../test/doubles/media-client.ts';
import { useSimulatedNetwork } from '../../test/doubles/simulated-network.ts';
import type { StockClient } from '../../test/doubles/stock-client.ts';
import type { PhoneContent, PhoneMessage } from './phone-message.ts';

const owner = '9990000000001';
const other = '9990000000002';
const friend = '9990000000003';
const ownerJid = `${owner}@s.whatsapp.net`;
const friendJid = `${friend}@s.whatsapp.net`;

const network = useSimulatedNetwork([owner, other]);
const phoneOf = (number: string) => network.control.phone(number);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const file = Buffer.from(Array.from({ length: 40_000 }, (_, index) => index % 251));
const thumbnail = Buffer.from('ffd8ffe000104a464946', 'hex');
const vcard = 'BEGIN:VCARD\nVERSION:3.0\nFN:Ada\nTEL:+9990000000009\nEND:VCARD';

let client: StockClient;
beforeEach(async () => {
  client = await network.login(owner, trustMedia(network.simulator.mediaCa));
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

const media = { bytes: file.length, sha256: sha256(file) };
const fromClient: readonly [AnyMessageContent, PhoneContent][] = [
  [
    { image: file, mimetype: 'image/png', caption: 'a picture', jpegThumbnail: thumbnail.toString('base64') },
    { type: 'image', media: { ...media, mimetype: 'image/png', hasThumbnail: true }, caption: 'a picture' },
  ],
  [
    { video: file, seconds: 3, jpegThumbnail: thumbnail.toString('base64') },
    { type: 'video', media: { ...media, mimetype: 'video/mp4', seconds: 3, hasThumbnail: true } },
  ],
  [
    { audio: file, mimetype: 'audio/mp4', seconds: 4 },
    { type: 'audio', media: { ...media, mimetype: 'audio/mp4', seconds: 4, hasThumbnail: false } },
  ],
  [
    { audio: file, mimetype: 'audio/ogg; codecs=opus', seconds: 5, ptt: true },
    { type: 'voice', media: { ...media, mimetype: 'audio/ogg; codecs=opus', seconds: 5, hasThumbnail: false } },
  ],
  [
    { document: file, mimetype: 'application/pdf', fileName: 'offer.pdf', caption: 'our offer' },
    {
      type: 'document',
      media: { ...media, mimetype: 'application/pdf', fileName: 'offer.pdf', hasThumbnail: false },
      caption: 'our offer',
    },
  ],
  [{ sticker: file }, { type: 'sticker', media: { ...media, mimetype: 'image/webp', hasThumbnail: false } }],
  [
    { location: { degreesLatitude: 1.5, degreesLongitude: -2.25, name: 'Shop', address: 'Street 1' } },
    { type: 'location', latitude: 1.5, longitude: -2.25, name: 'Shop', address: 'Street 1' },
  ],
  [
    { contacts: { contacts: [{ displayName: 'Ada', vcard }] } },
    { type: 'contacts', contacts: [{ name: 'Ada', vcard }] },
  ],
  [
    { poll: { name: 'When?', values: ['today', 'tomorrow'], selectableCount: 1 } },
    { type: 'poll', question: 'When?', options: ['today', 'tomorrow'], selectableCount: 1 },
  ],
];

test.for(fromClient)('a client’s %o is shown on both phones', async ([content, expected]) => {
  const { key } = await sends(friendJid, content);
  const id = key.id ?? '';
  const message = await shown(friend, id, { content: expected, fromMe: false });
  await shown(owner, id, { content: expected, fromMe: true, chat: friendJid });
  if (!('media' in expected)) return;
  expect(sha256(await bytesOf(await phoneOf(friend).media(id)))).toBe(media.sha256);
  expect(sha256(await bytesOf(await phoneOf(owner).media(id)))).toBe(media.sha256);
  expect(message.text).toBe(expected.caption ?? `[${expected.type === 'voice' ? 'audio' : expected.type}]`);
});

test.for(['image', 'video', 'audio', 'voice', 'document', 'sticker'] as const)(
  'a phone’s %s arrives at a client, byte for byte, also from the owner’s phone',
  async (type) => {
    const details = {
      mimetype: 'application/x-test',
      fileName: 'name.bin',
      seconds: 7,
      width: 8,
      height: 9,
      thumbnail,
    };
    const content = { type, media: { bytes: file, ...details }, caption: 'look' } as const;
    for (const [from, to] of [
      [friend, owner],
      [owner, friend],
    ] as const) {
      const { id } = await phoneOf(from).send({ to, ...content });
      const message = await arrives(id);
      expect(message.key.fromMe).toBe(from === owner);
      expect(sha256(await downloadWith(network.simulator.mediaCa, message))).toBe(media.sha256);
      const part = Object.values(normalizeMessageContent(message.message) ?? {})[0] as Record<string, unknown>;
      expect(part).toMatchObject({ mimetype: 'application/x-test' });
      if (type === 'voice') expect(part).toMatchObject({ ptt: true });
      expect(sha256(await bytesOf(await phoneOf(to).media(id)))).toBe(media.sha256);
    }
  },
);

test('a file may come as a stream', async () => {
  async function* slices() {
    for (let at = 0; at < file.length; at += 999) yield await Promise.resolve(file.subarray(at, at + 999));
  }
  const bytes = slices();
  const { id } = await phoneOf(friend).send({ to: owner, type: 'document', media: { bytes, mimetype: 'text/plain' } });
  expect(sha256(await downloadWith(network.simulator.mediaCa, await arrives(id)))).toBe(media.sha256);
});

test('places, contacts and polls of a phone arrive at a client', async () => {
  const phone = phoneOf(friend);
  const place = await phone.send({ to: owner, type: 'location', latitude: 3, longitude: 4, name: 'Here' });
  expect((await arrives(place.id)).message?.locationMessage).toMatchObject({ degreesLatitude: 3, name: 'Here' });
  const contacts = [
    { name: 'Ada', vcard },
    { name: 'Bob', vcard },
  ];
  const two = await phone.send({ to: owner, type: 'contacts', contacts });
  expect((await arrives(two.id)).message?.contactsArrayMessage?.contacts).toHaveLength(2);
  const poll = await phone.send({ to: owner, type: 'poll', question: 'Tea?', options: ['yes', 'no'] });
  expect((await arrives(poll.id)).message?.pollCreationMessageV3).toMatchObject({ name: 'Tea?' });
});

test.for(['person', 'group'] as const)('answers, mentions and forwards go both ways to a %s', async (where) => {
  const group = await network.control.createGroup('Friends', [friend, owner, other], 'lid');
  const chat = where === 'group' ? group.jid : friendJid;
  const phone = phoneOf(friend);
  // Baileys marks a forwarded message in its first part, which is the sender key where that came with it.
  if (where === 'group') await arrives((await phone.send({ to: chat, text: 'the key' })).id);
  const first = await sends(chat, { text: 'a question' });
  await shown(friend, first.key.id ?? '', { text: 'a question' });
  const to = where === 'group' ? group.jid : owner;
  const answer = await phone.send({ to, text: 'an answer', replyTo: first.key.id ?? '', mentions: [owner] });
  const arrived = await arrives(answer.id);
  const context = arrived.message?.extendedTextMessage?.contextInfo;
  expect(context).toMatchObject({
    stanzaId: first.key.id,
    quotedMessage: { extendedTextMessage: { text: 'a question' } },
  });
  expect(context?.mentionedJid).toEqual([where === 'group' ? phoneOf(owner).lid : ownerJid]);

  const back = await sends(chat, { text: 'thanks', mentions: [friendJid] }, { quoted: arrived });
  await shown(friend, back.key.id ?? '', { replyTo: answer.id, mentions: [friendJid], forwarded: false });
  const forwarded = await sends(chat, { forward: arrived, force: true });
  await shown(friend, forwarded.key.id ?? '', { text: 'an answer', forwarded: true });
});

test('what a phone cannot show stands there by its kind', async () => {
  const { key } = await sends(friendJid, { event: { name: 'Party', startDate: new Date() } });
  await shown(friend, key.id ?? '', { text: '[event]', content: { type: 'unsupported', kind: 'event' } });
});

test('a message written while away keeps its content, and all of it survives a restart of the network', async () => {
  const phone = phoneOf(friend);
  await phone.loseNetwork();
  const sent = phone.send({ to: owner, type: 'document', media: { bytes: file, mimetype: 'text/plain' } });
  await expect(phone.react('x', '👍')).rejects.toThrow('no message');
  await phone.regainNetwork();
  const { id } = await sent;
  await arrives(id);
  await phone.react(id, '👍');
  const before = phone.messages();
  await network.restart();
  expect(phoneOf(friend).messages()).toEqual(before);
});
