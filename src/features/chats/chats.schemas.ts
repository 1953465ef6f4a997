import { integer, name, nullable, object, oneOf, required, text } from '../../platform/schema.ts';

const accountId = text({ max: 40 }).description('With an admin key: whose. An account key may leave it out.');
const jid = text({ max: 100 });

const states = ['composing', 'recording', 'paused', 'available', 'unavailable'] as const;

export const presenceBody = object({
  accountId,
  to: name({ max: 100 }).description(
    'The chat; may be left out with available and unavailable. A person who is named is followed: the event presence.',
  ),
  state: required(
    oneOf(...states).description(
      'available and unavailable are for everybody, until the account connects anew; the others for the chat.',
    ),
  ),
});
export const presenceAnswer = object({ chat: required(nullable(jid)), state: required(oneOf(...states)) });

export const chatParams = object({
  jid: required(
    name({
      max: 100,
      pattern: /^(\+?\d[\d ().-]*|[\w.+-]+@[\w.]+)$/,
      patternName: 'a phone number or a chat address',
    }),
  ),
});
export const chatQuery = object({ accountId });
export const readAnswer = object({ chat: required(jid), read: required(integer({ min: 0 })) });
