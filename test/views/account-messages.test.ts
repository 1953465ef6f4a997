import { describe, expect, test } from 'vitest';
import type { Message } from '../../src/features/messages/messages.ts';
import { AccountMessages, type MessagesModel } from '../../views/account/messages.tsx';
import { rendered, wordsOf } from '../doubles/rendered-view.ts';
import { aMessage } from '../doubles/view-models.ts';

function listOf(messages: readonly Message[], different: Partial<MessagesModel> = {}): string {
  const items = messages.map((message) => ({ message, who: { name: '+9995550101', number: null }, group: null }));
  const model = { accountId: 'acc_1', items, before: undefined, older: null, ...different };
  return rendered(AccountMessages, { model });
}

describe('Each status is told by a word', () => {
  const words: Record<Message['status'], string> = {
    queued: 'Queued',
    sending: 'Sending',
    sent: 'Sent',
    delivered: 'Delivered',
    read: 'Read',
    played: 'Played',
    received: 'Received',
    failed: 'Failed',
    expired: 'Expired',
    cancelled: 'Cancelled',
  };
  test.each(Object.entries(words))('%s: %s', (status, word) => {
    expect(wordsOf(listOf([aMessage({ status: status as Message['status'] })]))).toContain(` 11:59 ${word}`);
  });
});

test('a failed message says why', () => {
  const error = { code: 'recipient.not_on_whatsapp', message: 'This number is not on WhatsApp.', retryable: false };
  expect(wordsOf(listOf([aMessage({ status: 'failed', error })]))).toContain('This number is not on WhatsApp.');
});

test('only a queued message can be cancelled', () => {
  expect(listOf([aMessage({ status: 'queued' })])).toContain('action="/accounts/acc_1/messages/msg_1/cancel"');
  expect(listOf([aMessage({ status: 'sending' })])).not.toContain('/cancel');
});

test('what people wrote and how they are called is text and never markup', () => {
  const message = aMessage({ text: '<img src=x onerror=alert(1)>' });
  const html = rendered(AccountMessages, {
    model: {
      accountId: 'acc_1',
      items: [{ message, who: { name: '<b>Ana</b>', number: null }, group: '"><script>' }],
      before: undefined,
      older: null,
    },
  });
  expect(html).toContain('&lt;img src=x onerror=alert(1)>');
  expect(html).toContain('<bdi>&lt;b>Ana&lt;/b></bdi>');
  expect(html).not.toMatch(/<(img|script|b)[\s>]/);
});

test('a message of a kind that cannot be shown is named, and a text of another script finds its own direction', () => {
  const unsupported = aMessage({ type: 'unsupported', text: null });
  expect(wordsOf(listOf([unsupported]))).toContain('A kind of message that this version cannot show');
  expect(listOf([aMessage({ text: 'مرحبا' })])).toContain('<p class="message-text" dir="auto">مرحبا</p>');
});

test('a message shows what was done to it, and a deleted one nothing else', () => {
  const from = { jid: '9995550101@s.whatsapp.net', phone: '+9995550101', lid: null, name: '<b>Ana</b>' };
  const at = '2026-11-25T12:00:00.000Z';
  const changed = listOf([aMessage({ text: 'new', editedAt: at, reactions: [{ from, emoji: '👍', at }] })]);
  expect(wordsOf(changed)).toContain('new Edited 👍');
  expect(changed).toContain('<bdi class="muted">&lt;b>Ana&lt;/b></bdi>');
  const deleted = wordsOf(listOf([aMessage({ text: null, editedAt: at, deletedAt: at })]));
  expect(deleted).toContain('This message was deleted for everyone.');
  expect(deleted).not.toContain('Edited');
  const results = [
    { option: 'now', count: 1, voters: [from] },
    { option: 'later', count: 0, voters: [] },
  ];
  const poll = { question: 'When?', options: ['now', 'later'], maxAnswers: 1, results };
  const words = wordsOf(listOf([aMessage({ type: 'poll', text: null, poll })]));
  expect(words).toContain('now 1 vote');
  expect(words).toContain('later 0 votes');
});

test('what waits to be done to another message is told apart from a message', () => {
  const target = { id: 'msg_0', whatsappId: '3EB0AA' };
  const words = (type: string, text: string | null) => wordsOf(listOf([aMessage({ type, text, target })]));
  expect(words('reaction', '👍')).toContain('Reaction to a message 👍');
  expect(words('reaction', '')).toContain('Reaction to a message, taken back');
  expect(words('edit', 'new')).toContain('Edit of a message, to new');
  expect(words('deletion', null)).toContain('Deletion of a message');
});

test('a file tells its name, length, size and type, and what was written with it', () => {
  const file = {
    url: null,
    mimetype: 'audio/ogg; codecs=opus',
    size: 4_321,
    filename: null,
    seconds: 65,
    width: null,
    height: null,
  };
  const voice = aMessage({ type: 'voice', text: null, media: file });
  expect(wordsOf(listOf([voice]))).toContain('Voice note 1:05 · 4 kB · audio/ogg');
  const media = { ...file, mimetype: 'application/pdf', seconds: null, size: 2_400_000, filename: 'bill.pdf' };
  const html = listOf([aMessage({ type: 'document', text: 'The bill', media })]);
  expect(wordsOf(html)).toContain('bill.pdf Document · 2.4 MB · application/pdf Download bill.pdf The bill');
  const named = listOf([aMessage({ type: 'document', text: null, media: { ...media, filename: '"><b>' } })]);
  expect(named).not.toContain('"><b>');
  expect(html).toContain('href="/api/messages/msg_1/media"');
  const lost = listOf([aMessage({ type: 'document', text: null, media, status: 'failed' })]);
  expect(lost).not.toContain('/media');
});

test('a very long text is cut, and where the rest is to be had is said', () => {
  const html = listOf([aMessage({ text: 'x'.repeat(65_536) })]);
  expect(html.length).toBeLessThan(6_000);
  expect(wordsOf(html)).toContain('63,536 more characters: GET /api/messages/msg_1 has');
});

test('an empty list says what will stand there', () => {
  expect(wordsOf(listOf([]))).toContain('No messages yet');
});

test('one message and five hundred each stand in a row of their own', () => {
  const many = Array.from({ length: 500 }, (_, index) => aMessage({ id: `msg_${index}` }));
  expect(listOf([aMessage()]).match(/<li /g)).toHaveLength(1);
  expect(new Set(listOf(many).match(/id="row-msg_\d+"/g)).size).toBe(500);
});

test('pages lead to older messages and back, and an older page refetches itself', () => {
  expect(listOf([aMessage()], { older: '17' })).toContain('href="/accounts/acc_1?before=17#account-messages"');
  const older = listOf([aMessage()], { before: '17' });
  expect(older).toContain('hx-get="/ui/accounts/acc_1/messages?before=17"');
  expect(older).toContain('href="/accounts/acc_1#account-messages"');
});
