import type { Chat } from '../../../src/features/messages/messages.ts';
import { Icon } from '../../partials/icon.tsx';

/** A chat by the name that people know it by. */
export interface NamedChat extends Pick<Chat, 'jid' | 'type' | 'unread'> {
  name: string;
  /** What stands below the name: a number, or what kind of chat it is. */
  detail: string;
}

export function chatPath(accountId: string, jid: string): string {
  return `/accounts/${accountId}/chats/${encodeURIComponent(jid)}`;
}

const icons = { personal: undefined, group: 'users-round', newsletter: 'megaphone', status: 'megaphone' } as const;

/** A letter for a person, a drawing for many. */
export function Avatar({ chat }: { chat: NamedChat }) {
  const icon = chat.name.startsWith('+') ? 'user-round' : icons[chat.type];
  const [first = '?'] = chat.name.replace(/^\W+/u, '') || chat.name;
  return (
    <span class={`avatar avatar-${chat.type}`} aria-hidden="true">
      {icon === undefined ? first.toUpperCase() : <Icon name={icon} />}
    </span>
  );
}
