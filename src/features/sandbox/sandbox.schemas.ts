import type { mediaTypes } from '../../channels/content.ts';
import {
  flag,
  type Infer,
  isoTime,
  listOf,
  name,
  nullable,
  object,
  oneOf,
  required,
  text,
  variants,
  withDefault,
} from '../../platform/schema.ts';
import { contentAnswer, contentFields, longestData } from '../messages/messages.ts';

/** Of all routes here. */
export const sandboxTag = 'Sandbox';
export const sandboxErrors = ['account.not_found', 'account.not_connected', 'sandbox.not_a_sandbox'];

const shared = {
  from: name({ max: 40 }).description('A number of the sandbox, +999…'),
  replyTo: text({ max: 200 }).description('The message that this one answers, by its id on this phone.'),
};
const file = {
  ...shared,
  media: required(
    object({
      data: required(text({ max: longestData }).description('Base64, at most 10 MB of bytes.')),
      mimetype: text({ max: 200 }).description('Believed only where the bytes leave it open.'),
    }),
  ),
  filename: name({ max: 255 }),
};
const caption = text({ max: 20_000 });

const fileCases = {
  image: object({ ...file, caption, type: required(oneOf('image')) }),
  video: object({ ...file, caption, type: required(oneOf('video')) }),
  audio: object({ ...file, type: required(oneOf('audio')) }),
  voice: object({ ...file, type: required(oneOf('voice')) }),
  document: object({ ...file, caption, type: required(oneOf('document')) }),
  sticker: object({ ...file, type: required(oneOf('sticker')) }),
} satisfies Record<(typeof mediaTypes)[number], unknown>;

/** What a customer writes: a text unless it has a type. */
export const customerBody = variants(
  'type',
  {
    text: object({ ...shared, text: required(text({ max: 20_000 })), type: withDefault(oneOf('text'), 'text') }),
    location: object({ ...shared, ...contentFields.location, type: required(oneOf('location')) }),
    contact: object({ ...shared, ...contentFields.contact, type: required(oneOf('contact')) }),
    poll: object({ ...shared, ...contentFields.poll, type: required(oneOf('poll')) }),
    ...fileCases,
  },
  'text',
);
export type CustomerBody = Infer<typeof customerBody>;

export const messageId = required(text({ max: 100, pattern: /^\w+$/, patternName: 'the id of a message on a phone' }));

/** A message as the customer's phone shows it. */
export const customerMessage = object({
  id: messageId,
  customer: required(text({ max: 20 })),
  direction: required(oneOf('received', 'sent').description('Seen from the customer.')),
  ...contentAnswer,
  replyTo: required(nullable(text({ max: 200 }))),
  reactions: required(listOf(object({ from: required(text({ max: 100 })), emoji: required(text({ max: 100 })) }))),
  edited: required(flag()),
  deleted: required(flag().description('For everyone.')),
  at: required(isoTime()),
  status: required(oneOf('pending', 'sent', 'delivered', 'read', 'received').description('The ticks on that phone.')),
});

export const reactionBody = object({
  emoji: required(text({ min: 0, max: 40 }).example('👍').description('Empty takes the reaction back.')),
});
export const editBody = object({
  text: required(text({ max: 20_000 }).description('What the message, or its caption, says from now on.')),
});
export const voteBody = object({
  options: required(
    listOf(text({ max: 100 }), { max: 12 })
      .unique()
      .description('Empty takes the vote back.'),
  ),
});
