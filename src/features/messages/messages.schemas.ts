import Joi from 'joi';
import {
  decimal,
  flag,
  type Infer,
  integer,
  isoTime,
  listOf,
  name,
  nullable,
  object,
  oneOf,
  pageFields,
  required,
  text,
} from '../../platform/schema.ts';
import { messageStatuses } from './message.ts';
import { longestText } from './content-body.ts';
import { accountId } from './send.schemas.ts';

const acceptedAnswer = object({
  id: required(text({ max: 40 })),
  whatsappId: required(text({ max: 100 })),
  status: required(oneOf(...messageStatuses)),
  position: required(integer({ min: 0 }).description('Place in the queue, 1 = next.')),
  estimatedSendAt: required(isoTime()),
  duplicate: required(flag()),
  warnings: required(listOf(text({ max: 500 }))),
});

export const messageParams = object({
  id: required(text({ max: 40, pattern: /^msg_[0-9a-z]{1,30}$/, patternName: 'a message id, msg_…' })),
});
export const messageQuery = object({
  ...pageFields(),
  accountId,
  direction: oneOf('incoming', 'outgoing'),
  chat: name({ max: 100 }).description('A phone number or chat address.'),
  status: oneOf(...messageStatuses),
  since: isoTime(),
});

export const personAnswer = object({
  jid: required(text({ max: 100, min: 0 })),
  phone: required(nullable(text({ max: 20 }))),
  lid: required(nullable(text({ max: 40 }))),
  name: required(nullable(text({ max: 200, min: 0 }))),
});
export const chatAnswer = object({
  jid: required(text({ max: 100 })),
  type: required(oneOf('personal', 'group', 'newsletter', 'status')),
});
const time = required(nullable(isoTime()));
const count = integer({ min: 0 });
const statusTimes = object({
  queued: time,
  sending: time,
  sent: time,
  delivered: time,
  read: time,
  played: time,
  received: time,
  failed: time,
  expired: time,
  cancelled: time,
});

/** What is told of a file beside where it is. */
export const fileFields = {
  mimetype: required(text({ max: 200 })),
  size: required(nullable(integer({ min: 0 }).description('In bytes.'))),
  filename: required(nullable(text({ max: 500 }))),
  seconds: required(nullable(integer({ min: 0 }))),
  width: required(nullable(integer({ min: 0 }))),
  height: required(nullable(integer({ min: 0 }))),
};

/** What a message says. */
export const contentAnswer = {
  type: required(
    text({ max: 40 }).description(
      'text, image, location, …; reaction, edit or deletion for what is done to another message; unsupported for what this version cannot translate yet.',
    ),
  ),
  text: required(nullable(text({ max: longestText, min: 0 }))),
  media: required(
    nullable(
      object({
        url: required(
          nullable(text({ max: 2_000 }).description('The file itself; good for seven days, without a key.')),
        ),
        ...fileFields,
      }),
    ),
  ),
  location: required(
    nullable(
      object({
        latitude: required(decimal({ min: -90, max: 90 })),
        longitude: required(decimal({ min: -180, max: 180 })),
        name: required(nullable(text({ max: 1_000 }))),
        address: required(nullable(text({ max: 1_000 }))),
      }),
    ),
  ),
  contacts: required(
    nullable(
      listOf(
        object({
          name: required(text({ max: 500, min: 0 })),
          phone: required(nullable(text({ max: 100 }))),
          organization: required(nullable(text({ max: 500 }))),
        }),
      ),
    ),
  ),
  poll: required(
    nullable(
      object({
        question: required(text({ max: 5_000, min: 0 })),
        options: required(listOf(text({ max: 1_000, min: 0 }))),
        maxAnswers: required(integer({ min: 0 }).description('0 = any number.')),
        results: required(
          listOf(
            object({
              option: required(text({ max: 1_000, min: 0 })),
              count: required(integer({ min: 0 })),
              voters: required(listOf(personAnswer)),
            }),
          ).description('For each option, in their order, who has chosen it.'),
        ),
      }),
    ),
  ),
};

export const messageFields = {
  id: required(text({ max: 40 })),
  accountId: required(text({ max: 40 })),
  direction: required(oneOf('incoming', 'outgoing')),
  origin: required(oneOf('api', 'ai', 'rule', 'inbox', 'campaign', 'phone', 'contact')),
  whatsappId: required(text({ max: 200 })),
  chat: required(chatAnswer),
  from: required(personAnswer),
  ...contentAnswer,
  mentions: required(listOf(text({ max: 100 }))),
  replyTo: required(nullable(text({ max: 200 }))),
  target: required(
    nullable(object({ id: required(text({ max: 40 })), whatsappId: required(text({ max: 200 })) })).description(
      'The message to which this one is a reaction (its text is the emoji), an edit or a deletion.',
    ),
  ),
  reactions: required(
    listOf(
      object({ from: required(personAnswer), emoji: required(text({ max: 200 })), at: required(isoTime()) }),
    ).description('The last one of each person.'),
  ),
  editedAt: required(nullable(isoTime()).description('When its text was changed; text is the new one.')),
  deletedAt: required(nullable(isoTime()).description('When it was deleted for everyone: what it said is gone.')),
  status: required(oneOf(...messageStatuses)),
  waiting: required(
    nullable(
      object({
        reason: required(oneOf('scheduled', 'pace', 'new_chats', 'daily_cap', 'restricted', 'offline', 'line')),
        position: required(integer({ min: 1 })),
        estimatedSendAt: required(isoTime()),
      }),
    ).description('Why a queued message waits, and until when, where this one was asked for.'),
  ),
  statusAt: required(statusTimes),
  receipts: required(
    nullable(
      object({
        members: required(nullable(count)),
        delivered: required(count),
        read: required(count),
        played: required(count),
      }),
    ).description(
      'Of a message to a group: how many were in it when it left, null where that is not known, and how many of them have it. ' +
        'Its status is what all of them have reached.',
    ),
  ),
  error: required(
    nullable(
      object({
        code: required(text({ max: 100 })),
        message: required(text({ max: 1000 })),
        retryable: required(flag()),
      }),
    ),
  ),
  referenceId: required(nullable(text({ max: 200 }))),
  createdAt: required(isoTime()),
};
export const messageAnswer = object(messageFields);

/** What a send answers: the acceptance, or with `wait` the message once it has a result. */
export const sendAnswer = Joi.alternatives<Infer<typeof acceptedAnswer>, Infer<typeof messageAnswer>>(
  acceptedAnswer,
  messageAnswer,
);
