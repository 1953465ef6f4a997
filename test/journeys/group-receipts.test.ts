import { owner, useLinkedShop } from '../doubles/linked-shop.ts';
import { isDeepStrictEqual } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { AccountJson, Api, MessageJson } from '../doubles/api.ts';
import type { RunningApp } from '../doubles/running-app.ts';
import { waitFor } from '../doubles/wait-for.ts';

let simulator: Simulator;
let app: RunningApp;
let api: Api;
let shop: AccountJson;

const { linked, newCustomer } = useLinkedShop();
beforeAll(() => void ({ simulator, app, api, shop } = linked()));

async function becomes(id: string, status: string, receipts: MessageJson['receipts']): Promise<void> {
  await waitFor(async () => {
    const found = (await app.data('GET', `/api/messages/${id}`, { key: shop.apiKey })) as MessageJson;
    return found.status === status && isDeepStrictEqual(found.receipts, receipts);
  });
}

test.each(['phone', 'lid'] as const)(
  'a message is delivered and read when all members have it, in a group that names them by %s',
  async (addressing) => {
    const [ada, ben, cem, late] = [newCustomer(), newCustomer(), newCustomer(), newCustomer()];
    const members = [owner, ada.number, ben.number, cem.number];
    const group = await simulator.control.createGroup('Friends', members, addressing);
    await cem.loseNetwork();
    const { id } = await api.send(shop, group.jid, `to all by ${addressing}`);
    await becomes(id, 'sent', { members: 3, delivered: 2, read: 0, played: 0 });
    await simulator.control.phone(owner).updateGroup(group.jid, { kind: 'add', participants: [late.number] });
    await ada.read();
    await ben.read();
    await becomes(id, 'sent', { members: 3, delivered: 2, read: 2, played: 0 });
    await cem.regainNetwork();
    await becomes(id, 'delivered', { members: 3, delivered: 3, read: 2, played: 0 });
    await cem.read();
    await becomes(id, 'read', { members: 3, delivered: 3, read: 3, played: 0 });

    const events = (await app.data('GET', '/api/events?limit=200', { key: shop.apiKey })) as {
      names: string[];
      data: MessageJson;
    }[];
    const told = events.filter(({ names, data }) => names.includes('message-receipt.update') && data.id === id);
    expect(told.map(({ data }) => [data.status, data.receipts?.read])).toEqual([
      ['delivered', 2],
      ['read', 3],
    ]);
    // Whoever has come since is counted in what is sent from now on.
    const next = await api.send(shop, group.jid, `to more by ${addressing}`);
    await becomes(next.id, 'delivered', { members: 4, delivered: 4, read: 0, played: 0 });
  },
);

test('a message to a person has no counts', async () => {
  const customer = newCustomer();
  const { id } = await api.send(shop, customer.number, 'to one');
  await becomes(id, 'delivered', null);
});
