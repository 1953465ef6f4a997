import { describe, expect, test } from 'vitest';
import { bareJid, chatTypeOf, isSandboxPhone, parseAddress, phoneOf } from './address.ts';

const person = (digits: string) => ({ jid: `${digits}@s.whatsapp.net`, type: 'personal', phone: `+${digits}` });

test.each([
  ['+4915112345678', person('4915112345678')],
  ['4915112345678', person('4915112345678')],
  ['  +49 151 1234 5678 ', person('4915112345678')],
  ['+49-151-12345678', person('4915112345678')],
  ['+49 (151) 1234.5678', person('4915112345678')],
  ['004915112345678', person('4915112345678')],
  ['+1 415 555 2671', person('14155552671')],
  ['+62 812-3456-7890', person('6281234567890')],
  ['+999 0000 000 001', person('9990000000001')],
  ['+999 555 0101', person('9995550101')],
  ['4915112345678@s.whatsapp.net', person('4915112345678')],
  ['4915112345678@c.us', person('4915112345678')],
  ['4915112345678@C.US', person('4915112345678')],
  ['4915112345678:12@s.whatsapp.net', person('4915112345678')],
  ['123456789012345@lid', { jid: '123456789012345@lid', type: 'personal', phone: null }],
  ['123456789012345:3@lid', { jid: '123456789012345@lid', type: 'personal', phone: null }],
  ['120363012345678901@g.us', { jid: '120363012345678901@g.us', type: 'group', phone: null }],
  ['4915112345678-1612345678@g.us', { jid: '4915112345678-1612345678@g.us', type: 'group', phone: null }],
  ['120363012345678901@newsletter', { jid: '120363012345678901@newsletter', type: 'newsletter', phone: null }],
])('%s is an address', (input, address) => {
  expect(parseAddress(input)).toEqual({ ok: true, address });
});

const notAnAddress = 'is not a phone number or chat address';
const needsCountry = 'needs the country code, such as +49 for Germany';
test.each([
  ['0151 12345678', needsCountry],
  ['+0151 12345678', needsCountry],
  ['', notAnAddress],
  ['hello', notAnAddress],
  ['+', notAnAddress],
  ['12', notAnAddress],
  ['+49151123456789012345', notAnAddress],
  ['+4915112345678 ext 5', notAnAddress],
  ['49151+12345678', notAnAddress],
  ['٤٩١٥١١٢٣٤٥٦٧٨', notAnAddress],
  ['@s.whatsapp.net', notAnAddress],
  ['hello@s.whatsapp.net', notAnAddress],
  ['12@s.whatsapp.net', notAnAddress],
  ['4915112345678@example.com', notAnAddress],
  ['4915112345678@s.whatsapp.net@g.us', notAnAddress],
  ['4915112345678@s.whatsapp.net\nX', notAnAddress],
  ['status@broadcast', notAnAddress],
  ['1234@lid', notAnAddress],
  ['12345@g.us', notAnAddress],
])('%j is refused in words', (input, problem) => {
  expect(parseAddress(input)).toEqual({ ok: false, problem });
});

test('what is an address stays the same address when it is read again', () => {
  for (const input of ['+49 151 12345678', '123456789012345:3@lid', '120363012345678901@g.us']) {
    const first = parseAddress(input);
    if (!first.ok) throw new Error(first.problem);
    expect(parseAddress(first.address.jid)).toEqual(first);
  }
});

describe('jids from the network', () => {
  test.each([
    ['4915112345678:3@s.whatsapp.net', '4915112345678@s.whatsapp.net', '+4915112345678', 'personal'],
    ['4915112345678@c.us', '4915112345678@s.whatsapp.net', '+4915112345678', 'personal'],
    ['123:7@lid', '123@lid', null, 'personal'],
    ['120363@g.us', '120363@g.us', null, 'group'],
    ['120363@newsletter', '120363@newsletter', null, 'newsletter'],
    ['status@broadcast', 'status@broadcast', null, undefined],
    ['0@hosted', '0@hosted', null, undefined],
    ['', '', null, undefined],
  ])('%s', (jid, bare, phone, type) => {
    expect([bareJid(jid), phoneOf(jid), chatTypeOf(jid)]).toEqual([bare, phone, type]);
  });
});

test('the numbers of the sandbox begin with +999', () => {
  expect(isSandboxPhone('+9990000000001')).toBe(true);
  expect(isSandboxPhone('+4999900000000')).toBe(false);
});
