import type { Inbox } from './features/accounts/accounts.ts';
import { createChatNotices } from './features/chats/chats.ts';
import { createContactInbox } from './features/contacts/contacts.ts';
import { createGroupInbox } from './features/groups/groups.ts';
import { createMessageInbox } from './features/messages/messages.ts';

/** Where goes what the channels of all accounts tell: each feature takes what is its own. */
export function createInbox(parts: Parameters<typeof createMessageInbox>[0]): Inbox {
  const messages = createMessageInbox(parts);
  const contacts = createContactInbox(parts);
  const takers = [messages, contacts, createGroupInbox(parts.events), createChatNotices(parts.events)];
  return {
    ...messages,
    incoming(message, batch, wishes) {
      messages.incoming(message, batch, wishes);
      contacts.incoming(message, batch);
    },
    act(act, batch) {
      messages.act(act, batch);
      contacts.act(act, batch);
    },
    notice: (notice, batch) => takers.forEach((taker) => taker.notice(notice, batch)),
  };
}
