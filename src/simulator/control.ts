/** What people and tests do with the simulated network: virtual phones, faults and counters. */
import type { ChatChange } from './chat-change.ts';
import type { Profile } from './directory.ts';
import type { Fault } from './fault.ts';
import type { GroupChange } from './group-change.ts';
import type { PhoneCall } from './phone-call.ts';
import type { OutgoingContent, OutgoingMessage, PhoneMessage } from './phone-message.ts';
import type { ChatState, Presence } from './presence.ts';

export interface ScanResult {
  /** Address of the linked device, such as `9990000000001:1@s.whatsapp.net`. */
  deviceJid: string;
}

/** One number on the network: a phone (device 0) with a LID and any number of linked devices. */
export interface VirtualPhone {
  /** Digits only, starting with 999. */
  readonly number: string;
  readonly jid: string;
  readonly lid: string;
  /**
   * Scans a QR string and links the device that shows it. Resolves when the device has logged in after its restart.
   * Rejects when the string is no code of this network, or has been used or replaced.
   */
  scan(qr: string, signal?: AbortSignal): Promise<ScanResult>;
  /**
   * Types the eight characters that a client shows for this number (`requestPairingCode`) and links it. Resolves as `scan`
   * does. Rejects when no client asks for it, when the code is another one (it may then be typed again), or was used.
   */
  enterCode(code: string, signal?: AbortSignal): Promise<ScanResult>;
  /** Writes a message from this phone; resolves with its id once the network has taken it. */
  send(message: OutgoingMessage): Promise<{ id: string }>;
  /** The last messages, oldest first: 200 unless the network was told otherwise. */
  messages(): readonly PhoneMessage[];
  /** Waits until a message with this text has arrived at this phone (or has already), from `from` when given. */
  receives(text: string, options?: { from?: string; signal?: AbortSignal }): Promise<PhoneMessage>;
  /**
   * Puts an emoji under a message; an empty one takes it away. As all that is done to messages, rejects while the phone is away.
   * `encrypted` with the message's secret: as in the announcements of communities.
   */
  react(id: string, emoji: string, options?: { encrypted?: boolean }): Promise<void>;
  /** Gives a message of its own another text or caption; `encrypted`: as phones do since 2026. */
  edit(id: string, text: string, options?: { encrypted?: boolean }): Promise<void>;
  /** Deletes for everyone: a message of its own, or as an admin of the group. */
  delete(id: string): Promise<void>;
  /** Votes in a poll; without options, takes the vote back. */
  vote(pollId: string, options: readonly string[]): Promise<void>;
  /** The file of a message, after its MAC, hashes and length were checked. */
  media(id: string): Promise<AsyncIterable<Uint8Array>>;
  /** The file of a message is lost, on the phone and on the media host. */
  forgetMedia(id: string): Promise<void>;
  /** Marks everything in a chat, or everything, as read and sends the read receipts. Rejects while the phone is away. */
  read(chat?: string): Promise<void>;
  /** Listens to a voice message or watches a video: what was sent is `played`. Rejects while the phone is away. */
  play(id: string): Promise<void>;
  /** What it shows of its owner from now on; what is left out stays. */
  introduce(profile: Profile): Promise<void>;
  /** Gives a person a name in its address book, which its linked devices share. Rejects while the phone is away. */
  saveContact(person: string, name: string): Promise<void>;
  /** Archives, pins, mutes, marks or deletes a chat: a number or jid, or a group's or channel's jid. Rejects while the phone is away. */
  changeChat(chat: string, change: ChatChange): Promise<void>;
  /** The app is open, or not; who has asked for it is told. */
  present(available: boolean): Promise<void>;
  /** `chat` is a number or jid, or a group's jid. */
  compose(chat: string, state: ChatState): Promise<void>;
  /** What this phone sees of a person, in their chat or in a group. */
  presenceOf(person: string, group?: string): Presence;
  /** Resolves once it sees this. */
  sees(
    person: string,
    what: 'available' | 'unavailable' | ChatState,
    options?: { group?: string; signal?: AbortSignal },
  ): Promise<void>;
  /** Rings on the linked devices of another phone. */
  call(to: string, options?: { video?: boolean; addressing?: 'phone' | 'lid' }): Promise<{ id: string }>;
  /** Ends a call of its own that rings; `timedOut` when nobody took it for long enough. */
  hangUp(callId: string, timedOut?: boolean): Promise<void>;
  calls(): readonly PhoneCall[];
  /** Resolves once the call does not ring any more. */
  callEnds(callId: string, signal?: AbortSignal): Promise<PhoneCall>;
  /** What a member, or an admin, does to a group. Rejects when this phone may not. */
  updateGroup(jid: string, change: GroupChange): Promise<void>;
  follow(newsletter: string): Promise<void>;
  unfollow(newsletter: string): Promise<void>;
  /** Writes to a channel of its own. */
  post(newsletter: string, content: OutgoingContent): Promise<{ id: string }>;
  /** The phone itself is away: nothing reaches it and no receipts leave, until it returns. */
  loseNetwork(): Promise<void>;
  regainNetwork(): Promise<void>;
  isAway(): boolean;
  /** Jids of the linked devices. */
  devices(): readonly string[];
  /** Stanzas on their way to linked devices which have not acknowledged them. */
  unacknowledged(): number;
  /** Gives the phone so many older messages, for the history that its next linked device gets. Kept in memory only. */
  inventPast(past: { chats: number; messages: number }): void;
  /** "Log out" on the phone: the device is removed and its line closed with 401 device_removed. Default: all devices. */
  logOut(deviceJid?: string): Promise<void>;
  /** The phone, its devices, chats and queues leave the network. */
  remove(): Promise<void>;
}

export interface VirtualGroup {
  readonly jid: string;
  readonly subject: string;
  readonly description: string;
  /** Phone jids. */
  readonly participants: readonly string[];
  readonly admins: readonly string[];
  /** Only admins may write. */
  readonly announce: boolean;
}

/** A channel. */
export interface VirtualNewsletter {
  readonly jid: string;
  readonly name: string;
  /** Phone jids. */
  readonly owner: string;
  readonly followers: readonly string[];
  /** The last posts, by the number that the server gives them. */
  readonly posts: readonly { readonly serverId: number; readonly id: string; readonly reactions: readonly string[] }[];
}

/** A linked device that logged in, or tried to. Times in ms of the machine's monotonic clock, which its processes share. */
export interface Login {
  readonly device: string;
  readonly openedAtMs: number;
  /** Absent while the line is open. */
  closedAtMs?: number;
  /** The code with which it was refused. */
  readonly refused?: number;
}

export interface Counters {
  /** Message stanzas received from clients, by message id (a resend under the same id counts again); the last 200,000. */
  stanzasById: ReadonlyMap<string, number>;
  /** Acks of those that left over an open line, by message id; the last 200,000. */
  acksById: ReadonlyMap<string, number>;
  /** Requests from clients by their `xmlns`. */
  queriesByNamespace: ReadonlyMap<string, number>;
  /** Message stanzas that a phone could not decrypt. */
  undecryptable: number;
  /** Messages that linked devices asked for again, because they could not decrypt them. */
  retries: number;
  /** Ciphertexts from clients that stand for a step of a ratchet which another ciphertext had taken before. */
  repeatedSteps: number;
  /** Logins that found an earlier line of the same device open, and ended it with 440. */
  replacements: number;
  /** Open lines now, and the most at any one moment, by device jid. */
  openSockets: ReadonlyMap<string, number>;
  mostSockets: ReadonlyMap<string, number>;
  /** Requests that the network did not know: fails tests. */
  unknownQueries: readonly string[];
  /** Files that clients sent to the media host and took from it, as a whole; and how many bytes that were. */
  mediaUploads: number;
  mediaDownloads: number;
  mediaBytesUploaded: number;
  mediaBytesDownloaded: number;
  /** Receipts and acks from clients for stanzas this network delivered to them. */
  acknowledgedByClients: number;
}

/** Something changed on a phone: a message, a tick, a linked device, its network, or a message that was refused to it. */
export interface PhoneChange {
  readonly number: string;
  /** Where it is about a chat: the other person's phone jid, or the group's jid. */
  readonly chat?: string;
}

export interface Control {
  /** The phone with this number; it joins the network when first named. Throws unless the digits start with 999. */
  phone(number: string): VirtualPhone;
  phones(): readonly VirtualPhone[];
  /** The lowest number from +9990000000001 on that no phone has yet. */
  nextFreeNumber(): string;
  createGroup(subject: string, participants: readonly string[], addressing?: 'phone' | 'lid'): Promise<VirtualGroup>;
  /** Undefined where there is none. */
  group(jid: string): VirtualGroup | undefined;
  createNewsletter(name: string, owner: string): Promise<VirtualNewsletter>;
  newsletter(jid: string): VirtualNewsletter | undefined;
  fault(fault: Fault): Promise<void>;
  clearFaults(): void;
  /** Faults that lie in wait for this phone's linked devices. */
  faultsInWait(number: string): readonly Fault['kind'][];
  /** Only in the network's own process. Returns how to stop watching. */
  watch(listener: (change: PhoneChange) => void): () => void;
  counters(): Counters;
  /** Those of one phone's linked devices, or of all, in the order in which they came. */
  logins(number?: string): readonly Login[];
  /**
   * When each of these message stanzas first arrived from a client: ms of `process.hrtime`, which all processes of a
   * machine share. Without those that have not arrived.
   */
  stanzaTimes(ids: readonly string[]): Readonly<Record<string, number>>;
  /** Resolves with the id of the next message stanza from a client. */
  nextStanza(signal?: AbortSignal): Promise<string>;
  /** Load: `count` texts from one phone to another at `perSecond` (0 = as fast as the line takes them). */
  flood(options: {
    from: string;
    to: string;
    count: number;
    perSecond: number;
  }): Promise<{ receipts: number; p50Ms: number; p99Ms: number }>;
}
