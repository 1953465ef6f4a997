import { flag, isoTime, listOf, nullable, object, oneOf, required, text } from '../../platform/schema.ts';
import { chatAnswer, personAnswer } from '../messages/messages.ts';

const jid = text({ max: 100 });
const messageId = text({ max: 40 });
const chat = required(chatAnswer);
const by = required(nullable(personAnswer).description('Who did it; null where that is not said.'));

export const newChatData = object({ chat, messageId: required(messageId.description('The first message in it.')) });
export const chatChangeData = object({
  chat,
  read: listOf(messageId).description('Messages that were read.'),
  archived: flag(),
  pinned: flag(),
  muted: flag(),
  mutedUntil: nullable(isoTime()).description('Beside muted; null for good.'),
  markedUnread: flag().description('Marked by hand, whatever was read.'),
  replaces: listOf(jid).description('Addresses under which it was told before.'),
}).description('Only what has changed.');
export const goneChatData = object({ chat });

const groupJid = required(jid.description('Of the group.'));
const groupTexts = { subject: text({ max: 1_000, min: 0 }), description: nullable(text({ max: 10_000, min: 0 })) };

export const newGroupData = object({ jid: groupJid, subject: required(groupTexts.subject), by });
export const groupChangeData = object({
  jid: groupJid,
  ...groupTexts,
  announce: flag().description('Only admins may write.'),
  locked: flag().description('Only admins may change subject and description.'),
  by,
}).description('Only what has changed.');
export const memberChangeData = object({
  jid: groupJid,
  action: required(oneOf('add', 'remove', 'promote', 'demote')),
  participants: required(listOf(personAnswer)),
  by,
});

export const presenceData = object({
  chat,
  from: required(personAnswer),
  state: required(oneOf('available', 'unavailable', 'composing', 'recording', 'paused')),
  lastSeen: required(nullable(isoTime())),
});
export const callData = object({
  id: required(text({ max: 100 })),
  from: required(personAnswer),
  video: required(flag()),
  group: required(flag()),
  status: required(oneOf('ringing', 'accepted', 'rejected', 'ended', 'missed')),
  at: required(isoTime()),
});
