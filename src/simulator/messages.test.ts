import { expect, test } from 'vitest';
import { useSimulatedNetwork } from '../../test/doubles/simulated-network.ts';
import { createDeviceCache } from '../../test/doubles/device-cache.ts';
import { copyOf, textIn } from '../../test/doubles/stock-client.ts';

const owner = '9990000000001';
const other = '9990000000002';
const friend = '9990000000003';
const ownerJid = `${owner}@s.whatsapp.net`;
const otherJid = `${other}@s.whatsapp.net`;
const friendJid = `${friend}@s.whatsapp.net`;

const network = useSimulatedNetwork([owner, other]);

function statusOf(number: string, id: string): string | undefined {
  return network.control
    .phone(number)
    .messages()
    .find((message) => message.id === id)?.status;
}

test('a text from a client arrives at the phone, and the ticks turn', async () => {
  const client = await network.login(owner);
  const id = await client.sends(friendJid, 'hello');
  const shown = await network.control.phone(friend).receives('hello', { from: owner });
  expect(shown).toMatchObject({ id, chat: ownerJid, from: ownerJid, fromMe: false, status: 'received' });
  expect(await client.acknowledged(id)).not.toHaveProperty('error');
  await client.reaches(id, 3);
  await network.control.phone(friend).read();
  const read = await client.reaches(id, 4);
  expect(read.chat).toBe(friendJid);
});

test('a text from a phone arrives at the client, and its receipts turn the phone’s ticks', async () => {
  const client = await network.login(owner);
  const phone = network.control.phone(friend);
  const { id } = await phone.send({ to: owner, text: 'good morning' });
  const message = await client.receives('good morning');
  expect(message.key).toMatchObject({ id, remoteJid: friendJid, remoteJidAlt: phone.lid, fromMe: false });
  await expect.poll(() => statusOf(friend, id)).toBe('delivered');
  await client.sock.readMessages([message.key]);
  await expect.poll(() => statusOf(friend, id)).toBe('read');
  expect(statusOf(owner, id)).toBe('read');
});

test('a conversation goes on in both directions', async () => {
  const client = await network.login(owner);
  const phone = network.control.phone(friend);
  for (let turn = 0; turn < 5; turn += 1) {
    await client.sends(friendJid, `question ${turn}`);
    await phone.receives(`question ${turn}`);
    await phone.send({ to: owner, text: `answer ${turn}` });
    await client.receives(`answer ${turn}`);
  }
  expect(network.control.counters().undecryptable).toBe(0);
});

test('LIDs address both directions, with the phone number beside them', async () => {
  const client = await network.login(owner);
  const phone = network.control.phone(friend);
  const id = await client.sends(phone.lid, 'by lid');
  expect(await phone.receives('by lid')).toMatchObject({ chat: ownerJid });
  expect((await client.reaches(id, 3)).chat).toBe(phone.lid);
  await phone.read(ownerJid);
  expect((await client.reaches(id, 4)).chat).toBe(phone.lid);

  await phone.send({ to: owner, text: 'back by lid', addressing: 'lid' });
  const message = await client.receives('back by lid');
  expect(message.key).toMatchObject({ remoteJid: phone.lid, remoteJidAlt: friendJid, addressingMode: 'lid' });
});

test('what the owner types on the phone arrives at the linked client as its own message', async () => {
  const client = await network.login(owner);
  await network.control.phone(owner).send({ to: friend, text: 'from my pocket' });
  const message = await client.receives('from my pocket');
  expect(message.key).toMatchObject({ remoteJid: friendJid, fromMe: true });
  await network.control.phone(friend).receives('from my pocket', { from: owner });
});

test('what a linked client sends appears on the owner’s phone, with its ticks', async () => {
  const client = await network.login(owner);
  const id = await client.sends(friendJid, 'from the desk');
  await client.reaches(id, 3);
  expect(network.control.phone(owner).messages()).toMatchObject([
    { id, chat: friendJid, fromMe: true, text: 'from the desk', status: 'delivered' },
  ]);
});

test('two clients of different phones talk to each other, and both phones see it', async () => {
  const left = await network.login(owner);
  const right = await network.login(other);
  const id = await left.sends(otherJid, 'are you there?');
  await right.receives('are you there?');
  await left.reaches(id, 3);
  await right.sends(ownerJid, 'yes');
  const answer = await left.receives('yes');
  await left.sock.readMessages([answer.key]);
  await right.reaches(answer.key.id ?? '', 4);
  await network.control.phone(other).receives('are you there?', { from: owner });
  await network.control.phone(owner).receives('yes', { from: other });
  expect(network.control.counters().undecryptable).toBe(0);
});

test('messages for a client that is away wait in order, and arrive as append', async () => {
  const phone = network.control.phone(friend);
  for (const text of ['one', 'two', 'three']) await phone.send({ to: owner, text });
  const client = await network.login(owner);
  await client.receives('three');
  const texts = client.messages.filter(({ type }) => type === 'append').map(({ message }) => textIn(message));
  expect(texts.filter((text) => text !== undefined)).toEqual(['one', 'two', 'three']);
  await expect.poll(() => [...network.store.rows.keys()].filter((key) => key.startsWith('queue:'))).toEqual([]);
});

test('a client that dies before it acknowledged a message gets it again', async () => {
  const saved = copyOf(network.account(owner));
  const client = await network.login(owner);
  client.mute();
  await network.control.phone(friend).send({ to: owner, text: 'do not lose me' });
  await client.receives('do not lose me');
  client.die();
  await client.closed();

  const again = network.connect(saved);
  await again.receives('do not lose me');
  await expect.poll(() => network.control.counters().acknowledgedByClients).toBeGreaterThan(0);
  await again.end();
  const third = await network.login(owner);
  await network.control.phone(friend).send({ to: owner, text: 'the next one' });
  await third.receives('the next one');
  expect(third.messages.map(({ message }) => textIn(message))).not.toContain('do not lose me');
});

test('a phone that is away gets its messages when it returns, and only then confirms them', async () => {
  const client = await network.login(owner);
  const phone = network.control.phone(friend);
  await phone.loseNetwork();
  const id = await client.sends(friendJid, 'when you are back');
  await client.acknowledged(id);
  expect(phone.messages()).toEqual([]);
  await phone.regainNetwork();
  await phone.receives('when you are back');
  await client.reaches(id, 3);
});

test('a message typed while the phone is away leaves when it returns', async () => {
  const client = await network.login(owner);
  const phone = network.control.phone(friend);
  await phone.loseNetwork();
  const sent = phone.send({ to: owner, text: 'delayed' });
  expect(phone.messages()).toMatchObject([{ text: 'delayed', status: 'pending' }]);
  await phone.regainNetwork();
  await client.receives('delayed');
  expect(statusOf(friend, (await sent).id)).not.toBe('pending');
});

test('the same message id sent again is counted twice and shown once', async () => {
  const client = await network.login(owner);
  const messageId = 'SAMEID0001';
  await client.sock.sendMessage(friendJid, { text: 'again' }, { messageId });
  await client.sock.sendMessage(friendJid, { text: 'again' }, { messageId });
  await network.control.phone(friend).receives('again');
  await expect.poll(() => network.control.counters().stanzasById.get(messageId)).toBe(2);
  expect(network.control.phone(friend).messages()).toHaveLength(1);
});

test('a number can be looked up', async () => {
  const client = await network.login(owner);
  expect(await client.sock.onWhatsApp(friendJid)).toEqual([{ jid: friendJid, exists: true }]);
  await network.control.fault({ kind: 'unregistered', number: friend, enabled: true });
  expect(await client.sock.onWhatsApp(friendJid)).toEqual([]);
});

test('a client whose one-time keys run low is told to upload more', async () => {
  const client = await network.login(owner);
  const asking = await network.login(other);
  const told = new Promise((resolve) => client.sock.ws.on('CB:notification,type:encrypt', resolve));
  const users = Array.from({ length: 812 }, () => ({ tag: 'user', attrs: { jid: `${owner}:1@s.whatsapp.net` } }));
  await asking.sock.query({
    tag: 'iq',
    attrs: { to: '@s.whatsapp.net', type: 'get', xmlns: 'encrypt' },
    content: [{ tag: 'key', attrs: {}, content: users }],
  });
  await told;
  await expect.poll(() => client.sock.authState.creds.nextPreKeyId).toBeGreaterThan(813);
});

test('acks that left are counted, and so is what linked devices have not acknowledged', async () => {
  const phone = network.control.phone(friend);
  await phone.send({ to: owner, text: 'waiting' });
  // The owner's phone has no copy for itself.
  expect(network.control.phone(owner).unacknowledged()).toBe(1);
  const client = await network.login(owner);
  await client.receives('waiting');
  await expect.poll(() => network.control.phone(owner).unacknowledged()).toBe(0);
  const stanza = network.control.nextStanza();
  const id = await client.sends(friendJid, 'hello');
  expect(await stanza).toBe(id);
  await client.acknowledged(id);
  expect(network.control.counters().acksById.get(id)).toBe(1);
  expect(network.control.counters()).toMatchObject({ retries: 0, repeatedSteps: 0 });
});

test('a client that goes back to an older state takes a step of the ratchet again, which is counted', async () => {
  const userDevicesCache = createDeviceCache();
  const client = await network.login(owner, { userDevicesCache });
  await client.acknowledged(await client.sends(friendJid, 'the session begins'));
  const before = copyOf(network.account(owner));
  await client.acknowledged(await client.sends(friendJid, 'a step'));
  await client.end();
  const again = network.connect(before, { userDevicesCache });
  await again.opened();
  await again.acknowledged(await again.sends(friendJid, 'the same step'));
  const { repeatedSteps, undecryptable } = network.control.counters();
  expect(repeatedSteps).toBeGreaterThan(0);
  expect(undecryptable).toBe(repeatedSteps);
});
