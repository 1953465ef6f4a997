import type { Batch } from '../platform/commit-writer.ts';
import type { ChatType } from './address.ts';
import type { IncomingAct } from './acts.ts';
import type { ContactFact } from './contact.ts';
import type { Group, IncomingMessage, OutgoingContent, OutgoingMessage, Person, Receipt } from './content.ts';

/** One account's way to the outside. Construction does nothing. */
export interface Channel {
  readonly state: ChannelState;
  /** Data, not methods: shown to people and checked before a message is queued. */
  readonly can: Capabilities;
  /** Resolves when it is trying, not when it is online; failures become state. */
  start(): Promise<void>;
  /** Resolves when nothing is left running. Never logs the phone out. */
  stop(): Promise<void>;
  /**
   * Resolves when the network has confirmed the message, with its own encoding of it where that is wanted later (an answer
   * that quotes it, its file, a device that asks again) and its text is not enough. Rejects with an `AppError`: `retryable` means that the result is
   * unknown or that it may go again under the same id; otherwise the network refused it for good.
   */
  send(message: OutgoingMessage, signal: AbortSignal): Promise<{ original: Uint8Array | null }>;
  /** Absent where there is nothing to link. */
  readonly pairing?: Pairing;
  /** Absent where nobody can be shown doing something. */
  readonly presence?: Presence;
  /** Absent where nobody is told what was read. */
  readonly reads?: Reads;
  /** Absent where nobody can call. */
  readonly calls?: Calls;
  /** Absent where there are no groups. */
  readonly groups?: Groups;
  /** Absent where nobody tells who is on the network. */
  readonly directory?: Directory;
  /** Absent where files stay where they are. */
  readonly files?: Files;
}

export interface Files {
  /**
   * Asks the phone for a file that the network has no more. Resolves with the message's encoding, which says where it is now.
   * Rejects with `media.expired`, or with `channel.disconnected` when offline.
   */
  renew(original: Uint8Array): Promise<Uint8Array>;
}

export interface Pairing {
  /**
   * Asks for a code that the owner of this number (`+` and digits) types on the phone, instead of scanning. Resolves once
   * the network has taken it and the state shows it, beside the code to scan, which stays good. Rejects with
   * `channel.not_pairing` when nothing is being linked, `channel.code_refused` or `channel.unanswered`.
   */
  requestCode(phone: string): Promise<void>;
  /**
   * Removes this device from the phone, then forgets the keys; the state becomes `needs-login` with this reason. Resolves
   * once all is done, or rejects with `channel.disconnected` when offline.
   */
  unlink(reason: string): Promise<void>;
}

export type Activity = 'composing' | 'recording' | 'paused';

/** Told as well as the line can; nothing waits for it, and nothing fails with it. */
export interface Presence {
  /** Shows in a chat, by its canonical address, what somebody does there; until it is `paused`, or for 25 s. */
  show(chat: string, activity: Activity): void;
  /** Whether people see the account online, from now until the line closes. The phone gets no notifications for so long. */
  setAvailable(isAvailable: boolean): void;
  /** Asks to be told of a person's presence, until the line closes. */
  follow(person: string): void;
}

export interface Groups {
  /** Those in which the account is. Rejects with `channel.disconnected` when offline, or `channel.unanswered`. */
  list(): Promise<Group[]>;
  /** The same for one; rejects with `recipient.not_in_group` where the account is no member. */
  get(jid: string): Promise<Group>;
}

export interface GroupSubject extends Pick<Group, 'jid' | 'subject'> {
  /** When it was given that name; 1970 where nobody said. */
  at: Date;
}

/** What somebody has done to a group; `by` is null where that is not said. */
export type GroupChange = { group: string; by: Person | null } & (
  | { kind: 'created'; subject: string }
  | { kind: 'settings'; settings: Partial<Pick<Group, 'subject' | 'description' | 'announce' | 'locked'>> }
  | { kind: 'participants'; action: 'add' | 'remove' | 'promote' | 'demote'; participants: Person[] }
);

/** What the account's owner has done to a chat on the phone. */
export type ChatChange = { chat: { jid: string; type: ChatType } } & (
  | { kind: 'deleted' }
  | { kind: 'settings'; settings: Partial<ChatSettings> }
);

export interface ChatSettings {
  archived: boolean;
  pinned: boolean;
  muted: boolean;
  /** null where it is not muted, or for good. */
  mutedUntil: Date | null;
  /** Not whether something in it is unread. */
  markedUnread: boolean;
}

export interface Directory {
  /**
   * The people behind these numbers (`+` and digits), as far as they are on the network. One query. Rejects with
   * `channel.disconnected` when offline, or `channel.unanswered`.
   */
  lookUp(phones: readonly string[]): Promise<ReadonlyMap<string, Pick<Person, 'jid' | 'lid'>>>;
}

/** What a person shows of themselves, in a chat. */
export interface PersonPresence {
  chat: { jid: string; type: 'personal' | 'group' };
  person: Person;
  state: 'available' | 'unavailable' | Activity;
  /** Where a person who is not there shows it. */
  lastSeen: Date | null;
}

export interface Reads {
  /**
   * Marks messages of people as read, on the phone and for who wrote them. Resolves once that is told and noticed as `read`;
   * rejects with `channel.disconnected` when offline.
   */
  read(messages: readonly ReadMessage[]): Promise<void>;
}

export interface ReadMessage {
  remoteId: string;
  /** The chat's address on the wire. */
  chat: string;
  from: Pick<Person, 'jid' | 'lid'>;
}

export interface Calls {
  /** Stops the ringing on all devices of the account. Rejects with `channel.disconnected` when offline. */
  reject(call: Call): Promise<void>;
}

export interface Call {
  id: string;
  from: Person;
  /** The address from which it came on the wire. */
  address: string;
  video: boolean;
  group: boolean;
  /** Ended by the caller, or missed because nobody took it for long enough. */
  status: 'ringing' | 'accepted' | 'rejected' | 'ended' | 'missed';
  at: Date;
}

export interface Capabilities {
  readonly content: readonly OutgoingContent['type'][];
  readonly chats: readonly ('personal' | 'group' | 'newsletter')[];
}

export type ChannelState =
  | { kind: 'stopped' }
  | { kind: 'connecting'; attempt: number; reason: string | null }
  | PairingState
  | { kind: 'online'; self: Person; since: Date }
  | { kind: 'waiting'; reason: string; attempt: number; retryAt: Date }
  | { kind: 'needs-login'; reason: string }
  /** It has stopped trying; a person decides, but not before `until`, where that is known. */
  | { kind: 'failed'; reason: string; until?: Date };

export interface PairingState {
  kind: 'pairing';
  /** What the phone scans, until when, and the how-manieth it is of how many. */
  qr: string;
  expiresAt: Date;
  attempt: number;
  attempts: number;
  /** When the last of them is over, and with it the pairing. */
  endsAt: Date;
  code: PairingCode | null;
}

/** A code to type on the phone; good until the pairing ends. */
export interface PairingCode {
  /** As people read it, `ABCD-EFGH`. */
  code: string;
  phone: string;
  askedAt: Date;
  expiresAt: Date;
  /** Something was typed on the phone that did not link it. */
  refused: boolean;
}

/** All that a channel may tell the product. Methods with a batch add their rows to it; nothing leaves before it is durable. */
export interface ChannelSink {
  state(next: ChannelState): void;
  incoming(message: IncomingMessage, batch: Batch): void;
  act(act: IncomingAct, batch: Batch): void;
  receipt(receipt: Receipt, batch: Batch): void;
  notice(notice: ChannelNotice, batch: Batch): void;
}

export type ChannelNotice =
  /** The phone has linked this device; its keys stand in the same batch. */
  | { kind: 'paired'; self: Person }
  /** The phone or the network has removed this device; the removal of its keys stands in the same batch. */
  | { kind: 'unpaired'; reason: string }
  | { kind: 'mapping'; lid: string; phone: string }
  | { kind: 'contacts'; facts: readonly ContactFact[] }
  /** What groups are called, since then. */
  | { kind: 'subjects'; groups: readonly GroupSubject[] }
  /** A message is about to leave for a group of these others. */
  | { kind: 'recipients'; remoteId: string; people: readonly Person[] }
  /** Messages of people were read, here or on another device of the account. */
  | { kind: 'read'; remoteIds: readonly string[]; at: Date }
  | { kind: 'call'; call: Call }
  | { kind: 'presence'; presence: PersonPresence }
  | { kind: 'group'; change: GroupChange }
  | { kind: 'chat'; change: ChatChange }
  /** New chats are refused until then, known ones go on; null when that is over. */
  | { kind: 'restricted'; until: Date | null };

/** Gives back what was sent under an id, for a device that asks again; undefined where nothing is stored. */
export type SentMessageLookup = (remoteId: string) => Promise<SentMessage | undefined>;

export interface SentMessage {
  text: string | null;
  /** The network's own encoding, where the message was more than a text. */
  original: Uint8Array | null;
}
