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
  variants,
  withDefault,
} from '../../platform/schema.ts';
import { mediaTypes } from '../../channels/content.ts';
import { KeptFile } from '../media/media.ts';
import { messageStatuses } from './message.ts';

const longestText = 65_536;
/** Of 10 MB in base64. */
const longestData = 14_000_000;
const longestLifeSeconds = 30 * 24 * 60 * 60;

const accountId = text({ max: 40 }).description('With an admin key: whose. An account key may leave it out.');
const to = name({ max: 100 }).description(
  'E.164 with or without +, spaces or dashes, or a chat address: …@s.whatsapp.net, …@c.us, …@lid, …@g.us.',
);
const remoteId = text({ max: 200 });
const shared = {
  accountId,
  to: required(to),
  replyTo: remoteId.description('The message of this chat that this one answers, by its id or its whatsappId.'),
  mentions: listOf(name({ max: 100 }), { max: 1_000 }).description('People who are told: numbers or chat addresses.'),
  referenceId: text({ max: 200 }).description('Yours; comes back in every event of the message.'),
  priority: withDefault(oneOf('high', 'normal', 'low'), 'normal').description('What waits leaves in this order.'),
  sendAt: isoTime().description('Not before then; at once by default.'),
  expiresInSeconds: integer({ min: 1, max: longestLifeSeconds }).description(
    'How long it may wait, from sendAt where that is given; 24 hours by default.',
  ),
  typing: withDefault(flag(), true).description('false: nobody is shown typing before it.'),
  allowDuplicate: withDefault(flag(), false).description('Sends even the same content to the same chat again.'),
};
const contentFields = {
  text: { text: required(text({ max: longestText }).description('What the message says.')) },
  location: {
    latitude: required(decimal({ min: -90, max: 90 })),
    longitude: required(decimal({ min: -180, max: 180 })),
    name: text({ max: 1_000 }).description('Of the place.'),
    address: text({ max: 1_000 }),
  },
  contact: {
    contacts: required(
      listOf(
        object({
          name: required(name({ max: 500 })),
          phone: required(name({ max: 40 }).description('With its country code.')),
          organization: text({ max: 500 }),
        }),
        { min: 1, max: 100 },
      ),
    ),
  },
  poll: {
    question: required(text({ max: 255 })),
    options: required(listOf(text({ max: 100 }), { min: 2, max: 12 }).unique()),
    maxAnswers: withDefault(integer({ min: 0, max: 12 }), 1).description('How many one may choose; 0 = any number.'),
  },
};
const file = {
  media: object({
    url: text({
      max: 4_000,
      pattern: /^[hH][tT][tT][pP][sS]?:\/\/\S+$/,
      patternName: 'an http or https address',
    }).description('Fetched when its turn comes, at most 64 MB.'),
    data: text({ max: longestData }).description('Base64, at most 10 MB of bytes.'),
    mimetype: text({ max: 200 }).description('Believed only where the bytes leave it open.'),
  }),
  mediaUrl: text({
    max: 4_000,
    pattern: /^[hH][tT][tT][pP][sS]?:\/\/\S+$/,
    patternName: 'an http or https address',
  }).description('Short for media.url.'),
  filename: name({ max: 255 }),
};
const caption = text({ max: longestText });
const mediaFields = {
  image: { ...file, caption },
  video: { ...file, caption },
  audio: { ...file, ptt: withDefault(flag(), false).description('true makes it a voice note.') },
  voice: file,
  document: { ...file, caption },
  sticker: file,
};
const aliases = {
  to: ['number', 'phone', 'phoneNumber', 'chatId'],
  text: ['message', 'body'],
};
const textAliases = { aliases };
const otherAliases = { aliases: { to: aliases.to } };

const cases = {
  location: object({ ...shared, ...contentFields.location, type: required(oneOf('location')) }, otherAliases),
  contact: object({ ...shared, ...contentFields.contact, type: required(oneOf('contact')) }, otherAliases),
  poll: object({ ...shared, ...contentFields.poll, type: required(oneOf('poll')) }, otherAliases),
  image: object({ ...shared, ...mediaFields.image, type: required(oneOf('image')) }, otherAliases),
  video: object({ ...shared, ...mediaFields.video, type: required(oneOf('video')) }, otherAliases),
  audio: object({ ...shared, ...mediaFields.audio, type: required(oneOf('audio')) }, otherAliases),
  voice: object({ ...shared, ...mediaFields.voice, type: required(oneOf('voice')) }, otherAliases),
  document: object({ ...shared, ...mediaFields.document, type: required(oneOf('document')) }, otherAliases),
  sticker: object({ ...shared, ...mediaFields.sticker, type: required(oneOf('sticker')) }, otherAliases),
};
export const sendBody = variants(
  'type',
  {
    text: object({ ...shared, ...contentFields.text, type: withDefault(oneOf('text'), 'text') }, textAliases),
    ...cases,
  },
  'text',
);
export const messageBody = variants('type', {
  text: object({ ...shared, ...contentFields.text, type: required(oneOf('text')) }, textAliases),
  ...cases,
});
/** Its type is that of the file unless one is named. */
export const sendMediaBody = object(
  {
    ...shared,
    ...mediaFields.audio,
    caption,
    type: oneOf(...mediaTypes),
    file: Joi.any<KeptFile>()
      .custom((value: unknown, helpers) => (value instanceof KeptFile ? value : helpers.error('any.invalid')))
      .description('The file itself, in a multipart/form-data request, at most 10 MB.'),
  },
  otherAliases,
);
export const sendQuery = object({
  wait: withDefault(flag(), false).description('Answers 200 once WhatsApp confirmed or it failed, or 202 after 20 s.'),
});

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

const person = object({
  jid: required(text({ max: 100, min: 0 })),
  phone: required(nullable(text({ max: 20 }))),
  lid: required(nullable(text({ max: 40 }))),
  name: required(nullable(text({ max: 200, min: 0 }))),
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

/** What a message says. */
export const contentAnswer = {
  type: required(text({ max: 40 }).description('text, or unsupported for what this version cannot translate yet.')),
  text: required(nullable(text({ max: longestText, min: 0 }))),
  media: required(
    nullable(
      object({
        url: required(
          nullable(text({ max: 2_000 }).description('The file itself; good for seven days, without a key.')),
        ),
        mimetype: required(text({ max: 200 })),
        size: required(nullable(integer({ min: 0 }).description('In bytes.'))),
        filename: required(nullable(text({ max: 500 }))),
        seconds: required(nullable(integer({ min: 0 }))),
        width: required(nullable(integer({ min: 0 }))),
        height: required(nullable(integer({ min: 0 }))),
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
      }),
    ),
  ),
};

export const messageAnswer = object({
  id: required(text({ max: 40 })),
  accountId: required(text({ max: 40 })),
  direction: required(oneOf('incoming', 'outgoing')),
  origin: required(oneOf('api', 'ai', 'rule', 'inbox', 'campaign', 'phone', 'contact')),
  whatsappId: required(text({ max: 200 })),
  chat: required(
    object({ jid: required(text({ max: 100 })), type: required(oneOf('personal', 'group', 'newsletter', 'status')) }),
  ),
  from: required(person),
  ...contentAnswer,
  mentions: required(listOf(text({ max: 100 }))),
  replyTo: required(nullable(text({ max: 200 }))),
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
});

/** What a send answers: the acceptance, or with `wait` the message once it has a result. */
export const sendAnswer = Joi.alternatives<Infer<typeof acceptedAnswer>, Infer<typeof messageAnswer>>(
  acceptedAnswer,
  messageAnswer,
);
