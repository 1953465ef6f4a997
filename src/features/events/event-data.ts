import type Joi from 'joi';
import type { EventName } from '../../events.ts';
import { contactChangeData, newContactData, pingData, qrData, statusData } from './account-data.schemas.ts';
import {
  callData,
  chatChangeData,
  goneChatData,
  groupChangeData,
  memberChangeData,
  newChatData,
  newGroupData,
  presenceData,
} from './chat-data.schemas.ts';
import {
  arrivedData,
  deletionData,
  messageChangeData,
  messageData,
  reactionData,
  voteData,
} from './message-data.schemas.ts';

/** What the data of each event is. */
export const eventData: Readonly<Record<EventName, Joi.ObjectSchema>> = {
  message: arrivedData,
  'messages.received': arrivedData,
  'messages-personal.received': arrivedData,
  'messages-group.received': arrivedData,
  'messages-newsletter.received': arrivedData,
  'messages.upsert': arrivedData,
  'messages.update': messageChangeData,
  'messages.reaction': reactionData,
  'messages.delete': deletionData,
  'poll.results': voteData,
  'message.status': messageData,
  'message.sent': messageData,
  'message-receipt.update': messageData,
  'chats.upsert': newChatData,
  'chats.update': chatChangeData,
  'chats.delete': goneChatData,
  'contacts.upsert': newContactData,
  'contacts.update': contactChangeData,
  'groups.upsert': newGroupData,
  'groups.update': groupChangeData,
  'group-participants.update': memberChangeData,
  presence: presenceData,
  call: callData,
  connection: statusData,
  'session.status': statusData,
  'qrcode.updated': qrData,
  ping: pingData,
};
