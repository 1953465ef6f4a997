import type { Inbox } from './features/accounts/accounts.ts';
import { createChatNotices } from './features/chats/chats.ts';
import { createMessageInbox } from './features/messages/messages.ts';

/** Where goes what the channels of all accounts tell: each feature takes what is its own. */
export function createInbox(parts: Parameters<typeof createMessageInbox>[0]): Inbox {
  const messages = createMessageInbox(parts);
  const takers = [messages, createChatNotices(parts.events)];
  return {
    ...messages,
    notice: (notice, batch) => takers.forEach((taker) => taker.notice(notice, batch)),
  };
}
