/** What the sandbox needs of the network behind it. The composition root gives the simulator. */
export interface SandboxNetwork {
  start(): Promise<void>;
  stop(): Promise<void>;
  /** `ws://127.0.0.1:PORT/ws/chat`, once started. */
  readonly url: string;
  /** 32-byte public key that signs the network's Noise certificates. */
  readonly noiseRoot: Uint8Array;
  /** `127.0.0.1:PORT`, where its files are. */
  readonly mediaHost: string;
  /** PEM of the certificate that its file server's leads to. */
  readonly mediaCa: string;
  readonly control: NetworkControl;
}

export interface NetworkControl {
  phone(number: string): VirtualPhone;
  phones(): readonly VirtualPhone[];
  nextFreeNumber(): string;
  fault(fault: NetworkFault): Promise<void>;
  /** Kinds of the faults that lie in wait for this phone's linked devices. They do not outlive the process. */
  faultsInWait(number: string): readonly string[];
  /** Told when something changes on a phone. Returns how to stop watching. */
  watch(listener: (change: PhoneChange) => void): () => void;
}

/** `chat` is the other person's jid, where it is about a chat. */
export interface PhoneChange {
  readonly number: string;
  readonly chat?: string;
}

export type NetworkFault =
  | { kind: 'drop-line' | 'device-removed' | 'replaced'; number: string }
  | { kind: 'stream-error'; number: string; code: number }
  | { kind: 'error-ack'; number: string; code: number; times: number };

/** Numbers are digits only and start with 999. */
export interface VirtualPhone {
  readonly number: string;
  readonly jid: string;
  scan(code: string, signal?: AbortSignal): Promise<unknown>;
  /** Types the code that a device shows for this number. Rejects with an error named `WrongCode` when it is another one. */
  enterCode(code: string, signal?: AbortSignal): Promise<unknown>;
  send(message: { to: string; replyTo?: string } & OutgoingPhoneContent): Promise<{ id: string }>;
  messages(): readonly PhoneMessage[];
  /** Like all that is done to messages, rejects while the phone is away, and for messages that it does not have. */
  react(id: string, emoji: string): Promise<void>;
  edit(id: string, text: string): Promise<void>;
  /** For everyone. */
  delete(id: string): Promise<void>;
  /** Without options, takes the vote back. */
  vote(pollId: string, options: readonly string[]): Promise<void>;
  /** Opens a chat: what has arrived there is read, and the receipts leave. Rejects while the phone is away. */
  read(chat?: string): Promise<void>;
  /** Away, nothing reaches the phone and nothing leaves it. Stays so when the process is killed. */
  loseNetwork(): Promise<void>;
  regainNetwork(): Promise<void>;
  isAway(): boolean;
  /** Removes the linked devices, as "Log out" on the phone does. */
  logOut(): Promise<void>;
  remove(): Promise<void>;
}

export interface PhoneMessage {
  id: string;
  chat: string;
  fromMe: boolean;
  content: PhoneContent;
  /** Id of the message that it answers. */
  replyTo?: string;
  /** Phone jids of those who reacted and voted, each once. */
  reactions: readonly { from: string; emoji: string }[];
  votes: readonly { from: string; options: readonly string[] }[];
  edited: boolean;
  deleted: boolean;
  at: string;
  status: 'pending' | 'sent' | 'delivered' | 'read' | 'played' | 'received';
}

export type PhoneContent =
  | { type: 'text'; text: string }
  | { type: 'image' | 'video' | 'audio' | 'voice' | 'document' | 'sticker'; media: PhoneMedia; caption?: string }
  | { type: 'location'; latitude: number; longitude: number; name?: string; address?: string }
  | { type: 'contacts'; contacts: readonly { name: string; vcard: string }[] }
  | { type: 'poll'; question: string; options: readonly string[]; selectableCount: number }
  | { type: 'unsupported' };

export type OutgoingPhoneContent =
  | { type: 'text'; text: string }
  | {
      type: 'image' | 'video' | 'audio' | 'voice' | 'document' | 'sticker';
      media: Omit<PhoneMedia, 'bytes'> & { bytes: Uint8Array; thumbnail?: Uint8Array };
      caption?: string;
    }
  | Exclude<PhoneContent, { type: 'text' | 'unsupported' } | { media: PhoneMedia }>;

export interface PhoneMedia {
  mimetype: string;
  /** Its length. */
  bytes: number;
  fileName?: string;
  seconds?: number;
  width?: number;
  height?: number;
}

export interface NetworkState {
  key: string;
  value: Uint8Array | null;
}

/** Where the network keeps files. */
export interface MediaStore {
  /** Stores a file as a whole, or, when the chunks end with an error, nothing. */
  write(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void>;
  /** The bytes from `start` to before `end`. */
  read(path: string, range: { start: number; end: number }): AsyncIterable<Uint8Array>;
  /** Undefined where there is no such file. */
  size(path: string): Promise<number | undefined>;
  remove(path: string): Promise<void>;
}

export interface StateStore {
  load(): Promise<readonly { key: string; value: Uint8Array }[]>;
  write(changes: readonly NetworkState[]): Promise<void>;
}
