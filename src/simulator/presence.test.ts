import { expect, test } from 'vitest';
import { useSimulatedNetwork } from '../../test/doubles/simulated-network.ts';
import type { StockClient } from '../../test/doubles/stock-client.ts';

const owner = '9990000000001';
const other = '9990000000002';
const friend = '9990000000003';
const friendJid = `${friend}@s.whatsapp.net`;

const network = useSimulatedNetwork([owner, other]);
const phoneOf = (number: string) => network.control.phone(number);

interface Seen {
  readonly chat: string;
  readonly who: string;
  readonly is: string;
  readonly lastSeen: number | undefined;
}

function presencesOf(client: StockClient): Seen[] {
  const seen: Seen[] = [];
  client.sock.ev.on('presence.update', ({ id, presences }) => {
    for (const [who, { lastKnownPresence, lastSeen }] of Object.entries(presences)) {
      seen.push({ chat: id, who, is: lastKnownPresence, lastSeen });
    }
  });
  return seen;
}

test('a client that asks hears of a person at once, and of each change', async () => {
  const client = await network.login(owner);
  const seen = presencesOf(client);
  await client.sock.presenceSubscribe(friendJid);
  await expect.poll(() => seen).toMatchObject([{ chat: friendJid, is: 'unavailable', lastSeen: undefined }]);
  await phoneOf(friend).present(true);
  await expect.poll(() => seen.at(-1)).toMatchObject({ chat: friendJid, is: 'available' });
  await phoneOf(friend).present(true);
  const before = Math.floor(Date.now() / 1000);
  await phoneOf(friend).present(false);
  await expect.poll(() => seen.at(-1)).toMatchObject({ is: 'unavailable' });
  expect(seen.at(-1)?.lastSeen).toBeGreaterThanOrEqual(before);
  expect(seen).toHaveLength(3);
});

test('one that asks by LID hears by LID', async () => {
  const client = await network.login(owner);
  const seen = presencesOf(client);
  const { lid } = phoneOf(friend);
  await client.sock.presenceSubscribe(lid);
  await phoneOf(friend).present(true);
  await expect.poll(() => seen.at(-1)).toMatchObject({ chat: lid, who: lid, is: 'available' });
});

test('phones see who is there, until the last device has gone', async () => {
  const client = await network.login(owner, { markOnlineOnConnect: false });
  const phone = phoneOf(friend);
  await phone.sees(owner, 'unavailable');
  expect(phone.presenceOf(owner)).toEqual({ available: false });
  await client.sock.sendPresenceUpdate('available');
  await phone.sees(owner, 'available');
  await client.end();
  await phone.sees(owner, 'unavailable');
  expect(Date.parse(phone.presenceOf(owner).lastSeen ?? '')).toBeLessThanOrEqual(Date.now());
});

test.for(['phone', 'lid'] as const)(
  'typing and recording go both ways between two people by %s',
  async (addressing) => {
    const client = await network.login(owner);
    const phone = phoneOf(friend);
    const to = addressing === 'lid' ? phone.lid : phone.jid;
    await client.sock.sendPresenceUpdate('composing', to);
    await phone.sees(owner, 'composing');
    await client.sock.sendPresenceUpdate('recording', to);
    await phone.sees(owner, 'recording');
    await client.sock.sendPresenceUpdate('paused', to);
    await phone.sees(owner, 'paused');
    expect(phoneOf(other).presenceOf(owner)).not.toHaveProperty('chatState');

    const seen = presencesOf(client);
    for (const state of ['composing', 'recording', 'paused'] as const) await phone.compose(owner, state);
    await expect.poll(() => seen.map(({ is }) => is)).toEqual(['composing', 'recording', 'available']);
    expect(seen[0]).toMatchObject({ chat: friendJid, who: friendJid });
  },
);

test('typing in a group is seen by its members, and is over with the message', async () => {
  const client = await network.login(owner);
  const reader = await network.login(other);
  const group = await network.control.createGroup('Friends', [friend, owner, other], 'lid');
  const phone = phoneOf(friend);
  const seen = presencesOf(reader);
  await client.sock.sendPresenceUpdate('composing', group.jid);
  await phone.sees(owner, 'composing', { group: group.jid });
  expect(phone.presenceOf(owner)).not.toHaveProperty('chatState');
  await expect.poll(() => seen).toMatchObject([{ chat: group.jid, who: phoneOf(owner).lid, is: 'composing' }]);
  await client.sends(group.jid, 'done');
  await phone.receives('done');
  expect(phone.presenceOf(owner, group.jid)).not.toHaveProperty('chatState');
  await phone.compose(group.jid, 'recording');
  await expect.poll(() => seen.at(-1)).toMatchObject({ chat: group.jid, who: phone.lid, is: 'recording' });
});

test('a phone that is away shows nothing, and waiting can be given up', async () => {
  const phone = phoneOf(friend);
  await phone.loseNetwork();
  await expect(phone.present(true)).rejects.toThrow('no network');
  await expect(phone.compose(owner, 'composing')).rejects.toThrow('no network');
  const waiting = phone.sees(owner, 'recording', { signal: AbortSignal.timeout(10) });
  await expect(waiting).rejects.toThrow();
});

test.for(['person', 'group'] as const)('what was heard is played, both ways, with a %s', async (where) => {
  const client = await network.login(owner, { emitOwnEvents: false });
  const group = await network.control.createGroup('Friends', [friend, owner], 'lid');
  const phone = phoneOf(friend);
  const chat = where === 'group' ? group.jid : friendJid;
  const bytes = Buffer.from('a voice');
  const voice = { type: 'voice', media: { bytes, mimetype: 'audio/ogg; codecs=opus' } } as const;
  const { id } = await phone.send({ to: where === 'group' ? group.jid : owner, ...voice });
  const { key } = await client.until(() => client.messages.find((each) => each.message.key.id === id)?.message);
  const status = (): string | undefined => phone.messages().find((message) => message.id === id)?.status;
  await client.sock.readMessages([key]);
  await expect.poll(status).toBe('read');
  await client.sock.sendReceipt(chat, where === 'group' ? (key.participant ?? '') : undefined, [id], 'played');
  await expect.poll(status).toBe('played');

  const receipts: unknown[] = [];
  client.sock.ev.on('message-receipt.update', (updates) => receipts.push(...updates.map(({ receipt }) => receipt)));
  const part = phone.messages().at(-1);
  expect(part?.content.type).toBe('voice');
  const sent = await client.sock.relayMessage(chat, { audioMessage: { ptt: true, mimetype: 'audio/ogg' } }, {});
  await expect.poll(() => phone.messages().at(-1)).toMatchObject({ id: sent, status: 'received' });
  await phone.play(sent);
  expect(phone.messages().at(-1)?.status).toBe('played');
  if (where === 'person') await client.reaches(sent, 5);
  else
    await expect
      .poll(() => receipts)
      .toContainEqual(expect.objectContaining({ readTimestamp: expect.any(Number) as number }));
  await expect
    .poll(
      () =>
        phoneOf(owner)
          .messages()
          .find((message) => message.id === sent)?.status,
    )
    .toBe('played');
  await expect(phone.play(id)).rejects.toThrow('no message that came');
});
