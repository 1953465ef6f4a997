import { afterEach, beforeEach, expect, test } from 'vitest';
import { linkClient } from '../../test/doubles/linked-client.ts';
import { connectStock, newStockAccount, type StockClient } from '../../test/doubles/stock-client.ts';
import { createSimulator, type Simulator } from './simulator.ts';

let simulator: Simulator;
const clients: StockClient[] = [];

beforeEach(async () => {
  simulator = createSimulator({ seed: Buffer.alloc(32, 7) });
  await simulator.start();
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.end();
  await simulator.stop();
  expect(simulator.control.counters().unknownQueries).toEqual([]);
});

function connect(account = newStockAccount()): StockClient {
  const client = connectStock(account, simulator.url);
  clients.push(client);
  return client;
}

test('a client that shows a code is linked by the phone that scans it, and is told to restart', async () => {
  const phone = simulator.control.phone('9990000000001');
  const account = newStockAccount();
  const first = connect(account);
  const scanned = phone.scan(await first.qr());

  expect(await first.closed()).toBe(515);
  expect(account.creds.me?.id).toBe('9990000000001:1@s.whatsapp.net');
  expect(account.creds.me?.lid).toBe(phone.lid.replace('@', ':1@'));

  const second = connect(account);
  await second.opened();
  expect(await scanned).toEqual({ deviceJid: '9990000000001:1@s.whatsapp.net' });
  expect(phone.devices()).toEqual(['9990000000001:1@s.whatsapp.net']);
});

test('a linked client gets the key of its app state and its history, and does not wait for them', async () => {
  const { client, account } = await linkClient(simulator.url, simulator.control.phone('9990000000001'));
  clients.push(client);
  await client.until(() => (account.creds.myAppStateKeyId ? true : undefined));
  await client.until(() => (account.creds.accountSyncCounter > 0 ? true : undefined));
});

test('it logs in again with what it saved', async () => {
  const { client, account } = await linkClient(simulator.url, simulator.control.phone('9990000000001'));
  await client.end();
  const again = connect(account);
  await again.opened();
  expect([...simulator.control.counters().openSockets.values()]).toEqual([1]);
});
