import { describe, expect, test } from 'vitest';
import { eventCatalogue } from '../../events.ts';
import { eventWords } from './event-words.ts';

const chat = { jid: '9995550101@s.whatsapp.net', type: 'personal' };
const ann = { jid: '1@lid', phone: '+9995550102', lid: '1@lid', name: 'Ann' };

function sentence(names: readonly string[], data: unknown): string {
  const { before, who, after } = eventWords(names, data);
  return before + (who ?? '') + after;
}

describe('every event of the catalogue has a sentence', () => {
  test.each(Object.keys(eventCatalogue))('%s, whatever its data holds', (name) => {
    const text = 'the text of a message';
    const whole = {
      direction: 'incoming',
      status: 'sent',
      statusMessage: 'Connected',
      chat,
      from: ann,
      text,
      body: text,
    };
    for (const data of [
      whole,
      { ...whole, direction: 'outgoing' },
      {},
      null,
      'odd',
      { chat: 1, from: [], status: {} },
    ]) {
      expect(sentence([name], data)).toMatch(/^[A-Z][^{}]{5,}[^.{}]$/);
      expect(sentence([name], data)).not.toContain(text);
      expect(eventWords([name], data).icon).not.toBe('info');
    }
  });

  test('and so does one that a later version has published', () => {
    expect(sentence(['future.event'], {})).toBe('Something happened');
  });
});

describe('a sentence names who it is about', () => {
  const outgoing = { direction: 'outgoing', chat };
  test.each([
    [
      'a contact by name',
      ['messages-personal.received'],
      { direction: 'incoming', from: ann },
      'A message from Ann arrived',
    ],
    [
      'a contact without a name by number',
      ['messages-personal.received'],
      { direction: 'incoming', from: { ...ann, name: null } },
      'A message from +9995550102 arrived',
    ],
    [
      'a contact of whom only the address is known',
      ['message'],
      { direction: 'incoming', from: { jid: '9995550103:7@s.whatsapp.net' } },
      'A message from +9995550103 arrived',
    ],
    [
      'nobody where nothing is known',
      ['message'],
      { direction: 'incoming', from: { jid: '1@lid' } },
      'A message from somebody arrived',
    ],
    [
      'the one who wrote in a group',
      ['messages-group.received'],
      { direction: 'incoming', from: ann },
      'A message from Ann arrived in a group',
    ],
    [
      'the chat of a sent message',
      ['message.sent'],
      { ...outgoing, status: 'sent' },
      'A message to +9995550101 was sent',
    ],
    [
      'the chat of a read message',
      ['message-receipt.update'],
      { ...outgoing, status: 'read' },
      'A message to +9995550101 was read',
    ],
    [
      'the chat of a failed message',
      ['messages.update'],
      { ...outgoing, status: 'failed' },
      'A message to +9995550101 could not be sent',
    ],
    [
      'a group that was written to',
      ['messages.upsert'],
      { direction: 'outgoing', chat: { jid: '1@g.us', type: 'group' } },
      'A message to a group was written on the phone',
    ],
    ['a chat that was read', ['chats.update'], { chat, read: ['msg_1'] }, 'The chat with +9995550101 was read'],
    ['a chat that was muted', ['chats.update'], { chat, muted: true }, 'The chat with +9995550101 changed'],
    ['a contact by name', ['contacts.upsert'], { ...ann, id: 'con_1' }, 'A new contact: Ann'],
    ['a contact by number', ['contacts.update'], { ...ann, name: null }, 'The contact +9995550102 changed'],
    [
      'an account by its own sentence',
      ['session.status'],
      { status: 'ready', statusMessage: 'Connected as +1' },
      'Connected as +1',
    ],
  ])('%s', (_case, names, data, expected) => {
    expect(sentence(names, data)).toBe(expected);
  });

  test('a name in which a placeholder stands is a name', () => {
    const from = { ...ann, name: '{who} <b>' };
    expect(eventWords(['message'], { direction: 'incoming', from })).toMatchObject({
      who: '{who} <b>',
      after: ' arrived',
    });
  });
});
