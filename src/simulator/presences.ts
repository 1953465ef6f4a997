import type { BinaryNode } from '@whiskeysockets/baileys';
import type { AddressBook, Addressing, DeviceAddress } from './addresses.ts';
import type { Changes } from './changes.ts';
import type { Deliveries } from './deliveries.ts';
import type { Groups } from './groups.ts';
import type { ChatState, Presence } from './presence.ts';
import { children, stanza, unixSeconds } from './stanza.ts';
import { waitUntil } from './wait-until.ts';

/** Who is there and who is typing. Of worth only for the moment, so kept in memory only and never queued. */
export interface Presences {
  /** Takes what a client says about itself, and whom it wants to hear of. */
  take(device: DeviceAddress, node: BinaryNode): void;
  /** A device has become available, or is not any more. */
  setAvailable(device: DeviceAddress, available: boolean): void;
  /** `chat`: the other person's number, or a group's jid. */
  setChatState(number: string, chat: string, state: ChatState, addressing?: Addressing): void;
  /** Who has written does not type any more. */
  wrote(number: string, chat: string): void;
  /** As `viewer` sees it: in their chat with this person, or in a group. */
  of(viewer: string, person: string, group?: string): Presence;
  wait(fits: () => boolean, signal?: AbortSignal): Promise<void>;
}

export interface PresenceParts {
  readonly addresses: AddressBook;
  readonly changes: Changes;
  readonly deliveries: Deliveries;
  readonly groups: Groups;
  readonly devicesOf: (number: string) => readonly DeviceAddress[];
}

interface Watcher {
  readonly device: DeviceAddress;
  /** Under which name the person was asked for. */
  readonly addressing: Addressing;
}

export function createPresences({ addresses, changes, deliveries, groups, devicesOf }: PresenceParts): Presences {
  const available = new Map<string, Set<number>>();
  const lastSeenMs = new Map<string, number>();
  const watchers = new Map<string, Map<string, Watcher>>();
  /** By writer and chat. */
  const states = new Map<string, ChatState>();
  const waiting = new Set<() => void>();

  const isAvailable = (number: string): boolean => (available.get(number)?.size ?? 0) > 0;
  const stateKey = (number: string, chat: string): string => `${number} ${chat}`;

  function told(): void {
    for (const look of waiting) look();
  }
  function presenceNode(number: string, addressing: Addressing): BinaryNode {
    const from = addresses.jid(number, addressing);
    if (isAvailable(number)) return stanza('presence', { from });
    const seenMs = lastSeenMs.get(number);
    return stanza('presence', {
      from,
      type: 'unavailable',
      last: seenMs === undefined ? undefined : unixSeconds(seenMs),
    });
  }
  function setAvailable({ number, device }: DeviceAddress, isNow: boolean): void {
    const devices = available.get(number) ?? new Set<number>();
    const before = devices.size > 0;
    available.set(number, devices);
    if (isNow) devices.add(device);
    else devices.delete(device);
    if (devices.size > 0 === before) return;
    if (before) lastSeenMs.set(number, Date.now());
    for (const { device: watcher, addressing } of watchers.get(number)?.values() ?? []) {
      deliveries.tell(watcher, presenceNode(number, addressing));
    }
    told();
  }
  function subscribe(device: DeviceAddress, jid: string | undefined): void {
    const person = addresses.resolve(jid);
    if (!person) return;
    const { number, addressing } = person;
    const all = watchers.get(number) ?? new Map<string, Watcher>();
    watchers.set(number, all.set(`${device.number}:${device.device}`, { device, addressing }));
    deliveries.tell(device, presenceNode(number, addressing));
  }
  function setChatState(number: string, chat: string, state: ChatState, addressing: Addressing = 'phone'): void {
    states.set(stateKey(number, chat), state);
    const group = groups.get(chat);
    const own = addresses.jid(number, group?.addressing ?? addressing);
    const where = group ? { from: group.jid, participant: own } : { from: own };
    // As `sendPresenceUpdate` in Baileys' `Socket/chats.js` writes it.
    const content = state === 'recording' ? stanza('composing', { media: 'audio' }) : stanza(state);
    const readers = (group?.participants ?? [chat]).filter((reader) => reader !== number);
    for (const reader of readers) {
      for (const device of devicesOf(reader)) deliveries.tell(device, stanza('chatstate', where, [content]));
      changes.tell({ number: reader, chat: group?.jid ?? addresses.jid(number, 'phone') });
    }
    told();
  }
  function takeChatState(device: DeviceAddress, node: BinaryNode): void {
    const [child] = children(node);
    const to = node.attrs['to'] ?? '';
    const person = addresses.resolve(to);
    if (!child || (!person && !groups.get(to))) return;
    const isRecording = child.tag === 'composing' && child.attrs['media'] === 'audio';
    const state = child.tag === 'composing' ? (isRecording ? 'recording' : 'composing') : 'paused';
    setChatState(device.number, person?.number ?? to, state, person?.addressing);
  }

  return {
    take(device, node) {
      const { type, to } = node.attrs;
      if (node.tag === 'chatstate') takeChatState(device, node);
      else if (type === 'subscribe') subscribe(device, to);
      else if (type === 'available' || type === 'unavailable') setAvailable(device, type === 'available');
    },
    setAvailable,
    setChatState,
    wrote(number, chat) {
      if (states.delete(stateKey(number, chat))) told();
    },
    of(viewer, person, group) {
      const seenMs = lastSeenMs.get(person);
      const isThere = isAvailable(person);
      const state = states.get(stateKey(person, group ?? viewer));
      return {
        available: isThere,
        ...(seenMs === undefined || isThere ? {} : { lastSeen: new Date(seenMs).toISOString() }),
        ...(state === undefined ? {} : { chatState: state }),
      };
    },
    wait: (fits, signal) => waitUntil(waiting, fits, signal),
  };
}
