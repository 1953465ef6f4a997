import { isoTime, listOf, nullable, object, required, text } from '../../platform/schema.ts';
import { fileFields, messageFields, personAnswer } from '../messages/messages.ts';

const emoji = text({ max: 200, min: 0 });
const by = { from: required(personAnswer), at: required(isoTime()) };

const media = object({
  url: nullable(text({ max: 2_000 }).description('The file itself; good for seven days, without a key.')),
  base64: text({ max: 1_400_000, min: 0 }).description('The file itself, where a webhook asks for that.'),
  ...fileFields,
});
const fields = { ...messageFields, media: required(nullable(media)) };

export const messageData = object(fields);

/** What arrived, or was typed on the phone. */
export const arrivedData = object({
  ...fields,
  body: required(messageFields.text.description('The text or caption, as in text.')),
  timestamp: required(isoTime().description('When it was written.')),
});

export const messageChangeData = object({
  ...fields,
  edit: object({ ...by, text: required(text({ max: 100_000, min: 0 })) }).description(
    'Who gave it which text, where that is what changed; else it has reached another status.',
  ),
});
export const reactionData = object({
  ...fields,
  reaction: required(object({ ...by, emoji: required(emoji.description('Empty when it was taken back.')) })),
});
export const deletionData = object({ ...fields, deletion: required(object(by)) });
export const voteData = object({
  ...fields,
  vote: required(
    object({
      ...by,
      options: required(listOf(text({ max: 1_000, min: 0 })).description('Empty when it was taken back.')),
    }),
  ),
});
