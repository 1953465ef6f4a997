import { expect, test } from 'vitest';
import { contactFactsOf } from './contacts-from-baileys.ts';

const now = new Date('2026-11-26T12:00:00Z');
const longAgo = new Date(0);
const [jid, lid, phone] = ['491701234567@s.whatsapp.net', '100001@lid', '+491701234567'];

test('the address book names people by number, with both addresses, or by hidden address', () => {
  const upserts = [
    { id: jid, name: 'Ana', lid, phoneNumber: jid },
    { id: lid, name: 'Ben', lid },
    { id: jid, name: undefined },
    { id: '120363000000000001@g.us', name: 'A group' },
  ];
  expect(contactFactsOf({ 'contacts.upsert': upserts as never }, now)).toEqual([
    { phone, lid, name: { kind: 'saved', text: 'Ana', at: now } },
    { phone: null, lid, name: { kind: 'saved', text: 'Ben', at: now } },
  ]);
});

test('what the history says is older than all else, and its hidden addresses may be our own', () => {
  const contacts = [
    { id: jid, name: 'Ana', lid: '999@lid' },
    { id: lid, notify: 'ben' },
    { id: jid, verifiedName: 'Bakery' },
  ];
  const history = { chats: [], messages: [], contacts };
  expect(contactFactsOf({ 'messaging-history.set': history }, now)).toEqual([
    { phone, lid: null, name: { kind: 'saved', text: 'Ana', at: longAgo } },
    { phone: null, lid, name: { kind: 'push', text: 'ben', at: longAgo } },
    { phone, lid: null, name: { kind: 'verified', text: 'Bakery', at: longAgo } },
  ]);
});

test('of what messages bring only the checked name is taken, because theirs comes with the message', () => {
  const updates = [
    { id: jid, notify: 'ana', verifiedName: 'Bakery' },
    { id: lid, notify: 'ben' },
    { imgUrl: 'changed' },
  ];
  expect(contactFactsOf({ 'contacts.update': updates }, now)).toEqual([
    { phone, lid: null, name: { kind: 'verified', text: 'Bakery', at: now } },
  ]);
});

test.each(['', '  ', '+49 170 1234567', '(0170) 123-45', '~49170'])('%j is no name', (name) => {
  expect(contactFactsOf({ 'contacts.upsert': [{ id: jid, name }] }, now)).toEqual([]);
});

test('a name keeps what is no number, and nothing that cannot be stored', () => {
  const upserts = ['7', '👍', 'Ana 2', `A\u0000${'👍'.slice(0, 1)}`].map((name) => ({ id: jid, name }));
  const texts = contactFactsOf({ 'contacts.upsert': upserts }, now).map(({ name }) => name?.text);
  expect(texts).toEqual(['👍', 'Ana 2', 'A\uFFFD\uFFFD']);
});
