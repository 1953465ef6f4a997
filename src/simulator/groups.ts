import { randomInt } from 'node:crypto';
import type { BinaryNode } from '@whiskeysockets/baileys';
import type { AddressBook, Addressing } from './addresses.ts';
import { otherAddressing } from './addresses.ts';
import { decodeJson, encodeJson, stanza } from './stanza.ts';
import type { State } from './state.ts';

export interface Group {
  readonly jid: string;
  readonly subject: string;
  readonly addressing: Addressing;
  /** Numbers; the first one made the group and leads it. */
  readonly participants: readonly string[];
  /** Unix seconds. */
  readonly createdAt: number;
}

export interface Groups {
  create(subject: string, participants: readonly string[], addressing: Addressing): Group;
  get(jid: string): Group | undefined;
  of(number: string): readonly Group[];
  /** The `<group>` node that metadata, the list of groups and the notice of a new group share. */
  describe(group: Group): BinaryNode;
  restore(value: Uint8Array): void;
}

export function createGroups(addresses: AddressBook, state: State): Groups {
  const groups = new Map<string, Group>();

  return {
    create(subject, participants, addressing) {
      const createdAt = Math.floor(Date.now() / 1000);
      const jid = `120363${randomInt(10 ** 11, 10 ** 12)}@g.us`;
      const group = { jid, subject, addressing, participants: [...new Set(participants)], createdAt };
      groups.set(jid, group);
      state.put(jid, `group:${jid}`, () => encodeJson(group));
      return group;
    },
    get: (jid) => groups.get(jid),
    of: (number) => [...groups.values()].filter((group) => group.participants.includes(number)),
    describe(group) {
      const { addressing, participants } = group;
      const owner = participants[0] ?? '';
      const created = group.createdAt.toString();
      const alternative = addressing === 'lid' ? 'phone_number' : 'lid';
      return stanza(
        'group',
        {
          id: group.jid.split('@')[0],
          subject: group.subject,
          s_o: addresses.jid(owner, addressing),
          s_o_pn: addressing === 'lid' ? addresses.jid(owner, 'phone') : undefined,
          s_t: created,
          creation: created,
          creator: addresses.jid(owner, addressing),
          creator_pn: addressing === 'lid' ? addresses.jid(owner, 'phone') : undefined,
          addressing_mode: addressing === 'lid' ? 'lid' : 'pn',
          size: participants.length.toString(),
        },
        participants.map((number) =>
          stanza('participant', {
            jid: addresses.jid(number, addressing),
            [alternative]: addresses.jid(number, otherAddressing(addressing)),
            type: number === owner ? 'superadmin' : undefined,
          }),
        ),
      );
    },
    restore(value) {
      const group = decodeJson(value) as Group;
      groups.set(group.jid, group);
    },
  };
}
