import { describe, expect, test } from 'vitest';
import type { PhoneBubble } from '../../views/account/phone-chat.tsx';
import { Phone, PhoneCard, type PhoneModel } from '../../views/account/phone.tsx';
import { rendered, wordsOf } from '../doubles/rendered-view.ts';
import { aMessage, anAccount } from '../doubles/view-models.ts';

const customer = { number: '+9995550101', offline: false, unread: 0, messages: [] as PhoneBubble[] };

function phoneOf(different: Partial<PhoneModel> = {}): string {
  const model: PhoneModel = {
    account: anAccount(),
    shows: { qr: false, code: false },
    customer,
    customers: [customer.number],
    failNext: false,
    ...different,
  };
  return rendered(Phone, { model });
}

function bubble(different: Partial<PhoneBubble> = {}): PhoneBubble {
  const { type, text, media, location, contacts, poll } = aMessage({ text: 'Hi' });
  const content = { type, text, media, location, contacts, poll };
  const done = { deleted: false, edited: false, reactions: [] };
  return {
    id: 'a',
    direction: 'sent',
    ...content,
    ...done,
    at: '2026-11-25T11:59:00.000Z',
    status: 'sent',
    ...different,
  };
}

describe('Before it is linked the phone', () => {
  const unlinked = { linked: false, phone: null } as const;

  test('scans the code that the account shows', () => {
    expect(phoneOf({ account: anAccount(unlinked), shows: { qr: true, code: false } })).toContain('/phone/scan"');
  });

  test('types the code where one is shown to type', () => {
    const html = phoneOf({ account: anAccount(unlinked), shows: { qr: true, code: true } });
    expect(html).toContain('/phone/enter-code"');
  });

  test('asks for a new code where none is shown any more', () => {
    const { status } = anAccount();
    const timedOut = { ...status, status: 'disconnected', message: 'Not linked yet', nextStep: 'show_code' } as const;
    expect(phoneOf({ account: anAccount({ ...unlinked, status: timedOut }) })).toContain('/phone/new-code"');
    const paused = anAccount({ ...unlinked, paused: true, status: { ...timedOut, message: 'Paused by you' } });
    expect(phoneOf({ account: paused })).not.toContain('<button');
  });
});

describe('The ticks of what the customer wrote are told by a word', () => {
  const words = { pending: 'Waiting', sent: 'Sent', delivered: 'Delivered', read: 'Read' } as const;
  test.each(Object.entries(words))('%s: %s', (status, word) => {
    const messages = [bubble({ status: status as PhoneBubble['status'] })];
    expect(wordsOf(phoneOf({ customer: { ...customer, messages } }))).toContain(`Hi 11:59 ${word}`);
  });
});

test('the customer opens what is new, and cannot while offline', () => {
  const messages = [bubble({ direction: 'received', status: 'received' })];
  expect(wordsOf(phoneOf({ customer: { ...customer, unread: 2, messages } }))).toContain('Read 2 new messages');
  const away = phoneOf({ customer: { ...customer, unread: 2, offline: true, messages } });
  expect(away).not.toContain('/phone/read"');
  expect(wordsOf(away)).toContain('Back online');
});

test('texts are text and never markup', () => {
  const messages = [bubble({ text: '<script>alert(1)</script>' })];
  expect(phoneOf({ customer: { ...customer, messages } })).toContain('&lt;script>alert(1)&lt;/script>');
});

test('a refusal that is in wait is said, and cannot be asked for twice', () => {
  const html = phoneOf({ failNext: true });
  expect(wordsOf(html)).toContain('The next message will fail');
  expect(html).not.toContain('/phone/fail-next"');
});

test('every customer with a chat can be chosen', () => {
  const html = phoneOf({ customers: [customer.number, '+9995550102'] });
  expect(html).toContain('href="/accounts/acc_1?customer=%2B9995550102#phone-title"');
});

test('what is being typed stands outside the part that replaces itself', () => {
  const account = anAccount();
  const model = { account, shows: { qr: false, code: false }, customer, customers: [], failNext: false };
  const composer = { accountId: 'acc_1', customer: customer.number };
  const html = rendered(PhoneCard, { model, composer });
  expect(html).toContain('id="phone-write-text"');
  expect(phoneOf()).not.toContain('phone-write');
});

describe('What was done to a message', () => {
  const shown = (different: Partial<PhoneBubble>): string =>
    phoneOf({ customer: { ...customer, messages: [bubble(different)] } });

  test('is told beside it', () => {
    const words = wordsOf(shown({ edited: true, reactions: [{ from: '+9990000000001', emoji: '👍' }] }));
    expect(words).toContain('Hi Edited 👍 +9990000000001');
    expect(wordsOf(shown({ deleted: true, text: '' }))).toContain('This message was deleted for everyone.');
  });

  test('a vote is a pressed button, and there is none while the phone is away', () => {
    const voter = { jid: '9995550101@s.whatsapp.net', lid: null, phone: customer.number, name: null };
    const results = [
      { option: 'Tea', count: 1, voters: [voter] },
      { option: 'Coffee', count: 0, voters: [] },
    ];
    const poll = { question: 'Which?', options: ['Tea', 'Coffee'], maxAnswers: 1, results };
    const html = shown({ type: 'poll', text: null, poll });
    expect(html.match(/aria-pressed="(true|false)"/g)).toEqual(['aria-pressed="true"', 'aria-pressed="false"']);
    const messages = [bubble({ type: 'poll', text: null, poll })];
    const away = phoneOf({ customer: { ...customer, offline: true, messages } });
    expect(away).not.toContain('/phone/vote"');
    expect(wordsOf(away)).toContain('Which? Poll, one answer Tea 1 vote Coffee 0 votes');
  });
});
