import type { Contact } from '@whiskeysockets/baileys';
import { expect, test, vi } from 'vitest';
import { useSimulatedNetwork } from '../../test/doubles/simulated-network.ts';
import { newStockAccount, type StockClient } from '../../test/doubles/stock-client.ts';

const owner = '9990000000001';
const friend = '9990000000003';
const other = '9990000000005';

const network = useSimulatedNetwork([owner]);
const phone = (number: string) => network.control.phone(number);

function watchNames({ sock }: StockClient): Partial<Contact>[] {
  const told: Partial<Contact>[] = [];
  sock.ev.on('contacts.upsert', (contacts) => told.push(...contacts));
  sock.ev.on('contacts.update', (contacts) => told.push(...contacts));
  return told;
}

/** A new device of this phone, and what it is told from the start. */
async function linkAnother(number: string) {
  const account = newStockAccount();
  const showing = network.connect(account);
  const scanned = phone(number).scan(await showing.qr());
  await showing.closed();
  const client = network.connect(account);
  const told = watchNames(client);
  await scanned;
  return { client, told };
}

test('linked devices learn the address book when they are linked and as it changes, also after a restart', async () => {
  const { jid, lid } = phone(friend);
  const saved = { id: jid, phoneNumber: jid, lid };
  await phone(other).saveContact(friend, 'Friend');
  const first = await linkAnother(other);
  const learns = (told: readonly Partial<Contact>[], name: string) =>
    vi.waitFor(() => expect(told).toContainEqual(expect.objectContaining({ ...saved, name })), 20_000);
  await learns(first.told, 'Friend');
  await phone(other).saveContact(friend, 'Good friend');
  await learns(first.told, 'Good friend');
  await first.client.end();
  await network.restart();
  await phone(other).saveContact(friend, 'Best friend');
  const second = await linkAnother(other);
  await learns(second.told, 'Best friend');
});

test('messages carry the name, the checked name and both addresses of who writes, unless the number is hidden', async () => {
  const client = await network.login(owner);
  const told = watchNames(client);
  await phone(friend).introduce({ name: 'Friend', verifiedName: 'Friend GmbH' });
  await phone(friend).send({ to: owner, text: 'one', addressing: 'lid' });
  const { jid, lid } = phone(friend);
  expect((await client.receives('one')).key).toMatchObject({ remoteJid: lid, remoteJidAlt: jid });
  await vi.waitFor(
    () => expect(told).toContainEqual(expect.objectContaining({ notify: 'Friend', verifiedName: 'Friend GmbH' })),
    10_000,
  );
  await phone(friend).introduce({ hidesNumber: true });
  await phone(friend).send({ to: owner, text: 'two', addressing: 'lid' });
  const { key, pushName } = await client.receives('two');
  expect([key.remoteJid, key.remoteJidAlt ?? null, pushName]).toEqual([lid, null, 'Friend']);
});
