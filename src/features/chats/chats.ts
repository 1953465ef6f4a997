import type { Activity, Channel } from '../../channels/channel.ts';
import { parseAddress } from '../../channels/address.ts';
import { invalidField } from '../../platform/errors.ts';
import { type Accounts, unsupportedByChannel } from '../accounts/accounts.ts';
import type { Messages } from '../messages/messages.ts';

export { createChatNotices } from './chat-notices.ts';

export type PresenceState = Activity | 'available' | 'unavailable';

/** What can be done in chats beside writing. Each needs the account's line, and throws as `Accounts.onLine`. */
export interface Chats {
  /**
   * Shows something of the account: in a chat, or to everybody. A person who is named is followed: their presence is told from
   * now on. Returns the chat's address, where there is one. Throws a 422 that names `to`.
   */
  show(accountId: string, to: string | undefined, state: PresenceState): Promise<string | null>;
  /** Marks what people wrote in a chat as read. Returns its address and how many messages that were. Throws a 422 that names `jid`. */
  read(accountId: string, chat: string): Promise<{ chat: string; read: number }>;
}

export interface ChatsOptions {
  accounts: Pick<Accounts, 'onLine'>;
  messages: Pick<Messages, 'recipient' | 'chatOf' | 'unread'>;
}

const mostAtOnce = 500;

export function createChats({ accounts, messages }: ChatsOptions): Chats {
  async function readAll(reads: NonNullable<Channel['reads']>, accountId: string, chat: string): Promise<number> {
    let count = 0;
    for (;;) {
      const unread = await messages.unread(accountId, chat, mostAtOnce);
      await reads.read(unread);
      count += unread.length;
      if (unread.length < mostAtOnce) return count;
    }
  }

  return {
    async show(accountId, to, state) {
      const isForAll = state === 'available' || state === 'unavailable';
      if (to === undefined && !isForAll) throw invalidField('to', 'is required with this state');
      const address = to === undefined ? undefined : await messages.recipient(accountId, to);
      const chat = address ? await messages.chatOf(accountId, address) : null;
      return accounts.onLine(accountId, async ({ presence }) => {
        if (!presence) throw unsupportedByChannel('show its presence');
        if (chat !== null && address?.type === 'personal') presence.follow(chat);
        if (isForAll) presence.setAvailable(state === 'available');
        else if (chat !== null) presence.show(chat, state);
        return chat;
      });
    },
    async read(accountId, given) {
      const parsed = parseAddress(given);
      if (!parsed.ok) throw invalidField('jid', parsed.problem);
      const chat = await messages.chatOf(accountId, parsed.address);
      return accounts.onLine(accountId, async ({ reads }) => {
        if (!reads) throw unsupportedByChannel('mark messages as read');
        return { chat, read: await readAll(reads, accountId, chat) };
      });
    },
  };
}
