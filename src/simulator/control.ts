/** What people and tests do with the simulated network: virtual phones, faults and counters. */

export interface ScanResult {
  /** Address of the linked device, such as `9990000000001:1@s.whatsapp.net`. */
  deviceJid: string;
}

/** A message as a phone shows it. */
export interface PhoneMessage {
  id: string;
  /** The chat on this phone: the other person's phone jid, or the group's jid. */
  chat: string;
  /** Phone jid of the sender. */
  from: string;
  fromMe: boolean;
  text: string;
  /** ISO 8601 time at which the phone showed or sent it. */
  at: string;
  /** For messages this phone sent: what its own ticks show. For received ones: `received`, then `read`. */
  status: 'pending' | 'sent' | 'delivered' | 'read' | 'received';
}

export interface OutgoingText {
  /** Phone number in digits, phone jid, LID jid, or group jid. */
  to: string;
  text: string;
  /** Under which of its own and the peer's addresses the stanza travels; default `phone`. */
  addressing?: 'phone' | 'lid';
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
  send(message: OutgoingText): Promise<{ id: string }>;
  /** The last messages, oldest first: 200 unless the network was told otherwise. */
  messages(): readonly PhoneMessage[];
  /** Waits until a message with this text has arrived at this phone (or has already), from `from` when given. */
  receives(text: string, options?: { from?: string; signal?: AbortSignal }): Promise<PhoneMessage>;
  /** Marks everything in a chat, or everything, as read and sends the read receipts. Rejects while the phone is away. */
  read(chat?: string): Promise<void>;
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
  readonly participants: readonly string[];
}

/** What may go wrong on purpose. `number` limits a fault to one phone's linked devices; without it, it holds for all. */
export type Fault =
  | { kind: 'drop-line'; number?: string }
  | { kind: 'stream-error'; number?: string; code: number }
  /** So long after what waited for the device has left. */
  | { kind: 'error-after-queue'; number?: string; code: number; afterMs: number; times: number }
  | { kind: 'device-removed'; number?: string }
  | { kind: 'replaced'; number?: string }
  | { kind: 'silent-line'; number?: string; enabled: boolean }
  | { kind: 'refuse-login'; number?: string; code: number; times: number; expire?: number }
  | { kind: 'refuse-upgrade'; status: number; times: number }
  | { kind: 'refuse-code'; number?: string; code: number; times: number }
  | { kind: 'delay-acks'; number?: string; minMs: number; maxMs: number }
  | { kind: 'drop-acks'; number?: string; times: number }
  | { kind: 'error-ack'; number?: string; code: number; times: number }
  | { kind: 'unanswered-query'; number?: string; xmlns: string; enabled: boolean }
  | { kind: 'latency'; number?: string; ms: number }
  | { kind: 'redeliver-last'; number: string }
  | { kind: 'corrupt-next'; number: string }
  | { kind: 'forget-sessions'; number: string }
  /** New chats are refused with 463; `until` (Unix seconds) is told to who asks, and the end to everybody. */
  | { kind: 'time-lock'; number?: string; enabled: boolean; until?: number }
  /** An offer to link that a logged-in client did not ask for; a stock one throws in a timer when it gets to its second code. */
  | { kind: 'broken-offer'; number?: string }
  | { kind: 'unregistered'; number: string; enabled: boolean };

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
