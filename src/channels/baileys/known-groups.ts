import {
  type BaileysEventMap,
  type BinaryNode,
  type GroupMetadata,
  type GroupParticipant,
  WAMessageAddressingMode,
  type WASocket,
} from '@whiskeysockets/baileys';
import { AppError } from '../../platform/errors.ts';
import { chatTypeOf } from '../address.ts';
import type { ChannelNotice, GroupChange, GroupSubject } from '../channel.ts';
import type { Person } from '../content.ts';
import type { Addressing } from './acts-to-baileys.ts';
import { storable } from './content-from-baileys.ts';
import { personOf } from './from-baileys.ts';
import { groupChangeOf } from './groups.ts';
import type { SocketCaches } from './socket-caches.ts';

export interface KnownGroupsOptions {
  socket: WASocket;
  caches: Pick<SocketCaches, 'groups'>;
  tell: (notice: ChannelNotice) => void;
}

/** What the account knows of its groups, and tells of them. */
export interface KnownGroups {
  /** Asked by Baileys for every group message; without an answer it would query WhatsApp each time. */
  metadata(jid: string): Promise<GroupMetadata>;
  members(jid: string): Promise<Person[]>;
  addressing(jid: string): Promise<Addressing>;
  /** What Baileys told of groups. */
  told(events: Partial<BaileysEventMap>): void;
}

export function createKnownGroups({ socket, caches, tell }: KnownGroupsOptions): KnownGroups {
  function tellSubjects(subjects: readonly GroupSubject[]): void {
    if (subjects.length > 0) tell({ kind: 'subjects', groups: subjects });
  }

  async function metadata(jid: string): Promise<GroupMetadata> {
    const known = caches.groups.get(jid);
    const found = known ?? (await socket.groupMetadata(jid).catch(refuseGroup));
    caches.groups.set(jid, found);
    if (!known) tellSubjects(subjectsOf([found]));
    return found;
  }

  socket.ws.prependListener('CB:notification', (node: BinaryNode) => {
    const change = groupChangeOf(node);
    if (!change) return;
    tell({ kind: 'group', change });
    tellSubjects(subjectsIn(change, dateOf(Number(node.attrs['t']))));
  });

  return {
    metadata,
    members: async (jid) => (await metadata(jid)).participants.map(memberOf),
    // As Baileys, where the group does not say.
    addressing: async (jid) => ((await metadata(jid)).addressingMode === WAMessageAddressingMode.PN ? 'pn' : 'lid'),
    told(events) {
      forgetChanged(events, caches);
      tellSubjects([
        ...subjectsOf((events['groups.update'] ?? []).filter(isWhole)),
        ...subjectsOf(events['groups.upsert'] ?? []),
        ...subjectsInHistory(events),
      ]);
    },
  };
}

function forgetChanged(events: Partial<BaileysEventMap>, caches: Pick<SocketCaches, 'groups'>): void {
  for (const group of events['groups.update'] ?? []) {
    // A list of all groups is told as changes of each.
    if (isWhole(group)) caches.groups.set(group.id, group);
    else if (group.id) caches.groups.delete(group.id);
  }
  for (const group of events['groups.upsert'] ?? []) caches.groups.set(group.id, group);
  const members = events['group-participants.update'];
  if (members) caches.groups.delete(members.id);
}

function isWhole(group: Partial<GroupMetadata>): group is GroupMetadata {
  return group.id !== undefined && group.participants !== undefined;
}

function subjectsOf(groups: readonly GroupMetadata[]): GroupSubject[] {
  return groups.flatMap(({ id, subject, subjectTime }) => subjectAt(id, subject, dateOf(subjectTime)));
}

/** The history calls its chats what the phone does, and does not say since when. */
function subjectsInHistory(events: Partial<BaileysEventMap>): GroupSubject[] {
  const chats = events['messaging-history.set']?.contacts ?? [];
  return chats.flatMap(({ id, name }) =>
    chatTypeOf(id) === 'group' && name !== undefined ? subjectAt(id, name, dateOf(undefined)) : [],
  );
}

function subjectsIn(change: GroupChange, at: Date): GroupSubject[] {
  if (change.kind === 'created') return subjectAt(change.group, change.subject, at);
  if (change.kind !== 'settings' || change.settings.subject === undefined) return [];
  return subjectAt(change.group, change.settings.subject, at);
}

function subjectAt(jid: string, subject: string, at: Date): GroupSubject[] {
  const text = storable(subject).trim();
  return text === '' ? [] : [{ jid, subject: text, at }];
}

/** Of seconds, which may not have been given. */
function dateOf(seconds: number | undefined): Date {
  return new Date(seconds !== undefined && seconds > 0 ? seconds * 1000 : 0);
}

function memberOf({ id, lid, phoneNumber }: GroupParticipant): Person {
  return personOf(id, lid ?? phoneNumber, null);
}

/** WhatsApp's answer stands in `data` of Baileys' error. */
function refuseGroup(error: unknown): never {
  const code = (error as { data?: unknown }).data;
  if (code !== 401 && code !== 403 && code !== 404) throw error;
  throw new AppError('recipient.not_in_group', {
    detail: 'This number is not in that group, or the group does not exist.',
    cause: error,
  });
}
