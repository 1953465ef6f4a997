import { randomBytes, randomInt } from 'node:crypto';
import type { BinaryNode } from '@whiskeysockets/baileys';
import type { AddressBook, Addressing } from './addresses.ts';
import { otherAddressing } from './addresses.ts';
import { decodeJson, encodeJson, stanza } from './stanza.ts';
import type { State } from './state.ts';

/** Where several people read the same: a group, or somebody's status. */
export interface Room {
  readonly jid: string;
  readonly addressing: Addressing;
  /** Numbers. */
  readonly participants: readonly string[];
}

export interface Group extends Room {
  readonly subject: string;
  readonly subjectBy: string;
  /** Unix seconds. */
  readonly subjectAt: number;
  readonly createdAt: number;
  /** The first participant made the group, and is one of them for as long as it is a member. */
  readonly creator: string;
  readonly admins: readonly string[];
  readonly description?: { readonly id: string; readonly text: string; readonly by: string; readonly at: number };
  /** Only admins may write. */
  readonly announce: boolean;
  /** Only admins may change subject and description. */
  readonly locked: boolean;
  readonly inviteCode: string;
}

export const statusJid = 'status@broadcast';

export interface Groups {
  create(subject: string, participants: readonly string[], addressing: Addressing): Group;
  get(jid: string): Group | undefined;
  /** The group; or for `status@broadcast` a room of nobody. */
  room(jid: string): Room | undefined;
  of(number: string): readonly Group[];
  byInvite(code: string): Group | undefined;
  /** Takes the place of the group with the same jid. */
  save(group: Group): Group;
  /** The `<group>` node that metadata, the list of groups and the notice of a new group share. */
  describe(group: Group): BinaryNode;
  /** `<participant>` as groups and their notices have it. */
  participant(group: Group, number: string): BinaryNode;
  restore(value: Uint8Array): void;
}

const nobody: Room = { jid: statusJid, addressing: 'phone', participants: [] };

export function createGroups(addresses: AddressBook, state: State): Groups {
  const groups = new Map<string, Group>();

  function save(group: Group): Group {
    groups.set(group.jid, group);
    state.put(group.jid, `group:${group.jid}`, () => encodeJson(group));
    return group;
  }
  function participant({ addressing, creator, admins }: Group, number: string): BinaryNode {
    const alternative = addressing === 'lid' ? 'phone_number' : 'lid';
    const role = number === creator ? 'superadmin' : 'admin';
    return stanza('participant', {
      jid: addresses.jid(number, addressing),
      [alternative]: addresses.jid(number, otherAddressing(addressing)),
      type: admins.includes(number) ? role : undefined,
    });
  }
  /** Under both names: with `_pn` beside a LID. */
  function named(name: string, number: string, addressing: Addressing): Record<string, string> {
    const own = { [name]: addresses.jid(number, addressing) };
    return addressing === 'lid' ? { ...own, [`${name}_pn`]: addresses.jid(number, 'phone') } : own;
  }

  return {
    create(subject, participants, addressing) {
      const now = Math.floor(Date.now() / 1000);
      const members = [...new Set(participants)];
      const creator = members[0] ?? '';
      return save({
        jid: `120363${randomInt(10 ** 11, 10 ** 12)}@g.us`,
        subject,
        subjectBy: creator,
        subjectAt: now,
        addressing,
        participants: members,
        creator,
        admins: [creator],
        announce: false,
        locked: false,
        inviteCode: randomBytes(16).toString('base64url'),
        createdAt: now,
      });
    },
    get: (jid) => groups.get(jid),
    room: (jid) => (jid === statusJid ? nobody : groups.get(jid)),
    of: (number) => [...groups.values()].filter((group) => group.participants.includes(number)),
    byInvite: (code) => [...groups.values()].find(({ inviteCode }) => inviteCode === code),
    save,
    participant,
    describe(group) {
      const { addressing, participants, creator, description } = group;
      return stanza(
        'group',
        {
          id: group.jid.split('@')[0],
          subject: group.subject,
          ...named('s_o', group.subjectBy, addressing),
          s_t: group.subjectAt.toString(),
          creation: group.createdAt.toString(),
          ...named('creator', creator, addressing),
          addressing_mode: addressing === 'lid' ? 'lid' : 'pn',
          size: participants.length.toString(),
        },
        [
          ...participants.map((number) => participant(group, number)),
          ...(group.announce ? [stanza('announcement')] : []),
          ...(group.locked ? [stanza('locked')] : []),
          ...(description
            ? [
                stanza(
                  'description',
                  {
                    id: description.id,
                    t: description.at.toString(),
                    ...named('participant', description.by, addressing),
                  },
                  [stanza('body', {}, Buffer.from(description.text))],
                ),
              ]
            : []),
        ],
      );
    },
    restore(value) {
      const group = decodeJson(value) as Pick<Group, 'jid' | 'subject' | 'addressing' | 'participants' | 'createdAt'>;
      const creator = group.participants[0] ?? '';
      // Rows of releases before 0.4.0 say no more than who is in it.
      const absent = {
        creator,
        admins: [creator],
        subjectBy: creator,
        subjectAt: group.createdAt,
        announce: false,
        locked: false,
        inviteCode: randomBytes(16).toString('base64url'),
      };
      groups.set(group.jid, { ...absent, ...group });
    },
  };
}
