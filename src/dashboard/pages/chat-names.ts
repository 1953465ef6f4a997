import type { NamedChat } from '../../../views/account/chats/chat-names.tsx';
import { phoneOf } from '../../channels/address.ts';
import type { Chat, Message } from '../../features/messages/messages.ts';

type Known = Pick<Chat, 'jid' | 'type'> & { name: string | null; unread?: number };

const details = { personal: 'The number is hidden', group: 'Group', newsletter: 'Channel', status: 'Status' } as const;
const words = { personal: 'Somebody', group: 'Group', newsletter: 'Channel', status: 'Status' } as const;

/** What a chat is called: as people call themselves, else by its number. */
export function namedChat({ jid, type, name, unread = 0 }: Known): NamedChat {
  const phone = phoneOf(jid);
  const fallback = phone ?? `${words[type]} ${jid.replace(/@.*/, '')}`;
  return {
    jid,
    type,
    unread,
    name: name ?? fallback,
    detail: name !== null && phone !== null ? phone : detailOf(type, phone),
  };
}

function detailOf(type: Chat['type'], phone: string | null): string {
  return phone === null ? details[type] : 'No name yet';
}

/** Who wrote a message that came in. */
export function senderOf({ from }: Message): string {
  return [from.name, from.phone, from.jid].find((name) => name !== null && name !== '') ?? 'Somebody';
}
