import { proto } from '@whiskeysockets/baileys';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { appTimings } from '../../src/app.ts';
import { withNoiseTrust } from '../../src/channels/baileys/noise-certificates.ts';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { environmentOf } from '../doubles/network-environment.ts';
import { type AccountJson, type Api, apiOf, type MessageJson } from '../doubles/api.ts';
import { linkClient } from '../doubles/linked-client.ts';
import { type RunningApp, startApp } from '../doubles/running-app.ts';
import { waitFor } from '../doubles/wait-for.ts';

const owner = '9990000000001';
let simulator: Simulator;
let app: RunningApp;
let api: Api;
let shop: AccountJson;

beforeAll(async () => {
  simulator = createSimulator({ seed: Buffer.alloc(32, 7), receiptDelayMs: 20 });
  await simulator.start();
  app = await startApp({
    environment: { ...environmentOf(simulator), TYPING_DELAY_MS: '0' },
    timings: {
      channel: { ...appTimings.channel, acknowledgementTimeoutMs: 1_000 },
      expiryIntervalMs: 100,
      sendWaitMs: 500,
    },
  });
  api = apiOf(app);
  shop = await linkedAccount('Shop', owner, 'unpaced');
});
afterAll(async () => {
  await app.stop();
  await simulator.stop();
});
afterEach(() => {
  simulator.control.clearFaults();
  expect(simulator.control.counters().unknownQueries).toEqual([]);
});

async function linkedAccount(name: string, number: string, preset: 'normal' | 'unpaced'): Promise<AccountJson> {
  const account = await api.createAccount(name, 'whatsapp', { pacing: { preset } });
  await simulator.control.phone(number).scan(await api.qr(account.id));
  await api.becomes(account.id, 'ready');
  return account;
}

let lastCustomer = 9990000000100;
function newCustomer() {
  lastCustomer += 1;
  return simulator.control.phone(String(lastCustomer));
}

function post(path: string, body: object, headers: Record<string, string> = {}) {
  return app.call('POST', path, { key: shop.apiKey, body, headers });
}

/** Sends a message that is not confirmed: while it is tried again, the others of its chat wait. */
async function holdChat(customer: ReturnType<typeof newCustomer>, text: string): Promise<void> {
  const { whatsappId } = await api.send(shop, customer.number, text);
  await waitFor(() => (simulator.control.counters().stanzasById.get(whatsappId) ?? 0) >= 2);
}

function receivedBy(phone: ReturnType<typeof newCustomer>): string[] {
  return phone
    .messages()
    .filter(({ fromMe }) => !fromMe)
    .map(({ text }) => text);
}

test('a message is sent only when the server has confirmed it, and goes again under the same id until then', async () => {
  const customer = newCustomer();
  await customer.loseNetwork();
  await simulator.control.fault({ kind: 'drop-acks', number: owner, times: 1_000 });
  const accepted = await api.send(shop, customer.number, 'confirm me');
  expect(accepted).toMatchObject({ status: 'queued', position: 1, duplicate: false });
  const stanzas = (): number => simulator.control.counters().stanzasById.get(accepted.whatsappId) ?? 0;
  await waitFor(() => stanzas() >= 2);
  expect((await api.lists(shop, 'confirm me')).status).toBe('sending');
  simulator.control.clearFaults();
  const sent = await api.lists(shop, 'confirm me', 'sent', 'delivered');
  expect(sent.whatsappId).toBe(accepted.whatsappId);
  await customer.regainNetwork();
  await customer.receives('confirm me');
  expect(receivedBy(customer)).toEqual(['confirm me']);
});

test('receipts move a message forward: sent, delivered, read', async () => {
  const customer = newCustomer();
  await api.send(shop, customer.number, 'read me', '?wait=true');
  await api.lists(shop, 'read me', 'delivered');
  await customer.read();
  const read = await api.lists(shop, 'read me', 'read');
  const { queued, sending, sent, delivered, read: readAt } = read.statusAt;
  const times = [queued, sending, sent, delivered, readAt].map((time) => Date.parse(time ?? ''));
  expect(times).toEqual(times.toSorted((left, right) => left - right));
});

test('each form of an address reaches the same person', async () => {
  const customer = newCustomer();
  const digits = customer.number;
  const spaced = `+${digits.slice(0, 3)} (${digits.slice(3, 6)}) ${digits.slice(6, 9)}-${digits.slice(9)}`;
  const forms = [digits, `+${digits}`, spaced, `${digits}@s.whatsapp.net`, `${digits}@c.us`, customer.lid];
  for (const [index, to] of forms.entries()) await api.send(shop, to, `form ${index}`, '?wait=true');
  expect(receivedBy(customer)).toEqual(forms.map((_, index) => `form ${index}`));
  const chats = new Set((await api.messages(shop, `&chat=%2B${digits}`)).map(({ chat }) => chat.jid));
  expect(chats).toEqual(new Set([`${digits}@s.whatsapp.net`]));
});

test('the fields have the names that other systems use', async () => {
  const customer = newCustomer();
  for (const [to, text] of [
    ['number', 'message'],
    ['phone', 'body'],
    ['phoneNumber', 'text'],
    ['chatId', 'text'],
  ] as const) {
    expect((await post('/api/send', { [to]: customer.number, [text]: `by ${to}` })).status).toBe(202);
  }
  await customer.receives('by chatId');
  expect(receivedBy(customer)).toEqual(['by number', 'by phone', 'by phoneNumber', 'by chatId']);
});

test('text goes to groups and comes from them', async () => {
  const customer = newCustomer();
  const group = await simulator.control.createGroup('Neighbours', [owner, customer.number]);
  await api.send(shop, group.jid, 'hello all', '?wait=true');
  await customer.receives('hello all');
  await customer.send({ to: group.jid, text: 'hello shop' });
  const arrived = await api.lists(shop, 'hello shop', 'received');
  expect(arrived.chat).toEqual({ jid: group.jid, type: 'group' });
  expect(arrived.from.phone).toBe(`+${customer.number}`);
});

test('a customer is one chat, by number or by LID, and each message is stored once', async () => {
  const customer = newCustomer();
  await customer.send({ to: owner, text: 'from my number', addressing: 'phone' });
  await api.lists(shop, 'from my number');
  await customer.send({ to: owner, text: 'from my LID', addressing: 'lid' });
  const arrived = await api.lists(shop, 'from my LID');
  expect(arrived).toMatchObject({
    chat: { jid: customer.jid, type: 'personal' },
    from: { jid: customer.jid, phone: `+${customer.number}`, lid: customer.lid },
  });
  await simulator.control.fault({ kind: 'redeliver-last', number: owner });
  await customer.send({ to: owner, text: 'the next one' });
  await api.lists(shop, 'the next one');
  const texts = (await api.messages(shop, `&chat=${customer.number}`)).map(({ text }) => text);
  expect(texts).toEqual(['the next one', 'from my LID', 'from my number']);
});

test('what cannot be translated yet is listed as unsupported, with its original kept and sealed', async () => {
  const customer = newCustomer();
  // A client of this process is held to the same strict certificates as the product.
  const trust = { root: simulator.noiseRoot, strict: true };
  const { client } = await withNoiseTrust(trust, () => linkClient(simulator.url, customer));
  const event = { name: 'Opening', startDate: new Date('2030-01-01T09:00:00Z') };
  await client.sock.sendMessage(`${owner}@s.whatsapp.net`, { event });
  await waitFor(async () => (await api.messages(shop, `&chat=${customer.number}`)).length === 1);
  await client.end();
  const [arrived] = await api.messages(shop, `&chat=${customer.number}`);
  expect(arrived).toMatchObject({ direction: 'incoming', type: 'unsupported', text: null, status: 'received' });
  const row = await app.database.one<{ original: Buffer }>('SELECT original FROM messages WHERE id = $1', [
    arrived?.id,
  ]);
  const place = { table: 'messages', row: arrived?.id ?? '', column: 'original' };
  const original = app.secrets.open(row?.original ?? Buffer.alloc(0), place);
  expect(proto.WebMessageInfo.decode(original).message?.eventMessage).toMatchObject({ name: event.name });
  expect(row?.original.includes(Buffer.from(customer.number))).toBe(false);
});

test('what the owner types on the phone is listed as sent by the phone', async () => {
  const customer = newCustomer();
  await simulator.control.phone(owner).send({ to: customer.number, text: 'typed by hand' });
  expect(await api.lists(shop, 'typed by hand', 'sent', 'delivered')).toMatchObject({
    direction: 'outgoing',
    origin: 'phone',
    chat: { jid: customer.jid },
  });
});

test('a number that is not on WhatsApp is accepted and fails; what can be no address is refused', async () => {
  const customer = newCustomer();
  await simulator.control.fault({ kind: 'unregistered', number: customer.number, enabled: true });
  const answer = await post('/api/send?wait=true', { to: customer.number, text: 'anybody?' });
  expect(answer).toMatchObject({
    status: 200,
    body: { data: { status: 'failed', error: { code: 'recipient.not_on_whatsapp', retryable: false } } },
  });
  for (const to of ['soon', '+12', '08123456789', 'a@b', '12345@s.whatsapp.com']) {
    const refused = await post('/api/send', { to, text: 'x' });
    expect(refused, to).toMatchObject({ status: 422, body: { errors: [{ field: 'to' }] } });
  }
});

test('without a result in time, wait answers 202 and the message goes on', async () => {
  const customer = newCustomer();
  await customer.loseNetwork();
  await simulator.control.fault({ kind: 'drop-acks', number: owner, times: 2 });
  const answer = await post('/api/send?wait=true', { to: customer.number, text: 'patience' });
  expect(answer.status).toBe(202);
  await api.lists(shop, 'patience', 'sent', 'delivered');
});

test('a queued message can be cancelled, and no other', async () => {
  const customer = newCustomer();
  await customer.loseNetwork();
  await simulator.control.fault({ kind: 'drop-acks', number: owner, times: 3 });
  await holdChat(customer, 'under way');
  const waiting = await api.send(shop, customer.number, 'changed my mind');
  const cancelled = await post(`/api/messages/${waiting.id}/cancel`, {});
  expect(cancelled).toMatchObject({ status: 200, body: { data: { status: 'cancelled' } } });
  const sent = await api.lists(shop, 'under way', 'sent', 'delivered');
  expect(await post(`/api/messages/${sent.id}/cancel`, {})).toMatchObject({
    status: 409,
    body: { code: 'message.not_queued' },
  });
  await customer.regainNetwork();
  await api.send(shop, customer.number, 'the last word', '?wait=true');
  await customer.receives('the last word');
  expect(receivedBy(customer)).toEqual(['under way', 'the last word']);
});

test('a message whose time is over before its turn expires', async () => {
  const customer = newCustomer();
  await customer.loseNetwork();
  await simulator.control.fault({ kind: 'drop-acks', number: owner, times: 20 });
  await holdChat(customer, 'holds the chat');
  const body = { to: customer.number, text: 'only now', expiresInSeconds: 1 };
  expect((await post('/api/send', body)).status).toBe(202);
  await api.lists(shop, 'only now', 'expired');
  simulator.control.clearFaults();
  await api.lists(shop, 'holds the chat', 'sent', 'delivered');
  await customer.regainNetwork();
  await customer.receives('holds the chat');
  expect(receivedBy(customer)).toEqual(['holds the chat']);
});

test('a receipt that is quicker than the confirmation is result enough', async () => {
  const customer = newCustomer();
  await simulator.control.fault({ kind: 'drop-acks', number: owner, times: 20 });
  const { whatsappId } = await api.send(shop, customer.number, 'no ack but a receipt');
  await api.lists(shop, 'no ack but a receipt', 'delivered');
  await api.send(shop, customer.number, 'the next', '?wait=true');
  expect(simulator.control.counters().stanzasById.get(whatsappId)).toBe(1);
});

test('messages of one chat arrive in the order in which they were accepted', async () => {
  const customer = newCustomer();
  const texts = Array.from({ length: 40 }, (_, index) => `line ${index}`);
  for (const text of texts) await api.send(shop, customer.number, text);
  await customer.receives('line 39');
  expect(receivedBy(customer)).toEqual(texts);
});

test('the same post again within five seconds is taken for a retry, unless it says otherwise', async () => {
  const customer = newCustomer();
  const body = { to: customer.number, text: 'twice' };
  const dataOf = async (more: object = {}): Promise<MessageJson & { duplicate: boolean }> =>
    ((await post('/api/send', { ...body, ...more })).body as { data: MessageJson & { duplicate: boolean } }).data;
  const [first, second] = await Promise.all([dataOf(), dataOf()]);
  expect(second.id).toBe(first.id);
  expect([first.duplicate, second.duplicate].toSorted((left, right) => Number(left) - Number(right))).toEqual([
    false,
    true,
  ]);
  const third = await dataOf({ allowDuplicate: true });
  expect(third).toMatchObject({ duplicate: false });
  await api.send(shop, customer.number, 'end');
  await customer.receives('end');
  expect(receivedBy(customer)).toEqual(['twice', 'twice', 'end']);
});

test('a hundred posts at once under one Idempotency-Key are one message', async () => {
  const customer = newCustomer();
  const headers = { 'Idempotency-Key': 'order-1' };
  const body = { to: customer.number, text: 'once', allowDuplicate: true };
  const answers = await Promise.all(Array.from({ length: 100 }, () => post('/api/send', body, headers)));
  expect(answers.every(({ status }) => status === 202 || status === 409)).toBe(true);
  const again = await post('/api/send', body, headers);
  expect(again.status).toBe(202);
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect((await post('/api/send', { ...body, text: 'other' }, headers)).status).toBe(422);
  await api.send(shop, customer.number, 'end');
  await customer.receives('end');
  expect(receivedBy(customer)).toEqual(['once', 'end']);
});

test('a real number is paced: five leave at once, the sixth waits and says until when', async () => {
  const number = '9990000000002';
  const paced = await linkedAccount('Paced', number, 'normal');
  const customer = newCustomer();
  const texts = Array.from({ length: 6 }, (_, index) => `paced ${index}`);
  let last: { estimatedSendAt: string } = { estimatedSendAt: '' };
  for (const text of texts) {
    last = (await api.send(paced, customer.number, text)) as unknown as { estimatedSendAt: string };
  }
  await customer.receives('paced 4');
  expect((await api.lists(paced, 'paced 5')).status).toBe('queued');
  const sixth = await api.lists(paced, 'paced 5', 'sent', 'delivered');
  expect(receivedBy(customer)).toEqual(texts);
  const differenceMs = Date.parse(sixth.statusAt['sending'] ?? '') - Date.parse(last.estimatedSendAt);
  expect(Math.abs(differenceMs)).toBeLessThan(3_000);
});

test("another account's messages do not exist for a key", async () => {
  const foreign = await api.createAccount('Foreign', 'whatsapp');
  const mine = await api.send(shop, newCustomer().number, 'private', '?wait=true');
  for (const [method, path] of [
    ['GET', `/api/messages/${mine.id}`],
    ['POST', `/api/messages/${mine.id}/cancel`],
    ['GET', `/api/messages?accountId=${shop.id}`],
    ['GET', `/api/accounts/${shop.id}`],
  ] as const) {
    expect((await app.call(method, path, { key: foreign.apiKey })).status, `${method} ${path}`).toBe(404);
  }
});
