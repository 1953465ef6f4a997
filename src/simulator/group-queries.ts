import { randomBytes } from 'node:crypto';
import type { BinaryNode } from '@whiskeysockets/baileys';
import type { Device } from './directory.ts';
import type { GroupChange } from './group-change.ts';
import { NotAllowed, type GroupChanges } from './group-changes.ts';
import type { Group } from './groups.ts';
import type { Network } from './network.ts';
import { done, notFound, result, type Answer, type AnswerQuery } from './query-answer.ts';
import { bytesOf, children, find, stanza } from './stanza.ts';

const forbidden: Answer = { error: { code: 403, text: 'forbidden' } };
const membershipTags = ['add', 'remove', 'promote', 'demote'] as const;
const settings: Readonly<Record<string, GroupChange>> = {
  announcement: { kind: 'announce', enabled: true },
  not_announcement: { kind: 'announce', enabled: false },
  locked: { kind: 'lock', enabled: true },
  unlocked: { kind: 'lock', enabled: false },
};

/** `xmlns=w:g2`, as Baileys' `Socket/groups.js` asks. */
export function createGroupQueries(network: Network, groupChanges: GroupChanges): AnswerQuery {
  const { addresses, groups } = network;

  function named(node: BinaryNode): string[] {
    return children(node).flatMap(({ attrs }) => {
      const number = addresses.resolve(attrs['jid'])?.number;
      return number === undefined || network.faults.unregistered(number) ? [] : [number];
    });
  }
  function list(device: Device): Answer {
    const own = groups.of(device.number).map((group) => groups.describe(group));
    return result(stanza('groups', {}, own));
  }
  function create(device: Device, asked: BinaryNode): Answer {
    const members = [device.number, ...named(asked)];
    for (const number of members) network.phone(number);
    // What Baileys' `relayMessage` takes a group for about which it knows nothing.
    const group = groups.create(asked.attrs['subject'] ?? '', members, 'lid');
    groupChanges.announce(group);
    return result(groups.describe(group));
  }
  function leave(device: Device, asked: BinaryNode): Answer {
    for (const { attrs } of children(asked)) {
      const group = groups.get(attrs['id'] ?? '');
      if (group) groupChanges.make(group, device.number, { kind: 'leave' });
    }
    return done;
  }
  function members(group: Group, device: Device, asked: BinaryNode, kind: (typeof membershipTags)[number]): Answer {
    groupChanges.make(group, device.number, { kind, participants: named(asked) });
    const answered = children(asked).map(({ attrs }) => {
      const isKnown = named(stanza(kind, {}, [stanza('participant', attrs)])).length > 0;
      return stanza('participant', { jid: attrs['jid'], error: isKnown ? undefined : '404' });
    });
    return result(stanza(kind, {}, answered));
  }
  function invite(group: Group, isNew: boolean): Answer {
    const code = isNew ? randomBytes(16).toString('base64url') : group.inviteCode;
    if (isNew) groups.save({ ...group, inviteCode: code });
    return result(stanza('invite', { code }));
  }
  function byInvite(device: Device, code: string, wantsToJoin: boolean): Answer {
    const group = groups.byInvite(code);
    if (!group) return notFound;
    if (!wantsToJoin) return result(groups.describe(group));
    groupChanges.join(group, device.number);
    return result(stanza('group', { jid: group.jid }));
  }

  function inGroup(group: Group, device: Device, query: BinaryNode, asked: BinaryNode): Answer | undefined {
    const isSet = query.attrs['type'] === 'set';
    if (asked.tag === 'query') return result(groups.describe(group));
    if (asked.tag === 'invite') return invite(group, isSet);
    if (!isSet) return undefined;
    const kind = membershipTags.find((tag) => tag === asked.tag);
    if (kind) return members(group, device, asked, kind);
    const text = (node: BinaryNode | undefined): string => bytesOf(node)?.toString() ?? '';
    const change =
      settings[asked.tag] ??
      (asked.tag === 'subject' ? { kind: 'subject' as const, subject: text(asked) } : undefined) ??
      (asked.tag === 'description'
        ? { kind: 'description' as const, description: text(find(asked, 'body')) }
        : undefined);
    if (!change) return undefined;
    groupChanges.make(group, device.number, change);
    return done;
  }

  function answer(device: Device, query: BinaryNode): Answer | undefined {
    const asked = children(query)[0];
    if (asked?.tag === 'participating') return list(device);
    if (asked?.tag === 'create') return create(device, asked);
    if (asked?.tag === 'leave') return leave(device, asked);
    const code = asked?.tag === 'invite' ? asked.attrs['code'] : undefined;
    if (code !== undefined) return byInvite(device, code, query.attrs['type'] === 'set');
    const group = groups.get(query.attrs['to'] ?? '');
    if (!asked) return undefined;
    if (!group?.participants.includes(device.number)) return notFound;
    return inGroup(group, device, query, asked);
  }

  return (device, query) => {
    try {
      return answer(device, query);
    } catch (error) {
      if (error instanceof NotAllowed) return forbidden;
      throw error;
    }
  };
}
