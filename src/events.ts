/**
 * Every event of the product with one line of documentation. An occurrence carries all names that fit it, the most
 * specific first.
 */
export const eventCatalogue = {
  message: 'A message arrived.',
  'messages.received': 'A message arrived.',
  'messages-personal.received': 'A message arrived from a person.',
  'messages-group.received': 'A message arrived in a group.',
  'messages-newsletter.received': 'A post arrived from a newsletter.',
  'messages.upsert': 'A message was stored, arrived or typed on the own phone.',
  'messages.update': 'A sent message changed its status, or somebody edited a message.',
  'messages.reaction': 'Somebody reacted to a message, or took the reaction back.',
  'messages.delete': 'A message was deleted for everyone.',
  'poll.results': 'Somebody voted in a poll.',
  'message.status': 'A sent message changed its status.',
  'message.sent': "WhatsApp's server confirmed a message.",
  'message-receipt.update': 'A sent message was delivered, read or played.',
  'chats.upsert': 'A chat appeared: the first message in it arrived, was typed on the phone, or was confirmed.',
  'chats.update':
    'Messages of a chat were read, or it was archived, pinned, muted or marked as unread on the phone, or has another address.',
  'chats.delete': 'A chat was deleted on the phone; its messages are kept here.',
  'contacts.upsert': 'A person appeared who was not known.',
  'contacts.update': 'A person has another name, or addresses turned out to be theirs.',
  'groups.upsert': 'The account is in a new group.',
  'groups.update': 'Subject, description or settings of a group changed.',
  'group-participants.update': 'Members of a group came, left, or became admins or not.',
  presence: 'A person came online, went away, types or records.',
  call: 'Somebody calls, or a call has ended.',
  connection: 'An account connected or lost its connection.',
  'session.status': "An account's status changed.",
  ping: 'A test of a webhook.',
  'qrcode.updated': 'A new QR code is waiting to be scanned.',
} as const;

export type EventName = keyof typeof eventCatalogue;
