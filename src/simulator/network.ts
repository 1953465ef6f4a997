import { S_WHATSAPP_NET, type BinaryNode } from '@whiskeysockets/baileys';
import type { AddressBook, DeviceAddress } from './addresses.ts';
import { createAppState, type AppState } from './app-state.ts';
import type { Changes } from './changes.ts';
import { createChatLog, type ChatLog } from './chat-log.ts';
import type { Deliveries } from './deliveries.ts';
import type { Device, Directory, PhoneRecord } from './directory.ts';
import type { Faults } from './faults.ts';
import type { Groups } from './groups.ts';
import type { MediaLibrary } from './media-library.ts';
import type { Newsletters } from './newsletters.ts';
import type { Presences } from './presences.ts';
import { createSenderKeys, type SenderKeys } from './sender-keys.ts';
import { createSignalSessions, type PreKeyBundle, type SignalSessions } from './signal-sessions.ts';
import { stanza } from './stanza.ts';
import type { State } from './state.ts';
import type { Tally } from './tally.ts';

/** A phone with what it remembers: its end of the sessions, and its chats. */
export interface Phone {
  readonly record: PhoneRecord;
  readonly signal: SignalSessions;
  readonly senderKeys: SenderKeys;
  readonly chats: ChatLog;
  readonly appState: AppState;
}

/** The parts of the network that everything else works on. */
export interface Network {
  readonly addresses: AddressBook;
  readonly state: State;
  readonly directory: Directory;
  readonly deliveries: Deliveries;
  readonly groups: Groups;
  readonly newsletters: Newsletters;
  readonly presences: Presences;
  readonly media: MediaLibrary;
  readonly faults: Faults;
  readonly changes: Changes;
  readonly tally: Tally;
  readonly receiptDelayMs: number;
  log(message: string, context: Record<string, unknown>): void;
  phone(number: string): Phone;
  forgetPhone(number: string): void;
}

/** Gives each phone its memory when it is first asked for. */
export function createPhones(
  directory: Directory,
  state: State,
  changes: Changes,
  keptMessages: number,
): Pick<Network, 'phone' | 'forgetPhone'> {
  const phones = new Map<string, Phone>();
  return {
    phone(number) {
      const known = phones.get(number);
      if (known) return known;
      const record = directory.phone(number);
      const phone = {
        record,
        signal: createSignalSessions(record, state),
        senderKeys: createSenderKeys(number, state),
        appState: createAppState(record, state),
        chats: createChatLog({ number, state, keptMessages, changed: (chat) => changes.tell({ number, chat }) }),
      };
      phones.set(number, phone);
      return phone;
    },
    forgetPhone: (number) => phones.delete(number),
  };
}

/** All devices of a person, the phone (0) first. */
export function devicesOf(network: Pick<Network, 'directory'>, number: string): readonly DeviceAddress[] {
  const linked = network.directory.known(number)?.devices.keys() ?? [];
  return [0, ...linked].map((device) => ({ number, device }));
}

/** What the server gives out for a linked device; takes one of its one-time keys, and asks for more when they run low. */
export function takeBundle(network: Network, device: Device): PreKeyBundle {
  // Baileys uploads when it hears of fewer than 5.
  const lowPreKeys = 4;
  const preKey = network.directory.takePreKey(device);
  const left = network.directory.preKeysLeft(device);
  if (left === lowPreKeys) {
    network.deliveries.enqueue(device, lowPreKeysNotice(left));
  }
  const { registrationId, identityKey, signedPreKey } = device;
  return { registrationId, identityKey, signedPreKey, preKey };
}

function lowPreKeysNotice(left: number): BinaryNode {
  const id = `prekeys-${Date.now()}`;
  return stanza('notification', { id, from: S_WHATSAPP_NET, type: 'encrypt' }, [
    stanza('count', { value: left.toString() }),
  ]);
}

export function refuseAway(phone: Phone): void {
  if (phone.record.identity.away) throw new Error('The phone has no network');
}
