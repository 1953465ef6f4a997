import type { EventName } from '../../events.ts';
import type { EventBus, Occurrence } from '../../platform/event-bus.ts';
import type { AppliedAct } from './acts.store.ts';
import type { MediaLinks } from './media-links.ts';
import { messageOf, type MessageRow } from './message.ts';

/** A message that arrived, or that was typed on the account's own phone. */
export function incomingOccurrence(row: MessageRow, links: MediaLinks): Occurrence {
  // A status is for everybody, and nothing that somebody wrote to this account.
  const names: EventName[] =
    row.direction === 'outgoing' || row.chatType === 'status'
      ? ['messages.upsert']
      : [`messages-${row.chatType}.received`, 'messages.received', 'messages.upsert', 'message'];
  const message = messageOf(row, { mediaUrl: links.to(row.id) });
  return {
    accountId: row.accountId,
    names,
    data: { ...message, body: message.text, timestamp: row.sentAt?.toISOString() ?? message.createdAt },
  };
}

/** A sent message that reached another status. */
export function statusOccurrence(row: MessageRow): Occurrence {
  const specific: EventName[] = ['delivered', 'read', 'played'].includes(row.status)
    ? ['message-receipt.update']
    : row.status === 'sent'
      ? ['message.sent']
      : [];
  return {
    accountId: row.accountId,
    names: [...specific, 'messages.update', 'message.status'],
    data: messageOf(row),
  };
}

const namesOfActs: Record<AppliedAct['kind'], EventName> = {
  reaction: 'messages.reaction',
  edit: 'messages.update',
  deletion: 'messages.delete',
  vote: 'poll.results',
};

/** Somebody has done something to a message: the message as it is now, and who did what. */
export function actOccurrence(row: MessageRow, act: AppliedAct): Occurrence {
  const by = { jid: act.fromJid, phone: act.fromPhone, lid: act.fromLid, name: act.fromName };
  const what = { from: by, at: act.at.toISOString() };
  const data = {
    ...messageOf(row),
    ...(act.kind === 'reaction' && { reaction: { ...what, emoji: act.text ?? '' } }),
    ...(act.kind === 'edit' && { edit: { ...what, text: act.text ?? '' } }),
    ...(act.kind === 'deletion' && { deletion: what }),
    ...(act.kind === 'vote' && { vote: { ...what, options: act.options ?? [] } }),
  };
  return { accountId: row.accountId, names: [namesOfActs[act.kind]], data };
}

/** Wakes who waits for this message, and who shows its account's messages. */
export function announceChange(events: EventBus, { id, accountId }: Pick<MessageRow, 'id' | 'accountId'>): void {
  events.announce(`message:${id}`);
  events.announce(`messages:${accountId}`);
}
