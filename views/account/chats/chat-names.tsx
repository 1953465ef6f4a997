import type { Chat } from '../../../src/features/messages/messages.ts';
import { Icon } from '../../partials/icon.tsx';

/** Somebody by the best name that is known. */
export interface Named {
  name: string;
  /** What stands beside the name; null where there is none, or where it is the name. */
  number: string | null;
}

/** A chat by the name that people know it by. */
export interface NamedChat extends Named, Pick<Chat, 'jid' | 'type' | 'unread'> {
  /** What stands below the name: a number, or what kind of chat it is. */
  detail: string;
}

export function chatPath(accountId: string, jid: string): string {
  return `/accounts/${accountId}/chats/${encodeURIComponent(jid)}`;
}

export function NameAndNumber({ named: { name, number } }: { named: Named }) {
  return (
    <>
      <bdi>{name}</bdi>
      {number !== null && (
        <>
          {' '}
          <bdi class="name-number">{number}</bdi>
        </>
      )}
    </>
  );
}

const icons = { personal: undefined, group: 'users-round', newsletter: 'megaphone', status: 'megaphone' } as const;

/** A letter for a person, a drawing for many. */
export function Avatar({ chat }: { chat: NamedChat }) {
  const icon = chat.name.startsWith('+') ? 'user-round' : icons[chat.type];
  const [first = '?'] = chat.name.replace(/^[^\p{L}\p{N}]+/u, '') || chat.name;
  return (
    <span class={`avatar avatar-${chat.type}`} aria-hidden="true">
      {icon === undefined ? first.toUpperCase() : <Icon name={icon} />}
    </span>
  );
}
