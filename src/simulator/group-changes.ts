import { randomBytes } from 'node:crypto';
import type { BinaryNode } from '@whiskeysockets/baileys';
import { otherAddressing } from './addresses.ts';
import type { GroupChange } from './group-change.ts';
import type { Group } from './groups.ts';
import { devicesOf, type Network } from './network.ts';
import { stanza, unixSeconds } from './stanza.ts';

/** What a member may not do. */
export class NotAllowed extends Error {}

/** Makes changes in groups and tells the linked devices of all who are concerned. */
export interface GroupChanges {
  announce(group: Group): void;
  /** Throws `NotAllowed`. */
  make(group: Group, by: string, change: GroupChange): Group;
  /** `number` comes by itself, with the group's invite. */
  join(group: Group, number: string): Group;
}

/** As `handleGroupNotification` in Baileys' `Socket/messages-recv.js` reads them. */
export function createGroupChanges(network: Network): GroupChanges {
  const { addresses, changes, deliveries, groups } = network;

  function tell(group: Group, by: string, concerned: readonly string[], content: BinaryNode): void {
    const { addressing } = group;
    const alternative = addressing === 'lid' ? 'participant_pn' : 'participant_lid';
    const notice = stanza(
      'notification',
      {
        id: `group-${randomBytes(8).toString('hex')}`,
        type: 'w:gp2',
        from: group.jid,
        participant: addresses.jid(by, addressing),
        [alternative]: addresses.jid(by, otherAddressing(addressing)),
        addressing_mode: addressing === 'lid' ? 'lid' : 'pn',
        t: unixSeconds(),
      },
      [content],
    );
    for (const number of new Set(concerned)) {
      for (const device of devicesOf(network, number)) if (device.device > 0) deliveries.enqueue(device, notice);
      changes.tell({ number, chat: group.jid });
    }
  }

  function membership(group: Group, kind: 'add' | 'remove' | 'promote' | 'demote', numbers: string[]): Partial<Group> {
    const { participants, admins } = group;
    const isNamed = (number: string): boolean => numbers.includes(number);
    for (const number of numbers) network.phone(number);
    if (kind === 'add') return { participants: [...new Set([...participants, ...numbers])] };
    if (kind === 'promote')
      return { admins: [...new Set([...admins, ...numbers.filter((n) => participants.includes(n))])] };
    const left = admins.filter((number) => !isNamed(number));
    return kind === 'demote'
      ? { admins: left }
      : { admins: left, participants: participants.filter((number) => !isNamed(number)) };
  }

  function people(group: Group, tag: string, numbers: readonly string[]): BinaryNode {
    return stanza(
      tag,
      {},
      numbers.map((number) => groups.participant(group, number)),
    );
  }
  function described(group: Group, by: string, text: string): { changed: Group; notice: BinaryNode } {
    const id = randomBytes(8).toString('hex').toUpperCase();
    const at = Number(unixSeconds());
    const { description: _before, ...rest } = group;
    if (text === '') return { changed: rest, notice: stanza('description', { id }, [stanza('delete')]) };
    const body = stanza('body', {}, Buffer.from(text));
    return {
      changed: { ...rest, description: { id, text, by, at } },
      notice: stanza('description', { id, t: at.toString() }, [body]),
    };
  }

  function allow(group: Group, by: string, change: GroupChange): void {
    if (!group.participants.includes(by)) throw new NotAllowed(`${by} is no member of this group`);
    if (change.kind === 'leave' || group.admins.includes(by)) return;
    const isText = change.kind === 'subject' || change.kind === 'description';
    if (!isText || group.locked) throw new NotAllowed(`${by} is no admin of this group`);
  }

  function make(group: Group, by: string, change: GroupChange): Group {
    allow(group, by, change);
    const before = group.participants;
    const apply = (fields: Partial<Group>, notice: (changed: Group) => BinaryNode): Group => {
      const changed = groups.save({ ...group, ...fields });
      tell(changed, by, [...before, ...changed.participants], notice(changed));
      return changed;
    };
    switch (change.kind) {
      case 'add':
      case 'remove':
      case 'promote':
      case 'demote': {
        const numbers = change.participants.map((name) => addresses.numberOf(name));
        return apply(membership(group, change.kind, numbers), (changed) => people(changed, change.kind, numbers));
      }
      case 'leave':
        return apply(membership(group, 'remove', [by]), (changed) => people(changed, 'leave', [by]));
      case 'subject': {
        const { subject } = change;
        const at = Number(unixSeconds());
        const notice = { subject, s_t: at.toString(), s_o: addresses.jid(by, group.addressing) };
        return apply({ subject, subjectBy: by, subjectAt: at }, () => stanza('subject', notice));
      }
      case 'description': {
        const { changed, notice } = described(group, by, change.description);
        tell(groups.save(changed), by, before, notice);
        return changed;
      }
      case 'announce':
        return apply({ announce: change.enabled }, () => stanza(change.enabled ? 'announcement' : 'not_announcement'));
      case 'lock':
        return apply({ locked: change.enabled }, () => stanza(change.enabled ? 'locked' : 'unlocked'));
    }
  }

  return {
    announce(group) {
      const created = stanza('create', { type: 'new', key: group.jid }, [groups.describe(group)]);
      tell(group, group.creator, group.participants, created);
    },
    make,
    join(group, number) {
      const changed = groups.save({ ...group, ...membership(group, 'add', [number]) });
      tell(changed, number, changed.participants, people(changed, 'add', [number]));
      return changed;
    },
  };
}
