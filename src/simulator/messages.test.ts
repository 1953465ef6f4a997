import { afterEach, beforeEach, expect, test } from 'vitest';
import { linkClient } from '../../test/doubles/linked-client.ts';
import type { StockClient } from '../../test/doubles/stock-client.ts';
import { createSimulator, type Simulator } from './simulator.ts';

const owner = '9990000000001';
const friend = '9990000000002';
const friendJid = `${friend}@s.whatsapp.net`;

let simulator: Simulator;
const clients: StockClient[] = [];

beforeEach(async () => {
  simulator = createSimulator({ seed: Buffer.alloc(32, 7), receiptDelayMs: 20 });
  await simulator.start();
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.end();
  await simulator.stop();
  expect(simulator.control.counters().unknownQueries).toEqual([]);
  expect(simulator.control.counters().undecryptable).toBe(0);
});

async function linked(number = owner): Promise<StockClient> {
  const { client } = await linkClient(simulator.url, simulator.control.phone(number));
  clients.push(client);
  return client;
}

test('a text from a client arrives at the phone, and the ticks turn', async () => {
  const client = await linked();
  const id = await client.sends(friendJid, 'hello');
  const shown = await simulator.control.phone(friend).receives('hello', { from: owner });
  expect(shown).toMatchObject({ id, chat: `${owner}@s.whatsapp.net`, fromMe: false, status: 'received' });
  expect(await client.acknowledged(id)).not.toHaveProperty('error');
  await client.reaches(id, 3);
  await simulator.control.phone(friend).read();
  await client.reaches(id, 4);
});

test('a text from a phone arrives at the client, and its receipts turn the phone’s ticks', async () => {
  const client = await linked();
  const phone = simulator.control.phone(friend);
  const { id } = await phone.send({ to: owner, text: 'good morning' });
  const message = await client.receives('good morning');
  expect(message.key).toMatchObject({ id, remoteJid: friendJid, remoteJidAlt: phone.lid, fromMe: false });
  await client.sock.readMessages([message.key]);
  await expect.poll(() => phone.messages().find((shown) => shown.id === id)?.status).toBe('read');
});

test('a conversation goes on in both directions', async () => {
  const client = await linked();
  const phone = simulator.control.phone(friend);
  for (let turn = 0; turn < 5; turn += 1) {
    await client.sends(friendJid, `question ${turn}`);
    await phone.receives(`question ${turn}`);
    await phone.send({ to: owner, text: `answer ${turn}` });
    await client.receives(`answer ${turn}`);
  }
});
