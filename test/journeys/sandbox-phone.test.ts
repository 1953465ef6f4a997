import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AccountJson, type Api, apiOf } from '../doubles/api.ts';
import { newDataFolder, removeDataFolder } from '../doubles/data-folder.ts';
import { type ServerProcess, startServerProcess } from '../doubles/server-process.ts';
import { waitFor } from '../doubles/wait-for.ts';

interface PhoneJson {
  number: string | null;
  linked: boolean;
  shows: { qr: boolean; code: boolean };
  customers: { number: string; offline: boolean; unread: number; messages: { text: string; status: string }[] }[];
  offline: boolean;
  failNext: boolean;
}

const customer = '+9995550101';
const other = '+9995550102';
let folder: string;
let server: ServerProcess;
let api: Api;

beforeAll(async () => {
  folder = await newDataFolder();
  server = await startServerProcess({ DATA_DIR: join(folder, 'data') });
  api = apiOf(server);
});
afterAll(async () => {
  await server.kill('SIGKILL');
  await removeDataFolder(folder);
});

async function linked(name: string): Promise<AccountJson> {
  const account = await api.createAccount(name, 'sandbox');
  await server.data('POST', `/api/accounts/${account.id}/sandbox/scan`, { key: account.apiKey });
  return account;
}

function call({ id, apiKey: key }: AccountJson, act: string, body?: unknown) {
  return server.call('POST', `/api/accounts/${id}/sandbox/${act}`, { key, body });
}

async function act(account: AccountJson, word: string, body?: unknown): Promise<PhoneJson> {
  const { status, body: answer } = await call(account, word, body);
  expect(status).toBeLessThan(300);
  return (answer as { data: PhoneJson }).data;
}

async function phone({ id, apiKey: key }: AccountJson): Promise<PhoneJson> {
  return (await server.data('GET', `/api/accounts/${id}/sandbox`, { key })) as PhoneJson;
}

test('shows a code before the link, and its number and the usual customer after it', async () => {
  const account = await api.createAccount('New', 'sandbox');
  await server.data('GET', `/api/accounts/${account.id}/qr`);
  const usual = { number: customer, offline: false, unread: 0, messages: [] };
  const nothing = { customers: [usual], offline: false, failNext: false };
  expect(await phone(account)).toEqual({
    number: null,
    linked: false,
    shows: { qr: true, code: false },
    ...nothing,
  });
  const { phone: number } = (await server.data('POST', `/api/accounts/${account.id}/sandbox/scan`)) as AccountJson;
  expect(await phone(account)).toEqual({ number, linked: true, shows: { qr: false, code: false }, ...nothing });
});

test('the ticks turn when a customer opens the chat, for that customer only', async () => {
  const account = await linked('Reading');
  for (const to of [customer, other]) await api.send(account, to, `hello ${to}`, '?wait=true');
  await api.lists(account, `hello ${customer}`, 'delivered');
  await api.lists(account, `hello ${other}`, 'delivered');
  const read = await act(account, 'read', { customer });
  expect(read.customers.map(({ number, unread }) => [number, unread])).toEqual([
    [customer, 0],
    [other, 1],
  ]);
  await api.lists(account, `hello ${customer}`, 'read');
  expect((await api.lists(account, `hello ${other}`)).status).toBe('delivered');
  await act(account, 'read', {});
  await api.lists(account, `hello ${other}`, 'read');
});

test('while a customer is offline ticks stay at one, also over a kill -9; then everything arrives', async () => {
  const account = await linked('Offline');
  await api.send(account, customer, 'before', '?wait=true');
  await api.lists(account, 'before', 'delivered');
  expect(await act(account, 'offline', { enabled: true })).toEqual({ offline: true, customers: [customer] });
  await api.send(account, customer, 'while away', '?wait=true');
  expect(await call(account, 'messages', { from: customer, text: 'hello?' })).toMatchObject({
    status: 409,
    body: { code: 'sandbox.customer_offline' },
  });
  expect((await call(account, 'read', { customer })).status).toBe(409);
  await server.kill('SIGKILL');
  server = await startServerProcess({ DATA_DIR: join(folder, 'data') });
  api = apiOf(server);
  await api.becomes(account.id, 'ready');
  const away = await phone(account);
  expect(away.offline).toBe(true);
  expect(away.customers[0]?.messages.map(({ text }) => text)).toEqual(['before']);
  expect((await api.lists(account, 'while away')).status).toBe('sent');

  expect(await act(account, 'offline', { enabled: false })).toEqual({ offline: false, customers: [] });
  await api.lists(account, 'while away', 'delivered');
  expect((await phone(account)).customers[0]?.messages.map(({ text }) => text)).toEqual(['before', 'while away']);
});

test('the next message fails with a sentence, and only that one', async () => {
  const account = await linked('Failing');
  expect((await act(account, 'fail-next')).failNext).toBe(true);
  await act(account, 'fail-next');
  await api.send(account, customer, 'refused', '?wait=true');
  const failed = await api.lists(account, 'refused', 'failed');
  expect(failed.error).toEqual({
    code: 'whatsapp.refused_479',
    message: 'WhatsApp refused the message as malformed.',
    retryable: false,
  });
  expect((await phone(account)).failNext).toBe(false);
  await api.send(account, customer, 'taken', '?wait=true');
  await api.lists(account, 'taken', 'delivered');
});

test('the owner logs the server out on the phone; the chats stay on it', async () => {
  const account = await linked('Leaving');
  await api.send(account, customer, 'stays', '?wait=true');
  await api.lists(account, 'stays', 'delivered');
  await act(account, 'log-out');
  await api.becomes(account.id, 'auth_failed');
  await waitFor(async () => !(await phone(account)).linked);
  expect((await phone(account)).customers[0]?.messages.map(({ text }) => text)).toEqual(['stays']);
});

test('a customer is a number of the sandbox, and not the account itself', async () => {
  const account = await linked('Naming');
  const own = (await phone(account)).number;
  for (const wrong of ['nobody', '+4915112345678', own]) {
    for (const word of ['read', 'offline']) {
      expect(
        await call(account, word, { enabled: word === 'offline' ? true : undefined, customer: wrong }),
      ).toMatchObject({ status: 422, body: { errors: [{ field: 'customer' }] } });
    }
  }
});
