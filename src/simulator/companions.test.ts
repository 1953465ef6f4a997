import { expect, test } from 'vitest';
import { linkClient } from '../../test/doubles/linked-client.ts';
import { useSimulatedNetwork } from '../../test/doubles/simulated-network.ts';
import { textIn, type StockClient } from '../../test/doubles/stock-client.ts';

const owner = '9990000000001';
const other = '9990000000002';
const friend = '9990000000003';
const ownerJid = `${owner}@s.whatsapp.net`;
const friendJid = `${friend}@s.whatsapp.net`;

const network = useSimulatedNetwork([owner, other]);

async function linkSecond(): Promise<StockClient> {
  const { client, account } = await linkClient(network.simulator.url, network.control.phone(owner));
  await client.end();
  const again = network.connect(account);
  await again.opened();
  return again;
}

test('two clients of one phone see the same chats, whoever writes', async () => {
  const first = await network.login(owner);
  const second = await linkSecond();
  expect(network.control.phone(owner).devices()).toEqual([`${owner}:1@s.whatsapp.net`, `${owner}:2@s.whatsapp.net`]);

  await network.control.phone(friend).send({ to: owner, text: 'to both' });
  await first.receives('to both');
  await second.receives('to both');

  const id = await first.sends(friendJid, 'from the first');
  const copy = await second.receives('from the first');
  expect(copy.key).toMatchObject({ id, remoteJid: friendJid, fromMe: true });
  await second.reaches(id, 3);
  await second.sends(friendJid, 'from the second');
  await first.receives('from the second');
  expect(network.control.counters().undecryptable).toBe(0);
});

test('who has written to a person before hears of a new device, and writes to it', async () => {
  const first = await network.login(owner);
  const writer = await network.login(other);
  await writer.sends(ownerJid, 'before');
  await first.receives('before');
  const second = await linkSecond();
  await writer.sends(ownerJid, 'after');
  await second.receives('after');
  await first.receives('after');
});

test('a device that is removed gets nothing any more', async () => {
  const first = await network.login(owner);
  const second = await linkSecond();
  await network.control.phone(owner).logOut(`${owner}:2@s.whatsapp.net`);
  expect(await second.closed()).toBe(401);
  await network.control.phone(friend).send({ to: owner, text: 'for one' });
  await first.receives('for one');
  expect(second.messages.map(({ message }) => textIn(message))).not.toContain('for one');
});

test('what one client has read is read on the other', async () => {
  const first = await network.login(owner);
  const second = await linkSecond();
  const { id } = await network.control.phone(friend).send({ to: owner, text: 'read me' });
  const message = await first.receives('read me');
  await second.receives('read me');
  await first.sock.readMessages([message.key]);
  await second.reaches(id, 4);
});

test('what the owner has read on the phone is read on the client', async () => {
  const client = await network.login(owner);
  const { id } = await network.control.phone(friend).send({ to: owner, text: 'seen in the hand' });
  await client.receives('seen in the hand');
  await network.control.phone(owner).read(friendJid);
  await client.reaches(id, 4);
});
