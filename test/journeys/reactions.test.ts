import { proto } from '@whiskeysockets/baileys';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { appTimings } from '../../src/app.ts';
import type { PhoneMessage } from '../../src/simulator/phone-message.ts';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { type AccountJson, type Api, apiOf, type MessageJson } from '../doubles/api.ts';
import { environmentOf } from '../doubles/network-environment.ts';
import { type RunningApp, startApp } from '../doubles/running-app.ts';
import { openTestDatabase, type TestDatabase } from '../doubles/test-database.ts';
import { waitFor } from '../doubles/wait-for.ts';

const owner = '9990000000001';
let simulator: Simulator;
let database: TestDatabase;
let app: RunningApp;
let api: Api;
let shop: AccountJson;

beforeAll(async () => {
  simulator = createSimulator({ seed: Buffer.alloc(32, 7), receiptDelayMs: 20 });
  await simulator.start();
  database = await openTestDatabase();
  await start();
  const account = await api.createAccount('Shop', 'whatsapp', { pacing: { preset: 'unpaced' } });
  await simulator.control.phone(owner).scan(await api.qr(account.id));
  shop = { ...(await api.becomes(account.id, 'ready')), apiKey: account.apiKey };
});
afterAll(async () => {
  await app.stop();
  await database.close();
  await simulator.stop();
});

async function start(): Promise<void> {
  const channel = { ...appTimings.channel, acknowledgementTimeoutMs: 1_000 };
  app = await startApp({
    database,
    environment: { ...environmentOf(simulator), TYPING_DELAY_MS: '0' },
    timings: { channel, retranslationMs: 100, confirmationDrainMs: 100 },
  });
  api = apiOf(app);
}
afterEach(() => {
  simulator.control.clearFaults();
  expect(simulator.control.counters().unknownQueries).toEqual([]);
});

let lastCustomer = 9990000000100;
function newCustomer() {
  lastCustomer += 1;
  return simulator.control.phone(String(lastCustomer));
}
type Customer = ReturnType<typeof newCustomer>;
const jidOf = ({ number }: { number: string }) => `${number}@s.whatsapp.net`;

interface EventJson {
  names: string[];
  data: MessageJson & Record<string, unknown>;
}

function call(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: object) {
  return app.call(method, `/api/messages/${path}`, { key: shop.apiKey, ...(body && { body }) });
}

async function act(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<MessageJson> {
  const answer = await call(method, `${path}?wait=true`, body);
  expect(answer).toMatchObject({ status: 200 });
  return (answer.body as { data: MessageJson }).data;
}

async function get(id: string): Promise<MessageJson> {
  return (await app.data('GET', `/api/messages/${id}`, { key: shop.apiKey })) as MessageJson;
}

/** What the API shows of a message once it fits. */
async function shows(id: string, fields: object): Promise<MessageJson> {
  await expect.poll(() => get(id)).toMatchObject(fields);
  return get(id);
}

/** What a phone shows of a message once it fits. */
async function phoneShows(phone: Customer, id: string, fields: Partial<PhoneMessage>): Promise<void> {
  await expect.poll(() => phone.messages().find((message) => message.id === id)).toMatchObject(fields);
}

async function arrived(whatsappId: string): Promise<MessageJson> {
  let found: MessageJson | undefined;
  await waitFor(async () => {
    found = (await api.messages(shop)).find((message) => message.whatsappId === whatsappId);
    return found !== undefined;
  });
  if (!found) throw new Error('The message is not listed');
  return found;
}

function send(to: string, text: string): Promise<MessageJson> {
  return api.send(shop, to, text, '?wait=true');
}

/** Events of these names about a message. */
async function eventsOf(whatsappId: string, ...names: string[]): Promise<EventJson[]> {
  const all = (await app.data('GET', `/api/events?limit=200&after=${await firstOfLast()}`, {
    key: shop.apiKey,
  })) as EventJson[];
  return all.filter(
    ({ names: given, data }) => data.whatsappId === whatsappId && names.some((name) => given.includes(name)),
  );
}
async function firstOfLast(): Promise<number> {
  const row = await app.database.one<{ last: number }>(
    'SELECT last_sequence AS last FROM event_counters WHERE account_id = $1',
    [shop.id],
  );
  return Math.max(0, (row?.last ?? 0) - 200);
}

async function newChat(where: 'person' | 'group'): Promise<{ customer: Customer; to: string }> {
  const customer = newCustomer();
  if (where === 'person') return { customer, to: customer.number };
  return { customer, to: (await simulator.control.createGroup('Friends', [owner, customer.number], 'lid')).jid };
}

describe.each(['person', 'group'] as const)('with a %s', (where) => {
  test('a reaction is given, changed and taken back by the account', async () => {
    const { customer, to } = await newChat(where);
    const { id: whatsappId } = await customer.send({ to: where === 'group' ? to : owner, text: 'Thank you' });
    const { id } = await arrived(whatsappId);
    for (const emoji of ['👍', '❤️', '']) {
      const done = await act('POST', `${id}/reaction`, { emoji });
      expect(done).toMatchObject({ type: 'reaction', text: emoji, target: { id, whatsappId } });
      const mine = emoji === '' ? [] : [{ from: jidOf({ number: owner }), emoji }];
      await phoneShows(customer, whatsappId, { reactions: mine });
      await shows(id, { reactions: emoji === '' ? [] : [{ from: { jid: jidOf({ number: owner }) }, emoji }] });
    }
    const told = await eventsOf(whatsappId, 'messages.reaction');
    expect(told.map(({ data }) => (data['reaction'] as { emoji: string }).emoji)).toEqual(['👍', '❤️', '']);
    // Only messages are listed.
    expect((await api.messages(shop)).filter(({ type }) => type === 'reaction')).toEqual([]);
  });

  test('a text is edited and deleted by the account', async () => {
    const { customer, to } = await newChat(where);
    const { id, whatsappId } = await send(to, 'Opne');
    await phoneShows(customer, whatsappId, { text: 'Opne' });
    await act('PATCH', id, { text: 'Open' });
    await phoneShows(customer, whatsappId, { text: 'Open', edited: true });
    const edited = await shows(id, { text: 'Open', deletedAt: null });
    expect(edited.editedAt).not.toBeNull();
    await act('DELETE', id);
    await phoneShows(customer, whatsappId, { deleted: true });
    const deleted = await shows(id, { text: null, type: 'text' });
    expect(deleted.deletedAt).not.toBeNull();
    expect(await eventsOf(whatsappId, 'messages.delete')).toHaveLength(1);
    const changes = await eventsOf(whatsappId, 'messages.update');
    expect(changes.filter(({ data }) => 'edit' in data)).toHaveLength(1);
  });

  test('reactions, edits and deletions of a customer change the message, each with its event', async () => {
    const { customer, to } = await newChat(where);
    const chat = where === 'group' ? to : owner;
    const { id, whatsappId } = await send(to, 'Hello');
    await phoneShows(customer, whatsappId, { text: 'Hello' });
    await customer.react(whatsappId, '😂');
    await shows(id, { reactions: [{ from: { jid: jidOf(customer), phone: `+${customer.number}` }, emoji: '😂' }] });
    await customer.react(whatsappId, '');
    await shows(id, { reactions: [] });
    expect(await eventsOf(whatsappId, 'messages.reaction')).toMatchObject([
      { data: { reaction: { emoji: '😂' }, reactions: [{ emoji: '😂' }] } },
      { data: { reaction: { emoji: '' }, reactions: [] } },
    ]);

    const own = await customer.send({ to: chat, text: 'Helo' });
    const received = await arrived(own.id);
    await customer.edit(own.id, 'Hello');
    await shows(received.id, { text: 'Hello', direction: 'incoming' });
    await customer.delete(own.id);
    const gone = await shows(received.id, { text: null });
    expect([gone.editedAt, gone.deletedAt]).not.toContain(null);
    expect(await eventsOf(own.id, 'messages.update')).toMatchObject([{ data: { edit: { text: 'Hello' } } }]);
    expect(await eventsOf(own.id, 'messages.delete')).toMatchObject([
      { data: { deletion: { from: { jid: jidOf(customer) } }, text: null } },
    ]);
  });
});

test('what is done on the own phone shows too', async () => {
  const customer = newCustomer();
  const phone = simulator.control.phone(owner);
  const { id, whatsappId } = await send(customer.number, 'Sent from here');
  await phoneShows(phone, whatsappId, { text: 'Sent from here' });
  await phone.react(whatsappId, '✅');
  await shows(id, { reactions: [{ from: { jid: jidOf({ number: owner }) }, emoji: '✅' }] });
  await phone.edit(whatsappId, 'Changed on the phone');
  await shows(id, { text: 'Changed on the phone' });
  await phone.delete(whatsappId);
  await shows(id, { text: null });
});

test('the caption of a picture is edited, and its file stays', async () => {
  const customer = newCustomer();
  const media = { bytes: Buffer.from('a picture'), mimetype: 'image/png' };
  const sent = await customer.send({ to: owner, type: 'image', media, caption: 'old' });
  const { id } = await arrived(sent.id);
  await customer.edit(sent.id, 'new');
  await shows(id, { type: 'image', text: 'new', media: { mimetype: 'image/png' } });
});

test('an admin deletes what others wrote in a group', async () => {
  const [admin, other] = [newCustomer(), newCustomer()];
  const { jid } = await simulator.control.createGroup('Rules', [admin.number, owner, other.number], 'lid');
  const sent = await other.send({ to: jid, text: 'rude' });
  const { id } = await arrived(sent.id);
  await phoneShows(admin, sent.id, { text: 'rude' });
  await admin.delete(sent.id);
  await shows(id, { text: null });
});

describe('delivery', () => {
  test('a reaction without a confirmation goes again under its id', async () => {
    const customer = newCustomer();
    const sent = await customer.send({ to: owner, text: 'Are you there?' });
    const { id } = await arrived(sent.id);
    // Else its receipt would be quicker.
    await customer.loseNetwork();
    await simulator.control.fault({ kind: 'drop-acks', number: owner, times: 1 });
    const done = await act('POST', `${id}/reaction`, { emoji: '👍' });
    expect(simulator.control.counters().stanzasById.get(done.whatsappId)).toBe(2);
    await customer.regainNetwork();
    await phoneShows(customer, sent.id, { reactions: [{ from: jidOf({ number: owner }), emoji: '👍' }] });
    expect(await eventsOf(sent.id, 'messages.reaction')).toHaveLength(1);
  });

  test('a reaction and an edit that were not confirmed outlive a restart, each under its id', async () => {
    const customer = newCustomer();
    const { id, whatsappId } = await send(customer.number, 'Opne');
    await phoneShows(customer, whatsappId, { text: 'Opne' });
    await customer.loseNetwork();
    await simulator.control.fault({ kind: 'drop-acks', number: owner, times: 1_000 });
    const answers = [await call('POST', `${id}/reaction`, { emoji: '👍' }), await call('PATCH', id, { text: 'Open' })];
    const accepted = answers.map(({ body }) => (body as { data: MessageJson }).data);
    const stanzas = () => simulator.control.counters().stanzasById;
    await waitFor(() => stanzas().has(accepted[0]?.whatsappId ?? ''));
    await app.stop();
    simulator.control.clearFaults();
    await start();
    await shows(id, { text: 'Open', reactions: [{ emoji: '👍' }] });
    await customer.regainNetwork();
    await phoneShows(customer, whatsappId, {
      text: 'Open',
      edited: true,
      reactions: [{ from: jidOf({ number: owner }), emoji: '👍' }],
    });
    expect(await eventsOf(whatsappId, 'messages.reaction')).toHaveLength(1);
    expect(stanzas().get(accepted[0]?.whatsappId ?? '')).toBeGreaterThan(1);
  });

  test('a receipt that is quicker than the confirmation is result enough', async () => {
    const customer = newCustomer();
    const sent = await customer.send({ to: owner, text: 'Are you there?' });
    const { id } = await arrived(sent.id);
    await simulator.control.fault({ kind: 'drop-acks', number: owner, times: 1 });
    const done = await act('POST', `${id}/reaction`, { emoji: '👍' });
    expect(simulator.control.counters().stanzasById.get(done.whatsappId)).toBe(1);
    await shows(id, { reactions: [{ emoji: '👍' }] });
    expect(await eventsOf(sent.id, 'messages.reaction')).toHaveLength(1);
  });

  test('what is done to a message counts once, however often it is delivered', async () => {
    const customer = newCustomer();
    const { id, whatsappId } = await send(customer.number, 'Hello');
    await phoneShows(customer, whatsappId, { text: 'Hello' });
    await customer.react(whatsappId, '👍');
    await shows(id, { reactions: [{ emoji: '👍' }] });
    await simulator.control.fault({ kind: 'redeliver-last', number: owner });
    await customer.send({ to: owner, text: 'after the reaction' });
    await api.lists(shop, 'after the reaction');
    expect(await eventsOf(whatsappId, 'messages.reaction')).toHaveLength(1);
  });

  test('one that waits is listed and can be cancelled, and then changes nothing', async () => {
    const customer = newCustomer();
    const { id, whatsappId } = await send(customer.number, 'React to me');
    await customer.loseNetwork();
    await simulator.control.fault({ kind: 'drop-acks', number: owner, times: 2 });
    const held = await api.send(shop, customer.number, 'held');
    await waitFor(() => (simulator.control.counters().stanzasById.get(held.whatsappId) ?? 0) >= 2);
    const accepted = await call('POST', `${id}/reaction`, { emoji: '👍' });
    expect(accepted).toMatchObject({ status: 202, body: { data: { status: 'queued', duplicate: false } } });
    const { id: reactionId } = (accepted.body as { data: MessageJson }).data;
    expect(await api.messages(shop, '&status=queued')).toMatchObject([
      { id: reactionId, type: 'reaction', text: '👍', target: { id, whatsappId } },
    ]);
    expect(await call('POST', `${reactionId}/cancel`)).toMatchObject({ status: 200 });
    await api.lists(shop, 'held', 'sent', 'delivered');
    await customer.regainNetwork();
    await send(customer.number, 'after it');
    expect((await get(id)).reactions).toEqual([]);
  });
});

describe('is refused', () => {
  async function refusal(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<[number, string]> {
    const { status, body: problem } = await call(method, path, body);
    return [status, (problem as { code: string }).code];
  }

  test('for a message that is not there, or is another account’s', async () => {
    const other = await api.createAccount('Other', 'sandbox');
    const customer = newCustomer();
    const { id } = await send(customer.number, 'Hello');
    const theirs = { key: other.apiKey, body: { emoji: '👍' } };
    expect(await app.call('POST', `/api/messages/${id}/reaction`, theirs)).toMatchObject({ status: 404 });
    for (const [method, path, body] of [
      ['POST', 'msg_0/reaction', { emoji: '👍' }],
      ['PATCH', 'msg_0', { text: 'x' }],
      ['DELETE', 'msg_0', undefined],
    ] as const) {
      expect(await refusal(method, path, body)).toEqual([404, 'message.not_found']);
    }
  });

  test('what only the writer may do, and what only a text can have', async () => {
    const customer = newCustomer();
    const { id: whatsappId } = await customer.send({ to: owner, text: 'mine' });
    const { id } = await arrived(whatsappId);
    expect(await refusal('PATCH', id, { text: 'yours' })).toEqual([409, 'message.not_own']);
    expect(await refusal('DELETE', id)).toEqual([409, 'message.not_own']);
    const place = { to: customer.number, type: 'location', latitude: 1, longitude: 2 };
    const sent = (await app.data('POST', '/api/send?wait=true', { key: shop.apiKey, body: place })) as MessageJson;
    expect(await refusal('PATCH', sent.id, { text: 'Here' })).toEqual([409, 'message.not_text']);
  });

  test('what comes too late, and what is gone', async () => {
    const { id } = await send(newCustomer().number, 'Hello');
    const ago = (interval: string) =>
      app.database.execute('UPDATE messages SET sent_at = now() - $2::interval WHERE id = $1', [id, interval]);
    await ago('16 minutes');
    expect(await refusal('PATCH', id, { text: 'late' })).toEqual([409, 'message.too_late']);
    await ago('49 hours');
    expect(await refusal('DELETE', id)).toEqual([409, 'message.too_late']);
    await ago('47 hours');
    await act('DELETE', id);
    await shows(id, { text: null });
    expect(await refusal('POST', `${id}/reaction`, { emoji: '👍' })).toEqual([409, 'message.deleted']);
  });

  test('before the message was sent, and upon a reaction', async () => {
    const customer = newCustomer();
    const soon = { to: customer.number, text: 'later', sendAt: new Date(Date.now() + 3_600_000).toISOString() };
    const waiting = (await app.data('POST', '/api/send', { key: shop.apiKey, body: soon })) as MessageJson;
    expect(await refusal('DELETE', waiting.id)).toEqual([409, 'message.not_sent']);
    const { id } = await send(customer.number, 'Hello');
    const reaction = await act('POST', `${id}/reaction`, { emoji: '👍' });
    expect(await refusal('POST', `${reaction.id}/reaction`, { emoji: '👍' })).toEqual([409, 'message.not_a_message']);
  });

  test('by the name of the field', async () => {
    const { id } = await send(newCustomer().number, 'Hello');
    for (const emoji of ['ok', '👍👍', undefined]) {
      const refused = await call('POST', `${id}/reaction`, { emoji });
      expect(refused).toMatchObject({ status: 422, body: { code: 'request.invalid', errors: [{ field: 'emoji' }] } });
    }
    const refused = await call('PATCH', id, { text: '' });
    expect(refused).toMatchObject({ status: 422, body: { code: 'request.invalid', errors: [{ field: 'text' }] } });
  });
});

test('what an earlier version kept without understanding it changes its message now, silently', async () => {
  const customer = newCustomer();
  const { id, whatsappId } = await send(customer.number, 'Hello');
  const key = { remoteJid: jidOf(customer), fromMe: false, id: '3EB0OLD' };
  const original = proto.WebMessageInfo.encode(
    proto.WebMessageInfo.fromObject({
      key,
      message: {
        reactionMessage: { key: { ...key, id: whatsappId }, text: '👍', senderTimestampMs: 1_700_000_000_500 },
      },
      messageTimestamp: 1_700_000_000,
    }),
  ).finish();
  // As release 0.3.0 has stored it.
  await app.database.execute(
    `INSERT INTO messages (id, account_id, direction, origin, remote_id, chat_jid, chat_type, from_jid, from_phone, type,
                           original, status, received_at)
     VALUES ('msg_old', $1, 'incoming', 'contact', '3EB0OLD', $2, 'personal', $2, $3, 'unsupported', $4, 'received', now())`,
    [
      shop.id,
      jidOf(customer),
      `+${customer.number}`,
      app.secrets.seal(Buffer.from(original), { table: 'messages', row: 'msg_old', column: 'original' }),
    ],
  );
  await shows(id, {
    reactions: [{ from: { phone: `+${customer.number}` }, emoji: '👍', at: '2023-11-14T22:13:20.000Z' }],
  });
  expect((await api.messages(shop)).filter((message) => message.id === 'msg_old')).toEqual([]);
  expect(await eventsOf(whatsappId, 'messages.reaction')).toEqual([]);
});
