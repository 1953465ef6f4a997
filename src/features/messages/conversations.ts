import type { Queryable } from '../../platform/database.ts';
import { type ChatRow, findChat, findInChatByRemoteIds, listChats } from './conversations.store.ts';
import { type Message, messageOf } from './message.ts';

export type Chat = ChatRow;

export interface Conversations {
  /** The chats of an account by their last message, the newest first, with the place of what follows. */
  chats(
    accountId: string,
    page: { beforePosition: number | undefined; limit: number },
  ): Promise<{ chats: (Chat & { latest: Message })[]; nextPosition: number | null }>;
  /** By the jid under which the account keeps it; undefined where nothing was written yet. */
  chat(accountId: string, jid: string): Promise<Chat | undefined>;
  /** Messages of a chat by the network's ids: those that others answer. */
  answered(accountId: string, chatJid: string, whatsappIds: readonly string[]): Promise<Map<string, Message>>;
}

/** What was written, chat by chat. */
export function createConversations(database: Queryable): Conversations {
  return {
    async chats(accountId, { beforePosition, limit }) {
      const rows = await listChats(database, accountId, { beforePosition, limit: limit + 1 });
      const page = rows.slice(0, limit);
      const chats = page.map(({ name, unread, ...row }) => {
        return { jid: row.chatJid, type: row.chatType, name, unread, latest: messageOf(row) };
      });
      return { chats, nextPosition: rows.length > limit ? (page.at(-1)?.position ?? null) : null };
    },
    chat: (accountId, jid) => findChat(database, accountId, jid),
    async answered(accountId, chatJid, whatsappIds) {
      if (whatsappIds.length === 0) return new Map();
      const rows = await findInChatByRemoteIds(database, accountId, chatJid, whatsappIds);
      return new Map(rows.map((row) => [row.remoteId, messageOf(row)]));
    },
  };
}
