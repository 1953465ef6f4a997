import { beforeAll, expect, test } from 'vitest';
import type { VirtualPhone } from '../../src/simulator/control.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { AccountJson } from '../doubles/api.ts';
import { owner, useLinkedShop } from '../doubles/linked-shop.ts';
import type { RunningApp } from '../doubles/running-app.ts';
import { waitFor } from '../doubles/wait-for.ts';

interface ContactJson {
  id: string;
  jid: string;
  phone: string | null;
  lid: string | null;
  name: string | null;
  savedName: string | null;
  verifiedName: string | null;
  pushName: string | null;
}

let simulator: Simulator;
let app: RunningApp;
let shop: AccountJson;

const { linked, newCustomer } = useLinkedShop();
beforeAll(() => void ({ simulator, app, shop } = linked()));

const get = (path: string) => app.data('GET', `/api/contacts${path}`, { key: shop.apiKey });
const phoneOfOwner = (): VirtualPhone => simulator.control.phone(owner);

/** The contact of a phone, by number or hidden address. */
async function contactOf({ number, lid }: VirtualPhone): Promise<ContactJson | undefined> {
  const all = (await get('?limit=200')) as ContactJson[];
  const found = all.filter((contact) => contact.phone === `+${number}` || contact.lid === lid);
  if (found.length > 1) throw new Error('A person is two contacts');
  return found[0];
}

async function becomes(phone: VirtualPhone, expected: Partial<ContactJson>): Promise<ContactJson> {
  let found: ContactJson | undefined;
  await waitFor(async () => {
    found = await contactOf(phone);
    return (
      found !== undefined &&
      Object.entries(expected).every(([name, value]) =>
        Object.is(Object.entries(found ?? {}).find(([key]) => key === name)?.[1], value),
      )
    );
  });
  if (!found) throw new Error('There is no such contact');
  return found;
}

async function told({ id }: ContactJson): Promise<[string, unknown][]> {
  const all = (await app.data('GET', '/api/events?limit=200', { key: shop.apiKey })) as {
    names: string[];
    data: { id?: string; name?: string };
  }[];
  return all
    .filter(({ names, data }) => names[0]?.startsWith('contacts.') && data.id === id)
    .map(({ names: [name = ''], data }) => [name, data.name]);
}

test('who writes is a contact, called as they call themselves, then as the phone calls them', async () => {
  const customer = newCustomer();
  await customer.introduce({ name: 'Ana' });
  await customer.send({ to: owner, text: 'Hello' });
  const contact = await becomes(customer, { name: 'Ana' });
  expect(contact).toMatchObject({
    jid: customer.jid,
    phone: `+${customer.number}`,
    lid: customer.lid,
    pushName: 'Ana',
  });
  await phoneOfOwner().saveContact(customer.number, 'Ana Lima');
  await becomes(customer, { savedName: 'Ana Lima' });
  await phoneOfOwner().saveContact(customer.number, 'Ana from the market');
  await becomes(customer, { savedName: 'Ana from the market' });
  await customer.introduce({ name: 'Ana L' });
  await customer.send({ to: owner, text: 'Hello again' });
  await customer.send({ to: owner, text: 'And again' });
  const last = await becomes(customer, { pushName: 'Ana L', name: 'Ana from the market' });
  expect(last.id).toBe(contact.id);
  expect(await told(contact)).toEqual([
    ['contacts.upsert', 'Ana'],
    ['contacts.update', 'Ana Lima'],
    ['contacts.update', 'Ana from the market'],
    ['contacts.update', 'Ana from the market'],
  ]);
  expect(await get(`/${contact.id}`)).toEqual(last);
});

test('who hid their number and then shows it is one contact', async () => {
  const customer = newCustomer();
  await customer.introduce({ name: 'Hidden', hidesNumber: true });
  await customer.send({ to: owner, text: 'Who am I?', addressing: 'lid' });
  const hidden = await becomes(customer, { name: 'Hidden' });
  expect(hidden).toMatchObject({ jid: customer.lid, phone: null, lid: customer.lid });
  await customer.introduce({ hidesNumber: false });
  await customer.send({ to: owner, text: 'That is me', addressing: 'lid' });
  const shown = await becomes(customer, { phone: `+${customer.number}` });
  expect(shown).toEqual({ ...hidden, jid: customer.jid, phone: `+${customer.number}` });
});

test('who speaks in a group is a contact, and a business has its checked name', async () => {
  const [speaker, business] = [newCustomer(), newCustomer()];
  await speaker.introduce({ name: 'Speaker' });
  await business.introduce({ name: 'we', verifiedName: 'Bakery GmbH' });
  const group = await simulator.control.createGroup('Bread', [speaker.number, business.number, owner], 'lid');
  await speaker.send({ to: group.jid, text: 'Hello all' });
  await becomes(speaker, { name: 'Speaker', phone: `+${speaker.number}`, lid: speaker.lid });
  await business.send({ to: owner, text: 'Fresh bread' });
  await becomes(business, { name: 'Bakery GmbH', pushName: 'we' });
});

test('contacts are found by name and number, page by page', async () => {
  const customers = [newCustomer(), newCustomer(), newCustomer()];
  for (const [index, customer] of customers.entries()) {
    await phoneOfOwner().saveContact(customer.number, `Searched 100% ${index}`);
    await becomes(customer, { name: `Searched 100% ${index}` });
  }
  const query = new URLSearchParams({ search: 'searched 100%', limit: '2' }).toString();
  const first = await app.call('GET', `/api/contacts?${query}`, { key: shop.apiKey });
  const page = first.body as { data: ContactJson[]; nextCursor: string };
  expect(page.data.map(({ name }) => name)).toEqual(['Searched 100% 2', 'Searched 100% 1']);
  const second = await app.call('GET', `/api/contacts?${query}&cursor=${page.nextCursor}`, { key: shop.apiKey });
  expect(second.body).toMatchObject({ data: [{ name: 'Searched 100% 0' }], nextCursor: null });
  const [wanted] = customers;
  const spaced = `+${wanted?.number.slice(0, 5)} ${wanted?.number.slice(5)}`;
  expect(await get(`?${new URLSearchParams({ search: spaced }).toString()}`)).toMatchObject([
    { phone: `+${wanted?.number}` },
  ]);
  expect(await get('?search=nobody')).toEqual([]);
  const unknown = await app.call('GET', '/api/contacts/con_unknown', { key: shop.apiKey });
  expect(unknown).toMatchObject({ status: 404, body: { code: 'contact.not_found' } });
  const wrong = await app.call('GET', '/api/contacts?cursor=x', { key: shop.apiKey });
  expect(wrong).toMatchObject({ status: 422, body: { errors: [{ field: 'cursor' }] } });
});

test('the address book and the history of a phone that is linked come along', async () => {
  const number = '9990000000801';
  const phone = simulator.control.phone(number);
  const [saved, writer] = [newCustomer(), newCustomer()];
  await writer.introduce({ name: 'From before' });
  await writer.send({ to: number, text: 'Long ago' });
  await phone.receives('Long ago');
  await phone.saveContact(saved.number, 'In the book');
  const { api } = linked();
  const account = await api.createAccount('Second shop', 'whatsapp');
  await phone.scan(await api.qr(account.id));
  const names = async () => {
    const found = await app.data('GET', '/api/contacts', { key: account.apiKey });
    return (found as ContactJson[]).map(({ phone: of, name }) => [of, name]);
  };
  await waitFor(async () => (await names()).length === 2);
  expect(await names()).toEqual(
    expect.arrayContaining([
      [`+${saved.number}`, 'In the book'],
      [`+${writer.number}`, 'From before'],
    ]),
  );
  const path = `/api/accounts/${account.id}`;
  await app.data('DELETE', path, {});
  const left = await app.database.rows('SELECT 1 FROM contacts WHERE account_id = $1', [account.id]);
  expect(left).toEqual([]);
});
