import {
  type BinaryNode,
  getAllBinaryNodeChildren,
  getBinaryNodeChildren,
  type GroupMetadata,
} from '@whiskeysockets/baileys';
import { bareJid } from '../address.ts';
import type { GroupChange } from '../channel.ts';
import type { Group, GroupMember, Person } from '../content.ts';
import { personOf } from './from-baileys.ts';

const roles: Readonly<Record<string, GroupMember['role']>> = { admin: 'admin', superadmin: 'superadmin' };

export function groupOf(metadata: GroupMetadata): Group {
  const { id, subject, desc, owner, ownerPn, creation, announce = false, restrict = false, participants } = metadata;
  return {
    jid: bareJid(id),
    subject,
    description: desc ?? null,
    owner: owner === undefined ? null : personOf(owner, ownerPn, null),
    createdAt: creation === undefined || !(creation > 0) ? null : new Date(creation * 1000),
    announce,
    locked: restrict,
    participants: participants.map((each) => ({
      ...personOf(each.id, each.lid ?? each.phoneNumber, null),
      role: roles[each.admin ?? ''] ?? 'member',
    })),
  };
}

const memberships = new Map<string, 'add' | 'remove' | 'promote' | 'demote'>([
  ['add', 'add'],
  ['remove', 'remove'],
  ['leave', 'remove'],
  ['promote', 'promote'],
  ['demote', 'demote'],
]);
const switches: Readonly<Record<string, Pick<Group, 'announce'> | Pick<Group, 'locked'>>> = {
  announcement: { announce: true },
  not_announcement: { announce: false },
  locked: { locked: true },
  unlocked: { locked: false },
};

/**
 * What a notification (`type` w:gp2) says of a group, undefined for what is told nobody. Read from the stanza, as
 * `handleGroupNotification` in Baileys' `Socket/messages-recv.js` does, because its events may come after its ack.
 */
export function groupChangeOf(node: BinaryNode): GroupChange | undefined {
  const { attrs } = node;
  const [child] = getAllBinaryNodeChildren(node);
  if (attrs['type'] !== 'w:gp2' || !child || !attrs['from']) return undefined;
  const alternative = attrs['participant_pn'] ?? attrs['participant_lid'];
  const by = attrs['participant'] === undefined ? null : personOf(attrs['participant'], alternative, null);
  const about = { group: bareJid(attrs['from']), by };
  const action = memberships.get(child.tag);
  if (action) return { ...about, kind: 'participants', action, participants: peopleIn(child) };
  const isOn = switches[child.tag];
  if (isOn) return { ...about, kind: 'settings', settings: isOn };
  switch (child.tag) {
    case 'create':
      return { ...about, kind: 'created', subject: getAllBinaryNodeChildren(child)[0]?.attrs['subject'] ?? '' };
    case 'subject':
      return { ...about, kind: 'settings', settings: { subject: child.attrs['subject'] ?? '' } };
    case 'description':
      return { ...about, kind: 'settings', settings: { description: textIn(child) } };
    default:
      return undefined;
  }
}

function peopleIn(node: BinaryNode): Person[] {
  return getBinaryNodeChildren(node, 'participant').flatMap(({ attrs }) =>
    attrs['jid'] === undefined ? [] : [personOf(attrs['jid'], attrs['phone_number'] ?? attrs['lid'], null)],
  );
}

/** null where it was taken away. */
function textIn(node: BinaryNode): string | null {
  const content = getBinaryNodeChildren(node, 'body')[0]?.content;
  return content instanceof Uint8Array ? Buffer.from(content).toString() : null;
}
