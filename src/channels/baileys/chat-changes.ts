import type { BaileysEventMap, ChatUpdate, WASocket } from '@whiskeysockets/baileys';
import { bareJid, chatTypeOf } from '../address.ts';
import type { ChatChange, ChatSettings } from '../channel.ts';

/**
 * Tells what the owner does to chats on the phone: `processSyncAction` in Baileys' `Utils/chat-utils.js` makes events of
 * it. Taken where they are emitted, because its buffer merges them with what messages say of their chats, drops a deletion
 * that such an update follows, and holds back for ever what comes to a chat whose state at linking waits there.
 */
export function watchChatChanges({ ev }: WASocket, tell: (change: ChatChange) => void): void {
  const emit = ev.emit.bind(ev);
  ev.emit = (event, data) => {
    for (const change of changesIn(event, data)) tell(change);
    return emit(event, data);
  };
}

function changesIn<Event extends keyof BaileysEventMap>(event: Event, data: BaileysEventMap[Event]): ChatChange[] {
  const events = { [event]: data } as Partial<BaileysEventMap>;
  return [
    ...(events['chats.delete'] ?? []).flatMap((id) => about(id, { kind: 'deleted' })),
    ...(events['chats.update'] ?? []).flatMap((update) => {
      const settings = settingsIn(update);
      return Object.keys(settings).length === 0 ? [] : about(update.id ?? '', { kind: 'settings', settings });
    }),
  ];
}

type What = { kind: 'deleted' } | { kind: 'settings'; settings: Partial<ChatSettings> };

function about(id: string, what: What): ChatChange[] {
  const jid = bareJid(id);
  const type = chatTypeOf(jid);
  return type === undefined ? [] : [{ chat: { jid, type }, ...what }];
}

/**
 * What app state says of a chat has `conditional`, as messages do not: a function for what held when the device was linked,
 * which is no news, else undefined.
 */
function settingsIn(update: ChatUpdate): Partial<ChatSettings> {
  if (!('conditional' in update) || update.conditional !== undefined) return {};
  const { archived, pinned, muteEndTime, unreadCount } = update;
  return {
    ...(typeof archived === 'boolean' && { archived }),
    ...(pinned !== undefined && { pinned: pinned !== null }),
    ...(muteEndTime !== undefined && muted(muteEndTime)),
    ...(typeof unreadCount === 'number' && { markedUnread: unreadCount < 0 }),
  };
}

/** Milliseconds since 1970; -1 for good, as whatsmeow's `appstate/encode.go`. */
function muted(given: ChatUpdate['muteEndTime']): Pick<ChatSettings, 'muted' | 'mutedUntil'> {
  const end = given === null ? null : Number(given);
  return { muted: end !== null, mutedUntil: end !== null && end > 0 ? new Date(end) : null };
}
