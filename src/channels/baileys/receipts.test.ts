import type { BinaryNode } from '@whiskeysockets/baileys';
import { describe, expect, test } from 'vitest';
import { readElsewhere, receiptsOf } from './receipts.ts';

const now = new Date('2026-01-01T00:00:00Z');
const at = new Date(1_700_000_000_000);
const customer = '491701234567@s.whatsapp.net';
const group = '120363012345678901@g.us';
const from = { jid: customer, phone: '+491701234567', lid: null, name: null };
const me = { id: '491700000001:3@s.whatsapp.net', lid: '900000000001:3@lid' };
const of = (attrs: Record<string, string>, items: string[] = []): BinaryNode => {
  const node = { tag: 'receipt', attrs: { id: '3EB0AA', from: customer, t: '1700000000', ...attrs } };
  if (items.length === 0) return node;
  return {
    ...node,
    content: [{ tag: 'list', attrs: {}, content: items.map((id) => ({ tag: 'item', attrs: { id } })) }],
  };
};

describe('receipts', () => {
  test.each([
    [undefined, 'delivered'],
    ['read', 'read'],
    ['played', 'played'],
  ])('of type %s is %s', (type, status) => {
    expect(receiptsOf(of(type ? { type } : {}), me, now)).toEqual([
      { remoteId: '3EB0AA', status, at, from, group: false },
    ]);
  });

  test('one stanza may be for many messages', () => {
    expect(receiptsOf(of({ type: 'read' }, ['3EB0BB', '3EB0CC']), me, now).map(({ remoteId }) => remoteId)).toEqual([
      '3EB0AA',
      '3EB0BB',
      '3EB0CC',
    ]);
  });

  test('one of a group says who has the message, by the address that the group uses', () => {
    const attrs = { from: group, participant: '12345:7@lid', participant_pn: customer, type: 'read' };
    expect(receiptsOf(of(attrs), me, now)).toEqual([
      { remoteId: '3EB0AA', status: 'read', at, from: { ...from, lid: '12345@lid' }, group: true },
    ]);
  });

  test('several people of a group may stand in one stanza, and the account itself among them', () => {
    const users = [
      { jid: '12345@lid', t: '1700000001' },
      { jid: me.lid, t: '1700000002' },
      { jid: '67890@lid', t: '0' },
    ];
    const content = [
      { tag: 'participants', attrs: { key: '3EB0BB' }, content: users.map((attrs) => ({ tag: 'user', attrs })) },
    ];
    const receipts = receiptsOf({ ...of({ from: group }), content }, me, now);
    expect(
      receipts.map((receipt) => [receipt.remoteId, receipt.from.jid, receipt.at.getTime(), receipt.group]),
    ).toEqual([
      ['3EB0BB', '12345@lid', 1_700_000_001_000, true],
      ['3EB0BB', '67890@lid', 1_700_000_000_000, true],
    ]);
  });

  test('a receipt without a time is of now', () => {
    expect(receiptsOf(of({ t: '0' }), me, now)[0]?.at).toBe(now);
  });

  test.each<[string, Record<string, string>]>([
    ['a request to send again', { type: 'retry' }],
    ['a copy that an own device has', { type: 'sender' }],
    ['an error of the server', { type: 'server-error' }],
    ['what the own phone has', { from: '491700000001@s.whatsapp.net' }],
    ['what the own phone has, under its LID', { from: '900000000001@lid' }],
    ['what an own device read in a group', { from: group, participant: me.lid, type: 'read' }],
    ["another person's message that was read on the own phone", { recipient: customer, type: 'read' }],
  ])('%s is none', (_name, attrs) => {
    expect(receiptsOf(of(attrs), me, now)).toEqual([]);
  });
});

test.each<[string, Record<string, string>, string[]]>([
  ['the phone', { from: '491700000001@s.whatsapp.net', type: 'read-self', recipient: customer }, ['3EB0AA']],
  ['another device, in a group', { from: group, participant: me.lid, type: 'read-self' }, ['3EB0AA']],
  ['somebody else', { from: customer, type: 'read' }, []],
  ['nobody: the phone has it', { from: '491700000001@s.whatsapp.net' }, []],
])('what was read by %s', (_name, attrs, remoteIds) => {
  expect(readElsewhere(of(attrs), me, now)).toEqual({ remoteIds, at });
});
