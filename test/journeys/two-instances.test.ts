import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { type AccountJson, apiOf } from '../doubles/api.ts';
import { environmentOf } from '../doubles/network-environment.ts';
import { type RunningApp, startApp } from '../doubles/running-app.ts';
import { openTestDatabase, type TestDatabase } from '../doubles/test-database.ts';
import { waitFor } from '../doubles/wait-for.ts';

let simulator: Simulator;
let database: TestDatabase;
/** The one that owns the accounts, and the one that comes beside it. */
let owner: RunningApp;
let other: RunningApp;
let lastNumber = 9_990_000_000_000;

beforeAll(async () => {
  simulator = createSimulator({ seed: Buffer.alloc(32, 7), receiptDelayMs: 20 });
  await simulator.start();
});
afterAll(() => simulator.stop());
beforeEach(async () => {
  database = await openTestDatabase();
  owner = await start();
});
afterEach(async () => {
  await Promise.all([owner.stop(), other.stop()]);
  await database.close();
  expect(simulator.control.counters().unknownQueries).toEqual([]);
});

function start(): Promise<RunningApp> {
  return startApp({ database, environment: environmentOf(simulator) });
}

async function linkedAccount(name: string): Promise<{ account: AccountJson; number: string }> {
  const api = apiOf(owner);
  const account = await api.createAccount(name, 'whatsapp', { pacing: { preset: 'unpaced' } });
  lastNumber += 1;
  const number = String(lastNumber);
  await simulator.control.phone(number).scan(await api.qr(account.id));
  await api.becomes(account.id, 'ready');
  return { account, number };
}

function openLines(number: string): number {
  const open = [...simulator.control.counters().openSockets].filter(([jid]) => jid.startsWith(`${number}:`));
  return open.reduce((sum, [, count]) => sum + count, 0);
}

test('an instance beside the owner reads and accepts, the owner sends; what needs the line is moving', async () => {
  const { account } = await linkedAccount('Shop');
  other = await start();
  const api = apiOf(other);
  expect(await api.account(account.id)).toMatchObject({ status: 'ready' });
  const customer = simulator.control.phone('9990000000901');
  await api.send(account, customer.number, 'accepted beside');
  await customer.receives('accepted beside');
  await api.lists(account, 'accepted beside', 'sent', 'delivered');

  for (const path of ['reconnect', 'logout', 'pairing-code']) {
    const answer = await other.call('POST', `/api/accounts/${account.id}/${path}`, {
      body: path === 'pairing-code' ? { phone: '+9990000000001' } : undefined,
    });
    if (path === 'pairing-code')
      expect(answer).toMatchObject({ status: 409, body: { code: 'account.already_linked' } });
    else {
      expect(answer).toMatchObject({ status: 503, body: { code: 'account.moving' } });
      expect(answer.headers.get('retry-after')).toBe('2');
    }
  }

  const unlinked = await apiOf(owner).createAccount('New', 'whatsapp');
  const code = await apiOf(owner).qr(unlinked.id);
  expect(await api.qr(unlinked.id)).toBe(code);
  const body = { phone: '+9990000000777' };
  expect(await other.call('POST', `/api/accounts/${unlinked.id}/pairing-code`, { body })).toMatchObject({
    status: 503,
    body: { code: 'account.moving' },
  });
});

test('pause, resume and delete may be said on any instance, and the owner acts', async () => {
  const { account, number } = await linkedAccount('Shop');
  other = await start();
  await other.data('POST', `/api/accounts/${account.id}/pause`);
  await waitFor(() => openLines(number) === 0);
  await other.data('POST', `/api/accounts/${account.id}/resume`);
  await apiOf(other).becomes(account.id, 'ready');
  expect(openLines(number)).toBe(1);

  await other.call('DELETE', `/api/accounts/${account.id}`);
  await waitFor(() => simulator.control.phone(number).devices().length === 0);
  await waitFor(() => openLines(number) === 0);
  expect(await database.rows('SELECT account_id FROM account_leases WHERE account_id = $1', [account.id])).toEqual([]);
});

test('the sandbox runs in one instance, and goes over with its accounts', async () => {
  const api = apiOf(owner);
  const account = await api.createAccount('Demo', 'sandbox');
  const { key } = { key: account.apiKey };
  await owner.data('POST', `/api/accounts/${account.id}/sandbox/scan`, { key });
  other = await start();
  const path = `/api/accounts/${account.id}/sandbox/messages`;
  const write = { key, body: { from: '+9990000000101', text: 'Hello' } };
  expect(await other.call('POST', path, write)).toMatchObject({ status: 503, body: { code: 'account.moving' } });
  await owner.data('POST', path, write);
  await owner.stop();
  await waitFor(async () => (await other.call('POST', path, { key, body: { text: 'Still there?' } })).status < 300);
  await apiOf(other).send(account, '+9990000000101', 'Still here', '?wait=true');
});
