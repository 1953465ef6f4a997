import { expect, test } from 'vitest';
import { useSimulatedNetwork } from '../../test/doubles/simulated-network.ts';

const owner = '9990000000001';
const other = '9990000000002';
const friend = '9990000000003';
const ownerJid = `${owner}@s.whatsapp.net`;
const otherJid = `${other}@s.whatsapp.net`;
const friendJid = `${friend}@s.whatsapp.net`;

const network = useSimulatedNetwork([owner, other]);

test('a phone that forgot its sessions asks again, and gets the message', async () => {
  const client = await network.login(owner);
  const phone = network.control.phone(friend);
  await client.sends(friendJid, 'before');
  await phone.receives('before');
  await phone.send({ to: owner, text: 'so that the session is confirmed' });
  await client.receives('so that the session is confirmed');

  await network.control.fault({ kind: 'forget-sessions', number: friend });
  const id = await client.sends(friendJid, 'after');
  await phone.receives('after');
  expect(network.control.counters().undecryptable).toBe(1);
  expect(network.control.counters().stanzasById.get(id)).toBe(2);
  await client.sends(friendJid, 'healed');
  await phone.receives('healed');
  await phone.send({ to: owner, text: 'healed both ways' });
  await client.receives('healed both ways');
  expect(network.control.counters().undecryptable).toBe(1);
});

test('a client that gets a broken message asks again, and gets it with fresh keys', async () => {
  const client = await network.login(owner);
  const phone = network.control.phone(friend);
  await phone.send({ to: owner, text: 'fine' });
  await client.receives('fine');
  await network.control.fault({ kind: 'corrupt-next', number: owner });
  await phone.send({ to: owner, text: 'broken on its way' });
  await client.receives('broken on its way');
  await phone.send({ to: owner, text: 'and on' });
  await client.receives('and on');
  await expect.poll(() => [...network.store.rows.keys()].filter((key) => key.startsWith('queue:'))).toEqual([]);
});

test('a client that lost its sessions gets what a phone sends', async () => {
  const client = await network.login(owner);
  const phone = network.control.phone(friend);
  await client.sends(friendJid, 'hello');
  await phone.receives('hello');
  await phone.send({ to: owner, text: 'hello yourself' });
  await client.receives('hello yourself');
  const { rows } = network.account(owner);
  for (const key of rows.keys()) {
    if (key.startsWith('session ')) rows.delete(key);
  }
  await phone.send({ to: owner, text: 'do you know me?' });
  await client.receives('do you know me?');
});

test('a client heals a session with another client', async () => {
  const left = await network.login(owner);
  const right = await network.login(other);
  await left.sends(otherJid, 'one');
  const first = await right.receives('one');
  await right.sends(ownerJid, 'two');
  await left.receives('two');
  await network.control.fault({ kind: 'corrupt-next', number: other });
  const id = await left.sends(otherJid, 'three');
  const third = await right.receives('three');
  expect(third.key.id).toBe(id);
  expect(first.key.remoteJid).toBe(ownerJid);
});

test('a message that is delivered twice with the same ciphertext is not undecryptable for the network', async () => {
  const client = await network.login(owner);
  const phone = network.control.phone(friend);
  await phone.send({ to: owner, text: 'twice' });
  await client.receives('twice');
  await network.control.fault({ kind: 'redeliver-last', number: owner });
  await phone.send({ to: owner, text: 'the next' });
  await client.receives('the next');
});
