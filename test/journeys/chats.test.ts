import { owner, settingsAsked, useLinkedShop } from '../doubles/linked-shop.ts';
import { beforeAll, expect, test } from 'vitest';
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { AccountJson, Api } from '../doubles/api.ts';
import { environmentOf } from '../doubles/network-environment.ts';
import { type RunningApp, startApp } from '../doubles/running-app.ts';
import { waitFor } from '../doubles/wait-for.ts';

let simulator: Simulator;
let app: RunningApp;
let api: Api;
let shop: AccountJson;

const { linked, newCustomer } = useLinkedShop();
beforeAll(() => void ({ simulator, app, api, shop } = linked()));

const key = () => shop.apiKey;
const show = (body: object) => app.data('POST', '/api/presence', { key: key(), body });

async function presences(): Promise<Record<string, unknown>[]> {
  const all = (await app.data('GET', '/api/events?limit=200', { key: key() })) as {
    names: string[];
    data: Record<string, unknown>;
  }[];
  return all.filter(({ names }) => names.includes('presence')).map(({ data }) => data);
}

test('a person sees the account type, record and stop, and online for as long', async () => {
  const customer = newCustomer();
  const to = `+${customer.number}`;
  expect(await show({ to, state: 'composing' })).toEqual({ chat: customer.jid, state: 'composing' });
  await customer.sees(owner, 'composing');
  await customer.sees(owner, 'available');
  await show({ to: customer.jid, state: 'recording' });
  await customer.sees(owner, 'recording');
  await show({ to, state: 'paused' });
  await customer.sees(owner, 'paused');
  await customer.sees(owner, 'unavailable');
});

test('typing in two chats is over with the second', async () => {
  const [first, second] = [newCustomer(), newCustomer()];
  for (const { number } of [first, second]) await show({ to: number, state: 'composing' });
  await show({ to: first.number, state: 'paused' });
  await first.sees(owner, 'paused');
  expect(second.presenceOf(owner)).toMatchObject({ available: true, chatState: 'composing' });
  await show({ to: second.number, state: 'paused' });
  await second.sees(owner, 'unavailable');
});

test('the account is shown online to everybody until it is not, also in a group that sees it type', async () => {
  const customer = newCustomer();
  const group = await simulator.control.createGroup('Friends', [customer.number, owner], 'lid');
  expect(await show({ state: 'available' })).toEqual({ chat: null, state: 'available' });
  await customer.sees(owner, 'available');
  await show({ to: group.jid, state: 'composing' });
  await customer.sees(owner, 'composing', { group: group.jid });
  await show({ to: group.jid, state: 'paused' });
  await customer.sees(owner, 'paused', { group: group.jid });
  expect(customer.presenceOf(owner).available).toBe(true);
  await show({ state: 'unavailable' });
  await customer.sees(owner, 'unavailable');
});

test.each(['phone', 'lid'] as const)('a person who is followed by %s is told of: online, typing, away', async (by) => {
  const customer = newCustomer();
  const told = async () =>
    (await presences()).filter(({ chat }) => (chat as { jid: string }).jid === chatJid).map(({ state }) => state);
  // A LID that nobody has told the number of yet stays a LID.
  const chatJid = by === 'lid' ? customer.lid : customer.jid;
  await show({ to: by === 'lid' ? customer.lid : customer.number, state: 'available' });
  await waitFor(async () => (await told()).length === 1);
  await customer.present(true);
  await waitFor(async () => (await told()).length === 2);
  await customer.present(false);
  await waitFor(async () => (await told()).length === 3);
  expect(await told()).toEqual(['unavailable', 'available', 'unavailable']);
  expect((await presences()).at(-1)).toMatchObject({ lastSeen: expect.any(String) as unknown });
  await show({ state: 'unavailable' });
});

test('typing of people is told with who does it, in their chat and in groups', async () => {
  const customer = newCustomer();
  const group = await simulator.control.createGroup('Friends', [customer.number, owner], 'lid');
  await customer.send({ to: owner, text: 'so that the LID is known' });
  await api.lists(shop, 'so that the LID is known');
  const told = async () =>
    (await presences()).filter(({ from }) => (from as { lid: string }).lid === customer.lid || from === null);
  for (const state of ['composing', 'recording', 'paused'] as const) await customer.compose(group.jid, state);
  await waitFor(async () => (await told()).length === 3);
  const from = { jid: customer.jid, phone: `+${customer.number}`, lid: customer.lid, name: null };
  expect(await told()).toEqual(
    ['composing', 'recording', 'paused'].map((state) => ({
      chat: { jid: group.jid, type: 'group' },
      from,
      state,
      lastSeen: null,
    })),
  );
});

test('a chat is read: for who wrote, on the phone and in the rows, once', async () => {
  const customer = newCustomer();
  const other = newCustomer();
  for (const text of ['one', 'two', 'three']) await customer.send({ to: owner, text: `${text} unread` });
  await other.send({ to: owner, text: 'another chat' });
  await api.lists(shop, 'three unread', 'received');
  await api.lists(shop, 'another chat', 'received');
  const read = () => app.data('POST', `/api/chats/${encodeURIComponent(`+${customer.number}`)}/read`, { key: key() });
  expect(await read()).toEqual({ chat: customer.jid, read: 3 });
  for (const text of ['one', 'two', 'three']) await api.lists(shop, `${text} unread`, 'read');
  await api.lists(shop, 'another chat', 'received');
  await waitFor(() => customer.messages().every(({ status }) => status === 'read'));
  const shown = () =>
    simulator.control
      .phone(owner)
      .messages()
      .filter(({ chat }) => chat === customer.jid);
  await waitFor(() => shown().every(({ status }) => status === 'read'));
  expect(other.messages()[0]?.status).toBe('delivered');
  expect(await read()).toEqual({ chat: customer.jid, read: 0 });
});

test('a chat that came under its LID, and one of a group, are read by who wrote', async () => {
  const customer = newCustomer();
  const group = await simulator.control.createGroup('Friends', [customer.number, owner], 'lid');
  const lid = await customer.send({ to: owner, text: 'under the LID', addressing: 'lid' });
  const grouped = await customer.send({ to: group.jid, text: 'in the group' });
  await api.lists(shop, 'under the LID', 'received');
  await api.lists(shop, 'in the group', 'received');
  for (const jid of [customer.lid, group.jid]) {
    expect(await app.data('POST', `/api/chats/${jid}/read`, { key: key() })).toMatchObject({ read: 1 });
  }
  for (const { id } of [lid, grouped]) {
    await waitFor(() => customer.messages().find((each) => each.id === id)?.status === 'read');
  }
});

interface ChatEvent {
  event: string;
  data: { chat: { jid: string }; read?: string[] };
}

/** Of a chat, without what was read. */
async function chatEvents({ apiKey }: Pick<AccountJson, 'apiKey'>, jid: string): Promise<ChatEvent[]> {
  const all = (await app.data('GET', '/api/events?limit=200', { key: apiKey })) as ChatEvent[];
  return all.filter(({ event, data }) => event.startsWith('chats.') && data.chat.jid === jid && !data.read);
}

test('what the owner does to a chat on the phone is told; a deleted one keeps its messages and appears anew', async () => {
  const customer = newCustomer();
  const phone = simulator.control.phone(owner);
  await customer.send({ to: owner, text: 'before the end' });
  const before = await api.lists(shop, 'before the end');
  await phone.changeChat(customer.number, { kind: 'archive', enabled: true });
  await phone.changeChat(customer.number, { kind: 'pin', enabled: true });
  await phone.changeChat(customer.number, { kind: 'unread', enabled: true });
  await phone.changeChat(customer.number, { kind: 'mute', until: '2030-01-01T00:00:00Z' });
  await phone.changeChat(customer.number, { kind: 'delete' });
  await waitFor(async () => (await chatEvents(shop, customer.jid)).length === 6);
  await customer.send({ to: owner, text: 'a new beginning' });
  await waitFor(async () => (await chatEvents(shop, customer.jid)).length === 7);
  const chat = { jid: customer.jid, type: 'personal' };
  const told = await chatEvents(shop, customer.jid);
  const after = await api.lists(shop, 'a new beginning');
  expect(told.map(({ event, data }) => [event, data])).toEqual([
    ['chats.upsert', { chat, messageId: before.id }],
    ['chats.update', { chat, archived: true }],
    ['chats.update', { chat, pinned: true }],
    ['chats.update', { chat, markedUnread: true }],
    ['chats.update', { chat, muted: true, mutedUntil: '2030-01-01T00:00:00.000Z' }],
    ['chats.delete', { chat }],
    ['chats.upsert', { chat, messageId: after.id }],
  ]);
  await api.lists(shop, 'before the end');
});

test('how chats were set before the phone was linked is no news; what changes then is told', async () => {
  const [customer, phone] = [newCustomer(), newCustomer()];
  await phone.changeChat(customer.number, { kind: 'archive', enabled: true });
  await phone.changeChat(customer.number, { kind: 'mute' });
  const account = await api.createAccount('Later', 'whatsapp');
  const asked = settingsAsked(simulator);
  await phone.scan(await api.qr(account.id));
  await waitFor(() => settingsAsked(simulator) > asked);
  await phone.changeChat(customer.number, { kind: 'archive', enabled: false });
  await phone.changeChat(customer.number, { kind: 'unmute' });
  await waitFor(async () => (await chatEvents(account, customer.jid)).length >= 2);
  expect((await chatEvents(account, customer.jid)).map(({ data }) => data)).toEqual([
    { chat: { jid: customer.jid, type: 'personal' }, archived: false },
    { chat: { jid: customer.jid, type: 'personal' }, muted: false, mutedUntil: null },
  ]);
});

test.each([
  ['to', '/api/presence', { to: 'nobody', state: 'composing' }],
  ['to', '/api/presence', { state: 'composing' }],
  ['to', '/api/presence', { to: '120363000000000000@newsletter', state: 'paused' }],
  ['state', '/api/presence', { to: '+9990000000399', state: 'dancing' }],
  ['jid', '/api/chats/nobody/read', undefined],
])('%s is named when it does not fit: %s %o', async (field, path, body) => {
  expect(await app.call('POST', path, { key: key(), body })).toMatchObject({
    status: 422,
    body: { code: 'request.invalid', errors: [{ field }] },
  });
});

test('an account that is not online says so, and one of another instance that it is moving', async () => {
  const account = await api.createAccount('Offline', 'sandbox');
  const acts = [
    ['/api/presence', { state: 'available' }],
    ['/api/chats/+9990000000399/read', undefined],
  ] as const;
  for (const [path, body] of acts) {
    expect(await app.call('POST', path, { key: account.apiKey, body })).toMatchObject({
      status: 409,
      body: { code: 'account.not_connected' },
    });
  }
  const other = await startApp({ environment: environmentOf(simulator), database: app.database });
  try {
    for (const [path, body] of acts) {
      const answer = await other.call('POST', path, { key: key(), body });
      expect(answer).toMatchObject({ status: 503, body: { code: 'account.moving' } });
      expect(answer.headers.get('retry-after')).toBe('2');
    }
  } finally {
    await other.stop();
  }
});
