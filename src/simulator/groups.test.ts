import { expect, test } from 'vitest';
import { useSimulatedNetwork } from '../../test/doubles/simulated-network.ts';
import { textIn } from '../../test/doubles/stock-client.ts';

const owner = '9990000000001';
const other = '9990000000002';
const friend = '9990000000003';

const network = useSimulatedNetwork([owner, other]);

test.for(['phone', 'lid'] as const)('texts go both ways in a group addressed by %s', async (addressing) => {
  const client = await network.login(owner);
  const group = await network.control.createGroup('Friends', [friend, owner, other], addressing);
  const phone = network.control.phone(friend);
  const right = await network.login(other);

  const id = await client.sends(group.jid, 'hello group');
  expect(await phone.receives('hello group')).toMatchObject({ id, chat: group.jid, from: `${owner}@s.whatsapp.net` });
  await right.receives('hello group');
  await phone.send({ to: group.jid, text: 'hello client' });
  const message = await client.receives('hello client');
  const [author, alternative] = addressing === 'lid' ? [phone.lid, phone.jid] : [phone.jid, phone.lid];
  expect(message.key).toMatchObject({ remoteJid: group.jid, participant: author, participantAlt: alternative });
  await right.receives('hello client');
  await right.sends(group.jid, 'client to client');
  await client.receives('client to client');
  for (let index = 0; index < 3; index += 1) {
    await client.sends(group.jid, `from the client ${index}`);
    await phone.send({ to: group.jid, text: `from the phone ${index}` });
  }
  await phone.receives('from the client 2');
  await client.receives('from the phone 2');
  expect(network.control.counters().undecryptable).toBe(0);
});

test('clients see the group’s metadata and the list of their groups', async () => {
  const group = await network.control.createGroup('Friends', [friend, owner], 'lid');
  const client = await network.login(owner);
  const metadata = await client.sock.groupMetadata(group.jid);
  expect(metadata).toMatchObject({ id: group.jid, subject: 'Friends', addressingMode: 'lid', size: 2 });
  expect(metadata.participants.map(({ phoneNumber }) => phoneNumber)).toEqual(group.participants);
  expect(Object.keys(await client.sock.groupFetchAllParticipating())).toEqual([group.jid]);
});

test('a client learns of a new group, and everybody’s receipts reach the sender', async () => {
  // Else an early receipt is folded into the event of the message itself.
  const client = await network.login(owner, { emitOwnEvents: false });
  const created = new Promise((resolve) => client.sock.ev.on('groups.upsert', ([added]) => resolve(added?.id)));
  const group = await network.control.createGroup('Friends', [friend, owner]);
  expect(await created).toBe(group.jid);
  const delivered = new Promise((resolve) => client.sock.ev.on('message-receipt.update', ([first]) => resolve(first)));
  const id = await client.sends(group.jid, 'who is there?');
  expect(await delivered).toMatchObject({ key: { id }, receipt: { userJid: `${friend}@s.whatsapp.net` } });
});

test('a phone that forgot the group’s keys asks again, and gets the message', async () => {
  const client = await network.login(owner);
  const group = await network.control.createGroup('Friends', [friend, owner]);
  const phone = network.control.phone(friend);
  await client.sends(group.jid, 'before');
  await phone.receives('before');
  await network.control.fault({ kind: 'forget-sessions', number: friend });
  await client.sends(group.jid, 'after');
  await phone.receives('after');
  await client.sends(group.jid, 'healed');
  await phone.receives('healed');
});

test('a client that gets a broken group message asks again, and gets it', async () => {
  const client = await network.login(owner);
  const group = await network.control.createGroup('Friends', [friend, owner]);
  const phone = network.control.phone(friend);
  await phone.send({ to: group.jid, text: 'fine' });
  await client.receives('fine');
  await network.control.fault({ kind: 'corrupt-next', number: owner });
  await phone.send({ to: group.jid, text: 'broken on its way' });
  await client.receives('broken on its way');
});

test('messages that a phone sends at once arrive in order, the first with the key for all of them', async () => {
  const client = await network.login(owner);
  const group = await network.control.createGroup('Friends', [friend, owner]);
  const phone = network.control.phone(friend);
  const texts = ['one', 'two', 'three'];
  await Promise.all(texts.map((text) => phone.send({ to: group.jid, text })));
  await client.receives('three');
  expect(client.messages.map(({ message }) => textIn(message)).filter((text) => texts.includes(text ?? ''))).toEqual(
    texts,
  );
  expect(network.control.counters().retries).toBe(0);
});
