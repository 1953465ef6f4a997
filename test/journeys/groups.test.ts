import { owner, useLinkedShop } from '../doubles/linked-shop.ts';
import { beforeAll, expect, test } from 'vitest';
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { AccountJson } from '../doubles/api.ts';
import { environmentOf } from '../doubles/network-environment.ts';
import { type RunningApp, startApp } from '../doubles/running-app.ts';
import { waitFor } from '../doubles/wait-for.ts';

interface GroupJson {
  jid: string;
  subject: string;
  description: string | null;
  owner: { phone: string } | null;
  participants: { phone: string | null; lid: string | null; role: string }[];
}

let simulator: Simulator;
let app: RunningApp;
let shop: AccountJson;

const { linked, newCustomer } = useLinkedShop();
beforeAll(() => void ({ simulator, app, shop } = linked()));

const get = (path: string) => app.data('GET', `/api/groups${path}`, { key: shop.apiKey });
const queries = () => simulator.control.counters().queriesByNamespace.get('w:g2') ?? 0;

async function events(name: string, jid: string): Promise<Record<string, unknown>[]> {
  const all = (await app.data('GET', '/api/events?limit=200', { key: shop.apiKey })) as {
    names: string[];
    data: Record<string, unknown>;
  }[];
  return all.filter(({ names, data }) => names.includes(name) && data['jid'] === jid).map(({ data }) => data);
}

test.each(['phone', 'lid'] as const)('groups and their members are told, by %s, and asked for once', async (by) => {
  const customer = newCustomer();
  const group = await simulator.control.createGroup(`Friends by ${by}`, [customer.number, owner], by);
  await waitFor(async () => (await events('groups.upsert', group.jid)).length === 1);
  const found = (await get(`/${group.jid}`)) as GroupJson;
  const participants = [
    { jid: customer.jid, phone: `+${customer.number}`, lid: customer.lid, name: null, role: 'superadmin' },
    {
      jid: `${owner}@s.whatsapp.net`,
      phone: `+${owner}`,
      lid: simulator.control.phone(owner).lid,
      name: null,
      role: 'member',
    },
  ];
  expect(found).toMatchObject({ jid: group.jid, subject: `Friends by ${by}`, description: null, participants });
  expect(found.owner?.phone).toBe(`+${customer.number}`);
  expect((await get('')) as GroupJson[]).toContainEqual(found);
  const before = queries();
  expect(await get(`/${group.jid}`)).toEqual(found);
  expect((await get('')) as GroupJson[]).toContainEqual(found);
  expect(queries()).toBe(before);
});

test('what changes in a group is told, and read from then on', async () => {
  const [customer, friend] = [newCustomer(), newCustomer()];
  const group = await simulator.control.createGroup('Friends', [customer.number, owner], 'lid');
  await get(`/${group.jid}`);
  const by = { jid: customer.jid, phone: `+${customer.number}`, lid: customer.lid, name: null };
  const participants = [{ jid: friend.jid, phone: `+${friend.number}`, lid: friend.lid, name: null }];
  await customer.updateGroup(group.jid, { kind: 'subject', subject: 'Good friends' });
  await customer.updateGroup(group.jid, { kind: 'description', description: 'Be kind' });
  await customer.updateGroup(group.jid, { kind: 'announce', enabled: true });
  await customer.updateGroup(group.jid, { kind: 'add', participants: [friend.number] });
  await customer.updateGroup(group.jid, { kind: 'promote', participants: [friend.number] });
  await friend.updateGroup(group.jid, { kind: 'leave' });
  await waitFor(async () => (await events('group-participants.update', group.jid)).length === 3);
  expect(await events('groups.update', group.jid)).toEqual([
    { jid: group.jid, subject: 'Good friends', by },
    { jid: group.jid, description: 'Be kind', by },
    { jid: group.jid, announce: true, by },
  ]);
  expect(await events('group-participants.update', group.jid)).toEqual([
    { jid: group.jid, action: 'add', participants, by },
    { jid: group.jid, action: 'promote', participants, by },
    { jid: group.jid, action: 'remove', participants, by: participants[0] },
  ]);
  await waitFor(async () => ((await get(`/${group.jid}`)) as GroupJson).participants.length === 2);
  expect(await get(`/${group.jid}`)).toMatchObject({
    subject: 'Good friends',
    description: 'Be kind',
    announce: true,
  });
});

test('a group in which the account is not is not found, and a person is no group', async () => {
  const customer = newCustomer();
  const unknown = await app.call('GET', '/api/groups/120363000000000000@g.us', { key: shop.apiKey });
  expect(unknown).toMatchObject({ status: 404, body: { code: 'group.not_found' } });
  const wrong = await app.call('GET', `/api/groups/${customer.jid}`, { key: shop.apiKey });
  expect(wrong).toMatchObject({ status: 422, body: { errors: [{ field: 'jid' }] } });
});

test('an account of another instance is moving', async () => {
  const other = await startApp({ environment: environmentOf(simulator), database: app.database });
  try {
    for (const path of ['', '/120363000000000000@g.us']) {
      const answer = await other.call('GET', `/api/groups${path}`, { key: shop.apiKey });
      expect(answer).toMatchObject({ status: 503, body: { code: 'account.moving' } });
    }
  } finally {
    await other.stop();
  }
});
