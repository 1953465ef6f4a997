import { areJidsSameUser, type BinaryNode, getBinaryNodeChildren } from '@whiskeysockets/baileys';
import { chatTypeOf } from '../address.ts';
import type { Receipt } from '../content.ts';
import { personOf } from './from-baileys.ts';

/** Both addresses of the account. */
export interface OwnAddresses {
  id: string;
  lid: string;
}

/** Types of receipt stanzas; other types say nothing about the message's way (`retry`, `sender`, `server-error`, …). */
const statuses = new Map<string | undefined, Receipt['status']>([
  [undefined, 'delivered'],
  ['read', 'read'],
  ['played', 'played'],
]);

/**
 * Receipts of other people for messages of ours. A stanza may name several messages of one person (`list`), or several
 * people of a group for one message (`participants`, as whatsmeow's `receipt.go` reads them).
 */
export function receiptsOf(node: BinaryNode, me: OwnAddresses, now: Date): Receipt[] {
  const { attrs } = node;
  const status = statuses.get(attrs['type']);
  if (!status || attrs['recipient'] !== undefined) return [];
  const group = chatTypeOf(attrs['from'] ?? '') === 'group';
  if (group && attrs['participant'] === undefined) return receiptsOfSeveral(node, status, me, now);
  if (isOwn(node, me)) return [];
  const alternative = attrs['participant_pn'] ?? attrs['participant_lid'];
  const from = personOf(attrs['participant'] ?? attrs['from'] ?? '', alternative, null);
  const at = timeOf(node, now);
  return idsOf(node).map((remoteId) => ({ remoteId, status, at, from, group }));
}

function receiptsOfSeveral(node: BinaryNode, status: Receipt['status'], me: OwnAddresses, now: Date): Receipt[] {
  return getBinaryNodeChildren(node, 'participants').flatMap((participants) => {
    const remoteId = participants.attrs['key'] ?? node.attrs['id'] ?? '';
    return getBinaryNodeChildren(participants, 'user').flatMap((user) => {
      const { jid } = user.attrs;
      if (!jid || areJidsSameUser(jid, me.id) || areJidsSameUser(jid, me.lid)) return [];
      return [{ remoteId, status, at: timeOf(user, timeOf(node, now)), from: personOf(jid, null, null), group: true }];
    });
  });
}

/** What was read on another device of the account, and when. */
export function readElsewhere(node: BinaryNode, me: OwnAddresses, now: Date): { remoteIds: string[]; at: Date } {
  const { type } = node.attrs;
  const isRead = (type === 'read' || type === 'read-self') && isOwn(node, me);
  return { remoteIds: isRead ? idsOf(node) : [], at: timeOf(node, now) };
}

function isOwn({ attrs }: BinaryNode, me: OwnAddresses): boolean {
  const author = attrs['participant'] ?? attrs['from'] ?? '';
  return areJidsSameUser(author, me.id) || areJidsSameUser(author, me.lid);
}

function idsOf({ attrs, content }: BinaryNode): string[] {
  const list = Array.isArray(content) ? getBinaryNodeChildren(content[0], 'item') : [];
  return [attrs, ...list.map((item) => item.attrs)].flatMap(({ id }) => (id ? [id] : []));
}

function timeOf({ attrs }: BinaryNode, otherwise: Date): Date {
  const seconds = Number(attrs['t'] ?? 0);
  return seconds > 0 ? new Date(seconds * 1000) : otherwise;
}
