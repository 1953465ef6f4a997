import { owner, useLinkedShop } from '../doubles/linked-shop.ts';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { AccountJson, Api, MessageJson } from '../doubles/api.ts';
import { environmentOf } from '../doubles/network-environment.ts';
import { type RunningApp, startApp } from '../doubles/running-app.ts';
import { waitFor } from '../doubles/wait-for.ts';

const status = 'status@broadcast';
let simulator: Simulator;
let app: RunningApp;
let api: Api;
let shop: AccountJson;

const { linked, newCustomer } = useLinkedShop();
beforeAll(() => void ({ simulator, app, api, shop } = linked()));
afterEach(async () => {
  await behave({ alwaysOnline: null, markRead: null, rejectCalls: null, ignoreGroups: null, ignoreStatus: null });
  expect(simulator.control.counters().unknownQueries).toEqual([]);
});

function behave(behaviour: object): Promise<unknown> {
  return app.data('PATCH', `/api/accounts/${shop.id}`, { body: { settings: { behaviour } } });
}

interface EventJson {
  names: string[];
  data: Record<string, unknown>;
}

async function events(name: string): Promise<EventJson[]> {
  const all = (await app.data('GET', '/api/events?limit=200', { key: shop.apiKey })) as EventJson[];
  return all.filter(({ names }) => names.includes(name));
}

function textsOf(messages: readonly MessageJson[]): (string | null)[] {
  return messages.map(({ text }) => text);
}

test('the defaults do nothing by themselves and ignore status broadcasts', async () => {
  expect(shop.settings.behaviour).toEqual({
    alwaysOnline: false,
    markRead: false,
    rejectCalls: false,
    ignoreGroups: false,
    ignoreStatus: true,
    storeMedia: false,
  });
  const changed = (await behave({ markRead: true })) as AccountJson;
  expect(changed.settings.behaviour).toMatchObject({ markRead: true, ignoreStatus: true });
  const body = { settings: { behaviour: { markRead: 'yes' } } };
  expect(await app.call('PATCH', `/api/accounts/${shop.id}`, { body })).toMatchObject({
    status: 422,
    body: { code: 'request.invalid', errors: [{ field: 'settings.behaviour.markRead' }] },
  });
});

test('always online is seen by people at once, after a reconnect too, and ends with the setting', async () => {
  const customer = newCustomer();
  expect(customer.presenceOf(owner).available).toBe(false);
  await behave({ alwaysOnline: true });
  await customer.sees(owner, 'available');
  await simulator.control.fault({ kind: 'drop-line', number: owner });
  await customer.sees(owner, 'unavailable');
  await customer.sees(owner, 'available');
  await behave({ alwaysOnline: false });
  await customer.sees(owner, 'unavailable');
});

describe('what comes in is marked as read', () => {
  test('once it is stored, for who wrote it, on the phone and in the row; not before the setting', async () => {
    const customer = newCustomer();
    const before = await customer.send({ to: owner, text: 'not read' });
    await api.lists(shop, 'not read', 'received');
    await behave({ markRead: true });
    const { id } = await customer.send({ to: owner, text: 'read at once' });
    const message = await api.lists(shop, 'read at once', 'read');
    expect(message.statusAt['read']).not.toBeNull();
    await waitFor(() => customer.messages().find((each) => each.id === id)?.status === 'read');
    await waitFor(() => phone().find((each) => each.id === id)?.status === 'read');
    expect(customer.messages().find((each) => each.id === before.id)?.status).toBe('delivered');
    expect(phone().find((each) => each.id === before.id)?.status).toBe('received');
    expect(await events('chats.update')).toContainEqual(
      expect.objectContaining({ data: { chat: message.chat, read: [message.id] } }),
    );
  });

  test.each(['phone', 'lid'] as const)('in a group whose members are named by %s', async (addressing) => {
    const customer = newCustomer();
    const group = await simulator.control.createGroup('Friends', [customer.number, owner], addressing);
    await behave({ markRead: true });
    const { id } = await customer.send({ to: group.jid, text: `read in the group by ${addressing}` });
    await api.lists(shop, `read in the group by ${addressing}`, 'read');
    await waitFor(() => customer.messages().find((each) => each.id === id)?.status === 'read');
  });
});

function phone() {
  return simulator.control.phone(owner).messages();
}

test('what was read on the phone is read here too', async () => {
  const customer = newCustomer();
  await customer.send({ to: owner, text: 'opened on the phone' });
  await api.lists(shop, 'opened on the phone', 'received');
  await simulator.control.phone(owner).read(customer.number);
  await api.lists(shop, 'opened on the phone', 'read');
});

test('calls ring, or are rejected when the settings say so; each is told', async () => {
  const customer = newCustomer();
  const rings = await customer.call(owner);
  const told = async (id: string) => (await events('call')).filter(({ data }) => data['id'] === id);
  await waitFor(async () => (await told(rings.id)).length === 1);
  expect((await told(rings.id))[0]?.data).toMatchObject({
    status: 'ringing',
    video: false,
    group: false,
    from: { jid: customer.jid, phone: `+${customer.number}` },
  });
  expect(customer.calls()[0]?.status).toBe('ringing');
  await customer.hangUp(rings.id);
  await waitFor(async () => (await told(rings.id)).some(({ data }) => data['status'] === 'ended'));

  await behave({ rejectCalls: true });
  const rejected = await customer.call(owner, { video: true, addressing: 'lid' });
  expect((await customer.callEnds(rejected.id)).status).toBe('rejected');
  await waitFor(async () => (await told(rejected.id)).length > 0);
  expect((await told(rejected.id))[0]?.data).toMatchObject({
    status: 'ringing',
    video: true,
    from: { phone: `+${customer.number}`, lid: customer.lid },
  });
});

test('what comes in groups is acknowledged, and neither stored nor told, while groups are ignored', async () => {
  const customer = newCustomer();
  const group = await simulator.control.createGroup('Friends', [customer.number, owner]);
  await behave({ ignoreGroups: true });
  await customer.send({ to: group.jid, text: 'ignored in the group' });
  await customer.send({ to: owner, text: 'not in the group' });
  await api.lists(shop, 'not in the group');
  await waitFor(() => simulator.control.phone(owner).unacknowledged() === 0);
  await behave({ ignoreGroups: false });
  await customer.send({ to: group.jid, text: 'in the group again' });
  await api.lists(shop, 'in the group again');
  expect(textsOf(await api.messages(shop))).not.toContain('ignored in the group');
  expect((await events('messages.received')).map(({ data }) => data['text'])).not.toContain('ignored in the group');
});

test('a status is kept and told as messages.upsert only when it is not ignored', async () => {
  const customer = newCustomer();
  await customer.send({ to: status, text: 'ignored status', audience: [owner] });
  await waitFor(() => simulator.control.phone(owner).unacknowledged() === 0);
  await behave({ ignoreStatus: false, markRead: true });
  await customer.send({ to: status, text: 'wanted status', audience: [owner] });
  const kept = await api.lists(shop, 'wanted status', 'received');
  expect(kept).toMatchObject({ chat: { jid: status, type: 'status' }, from: { phone: `+${customer.number}` } });
  expect(textsOf(await api.messages(shop))).not.toContain('ignored status');
  const [told] = (await events('messages.upsert')).filter(({ data }) => data['id'] === kept.id);
  expect(told?.names).toEqual(['messages.upsert']);
});

test('settings that another instance has changed hold within a second', async () => {
  const customer = newCustomer();
  const other = await startApp({ environment: environmentOf(simulator), database: app.database });
  try {
    await other.data('PATCH', `/api/accounts/${shop.id}`, {
      body: { settings: { behaviour: { alwaysOnline: true } } },
    });
    await customer.sees(owner, 'available');
  } finally {
    await other.stop();
  }
});
