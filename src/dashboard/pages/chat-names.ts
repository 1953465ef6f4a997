import type { Named, NamedChat } from '../../../views/account/chats/chat-names.tsx';
import { phoneOf } from '../../channels/address.ts';
import type { Contact, Contacts } from '../../features/contacts/contacts.ts';
import type { Groups } from '../../features/groups/groups.ts';
import type { Chat, Message } from '../../features/messages/messages.ts';

export interface NameParts {
  contacts: Pick<Contacts, 'behind'>;
  groups: Pick<Groups, 'subjects'>;
}

/** What people and groups are called, by jid. */
export interface Names {
  people: ReadonlyMap<string, Contact>;
  subjects: ReadonlyMap<string, string>;
}

type Known = Pick<Chat, 'jid' | 'type'> & { name: string | null; unread?: number };

const details = { personal: 'The number is hidden', group: 'Group', newsletter: 'Channel', status: 'Status' } as const;
const words = { personal: 'Somebody', group: 'Group', newsletter: 'Channel', status: 'Status' } as const;

/** Of these chats and of who wrote these messages, with two questions to the database. */
export async function namesOf(
  { contacts, groups }: NameParts,
  accountId: string,
  { chats, messages }: { chats: readonly Pick<Chat, 'jid' | 'type'>[]; messages: readonly Message[] },
): Promise<Names> {
  const ofType = (type: Chat['type']): Pick<Chat, 'jid'>[] => chats.filter((chat) => chat.type === type);
  const writers = messages.flatMap(({ direction, from }) => (direction === 'incoming' ? [from] : []));
  const [people, subjects] = await Promise.all([
    contacts.behind(accountId, [...ofType('personal'), ...writers]),
    groups.subjects(
      accountId,
      ofType('group').map(({ jid }) => jid),
    ),
  ]);
  return { people, subjects };
}

/** What a chat is called: as the account knows the person or the group, else as people call themselves, else by its number. */
export function namedChat({ jid, type, name: given, unread = 0 }: Known, names: Names): NamedChat {
  const contact = names.people.get(jid);
  const number = phoneOf(jid) ?? contact?.phone ?? null;
  const known = type === 'group' ? names.subjects.get(jid) : (contact?.name ?? given);
  const name = known || null;
  return {
    jid,
    type,
    unread,
    name: name ?? number ?? `${words[type]} ${jid.replace(/@.*/, '')}`,
    number: name === null ? null : number,
    detail: number === null ? details[type] : name === null ? 'No name yet' : number,
  };
}

/** Who wrote a message that came in. */
export function senderOf({ from }: Message, names: Names): Named {
  const contact = names.people.get(from.jid);
  const number = from.phone ?? contact?.phone ?? null;
  const name = contact?.name ?? from.name ?? '';
  return name === '' ? { name: number ?? from.jid, number: null } : { name, number };
}
