import Joi from 'joi';
import {
  flag,
  integer,
  isoTime,
  listOf,
  name,
  object,
  oneOf,
  required,
  text,
  variants,
  withDefault,
} from '../../platform/schema.ts';
import { mediaTypes } from '../../channels/content.ts';
import { KeptFile } from '../media/media.ts';
import { contentFields, longestData, longestText } from './content-body.ts';

const longestLifeSeconds = 30 * 24 * 60 * 60;

export const accountId = text({ max: 40 }).description('With an admin key: whose. An account key may leave it out.');
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
