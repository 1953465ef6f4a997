import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { type AccountJson, type Api, apiOf } from '../doubles/api.ts';
import { environmentOf } from '../doubles/network-environment.ts';
import { type RunningApp, startApp } from '../doubles/running-app.ts';
import { waitFor } from '../doubles/wait-for.ts';

let simulator: Simulator;
let app: RunningApp;
let api: Api;
let lastNumber = 9_990_000_000_000;

beforeAll(async () => {
  simulator = createSimulator({ seed: Buffer.alloc(32, 7), receiptDelayMs: 20 });
  await simulator.start();
  app = await startApp({ environment: environmentOf(simulator) });
  api = apiOf(app);
});
afterAll(async () => {
  await app.stop();
  await simulator.stop();
});
afterEach(() => {
  simulator.control.clearFaults();
  expect(simulator.control.counters().unknownQueries).toEqual([]);
});

function newNumber(): string {
  lastNumber += 1;
  return String(lastNumber);
}

async function linkedAccount(): Promise<{ account: AccountJson; number: string }> {
  const account = await api.createAccount('Shop', 'whatsapp', { pacing: { preset: 'unpaced' } });
  const number = newNumber();
  await simulator.control.phone(number).scan(await api.qr(account.id));
  await api.becomes(account.id, 'ready');
  return { account, number };
}

async function restrictedUntil(account: AccountJson): Promise<string | null> {
  const { restrictedUntil: until } = (await api.account(account.id)) as AccountJson & {
    restrictedUntil: string | null;
  };
  return until;
}

test.each([463, 475])('after a refusal with %i new chats wait, and known ones go on', async (code) => {
  const { account, number } = await linkedAccount();
  const [known, writer, stranger, other] = [newNumber(), newNumber(), newNumber(), newNumber()];
  await api.send(account, known, 'known', '?wait=true');
  await simulator.control.phone(writer).send({ to: number, text: 'I wrote first' });
  await api.lists(account, 'I wrote first');

  await simulator.control.fault({ kind: 'error-ack', number, code, times: 1 });
  const refused = await api.send(account, stranger, 'refused', '?wait=true');
  expect(refused).toMatchObject({ status: 'failed', error: { code: `whatsapp.refused_${code}`, retryable: false } });
  await waitFor(async () => (await restrictedUntil(account)) !== null);

  const waiting = await api.send(account, other, 'waits');
  for (const chat of [known, writer]) await api.send(account, chat, `goes on to ${chat}`, '?wait=true');
  expect((await api.lists(account, 'waits')).status).toBe('queued');
  expect(simulator.control.counters().stanzasById.get(refused.whatsappId)).toBe(1);

  // The time is over.
  await app.database.execute(`UPDATE whatsapp_accounts SET restricted_until = now() WHERE id = $1`, [account.id]);
  await simulator.control.phone(other).receives('waits');
  await api.lists(account, 'waits', 'sent', 'delivered');
  expect(simulator.control.counters().stanzasById.get(waiting.whatsappId)).toBe(1);
});

test('the end of the restriction is what WhatsApp says, and it may be lifted before', async () => {
  const { account, number } = await linkedAccount();
  const until = Math.floor(Date.now() / 1000) + 7_200;
  await simulator.control.fault({ kind: 'time-lock', number, enabled: true, until });
  const [stranger, other] = [newNumber(), newNumber()];
  await api.send(account, stranger, 'refused', '?wait=true');
  await waitFor(async () => Date.parse((await restrictedUntil(account)) ?? '') === until * 1000);
  await api.send(account, other, 'waits');
  await simulator.control.fault({ kind: 'time-lock', number, enabled: false });
  await simulator.control.phone(other).receives('waits');
  expect(await restrictedUntil(account)).toBeNull();
});

test('a number that is banned for a while stays offline, refuses sends, and connects when a person says so', async () => {
  const { account, number } = await linkedAccount();
  await simulator.control.fault({ kind: 'refuse-login', number, code: 402, times: 1, expire: 3_600 });
  await simulator.control.fault({ kind: 'drop-line', number });
  const banned = await api.becomes(account.id, 'error');
  expect(banned).toMatchObject({ statusReason: 'temporarily_banned', nextStep: 'reconnect' });
  const until = Date.parse((await restrictedUntil(account)) ?? '');
  expect(Math.round((until - Date.now()) / 60_000)).toBe(60);

  const send = { key: account.apiKey, body: { to: newNumber(), text: 'not now' } };
  expect(await app.call('POST', '/api/send', send)).toMatchObject({
    status: 409,
    body: { code: 'account.not_connected' },
  });
  expect(await app.call('POST', `/api/accounts/${account.id}/reconnect`)).toMatchObject({
    status: 409,
    body: { code: 'account.restricted' },
  });
  await app.database.execute(`UPDATE whatsapp_accounts SET restricted_until = now() WHERE id = $1`, [account.id]);
  await app.data('POST', `/api/accounts/${account.id}/reconnect`);
  await api.becomes(account.id, 'ready');
});
