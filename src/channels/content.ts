import type { Readable } from 'node:stream';
import type { ChatType } from './address.ts';

export const mediaTypes = ['image', 'video', 'audio', 'voice', 'document', 'sticker'] as const;
export type MediaType = (typeof mediaTypes)[number];

/** What is known of a file without its bytes; null where nobody has told. */
export interface FileDetails {
  mimetype: string;
  sizeBytes: number | null;
  fileName: string | null;
  /** Of sounds and moving pictures. */
  seconds: number | null;
  width: number | null;
  height: number | null;
}

export interface ContactCard {
  name: string;
  /** `+` and digits, or as it was written where that is no number. */
  phone: string | null;
  organization: string | null;
}

export interface TextContent {
  type: 'text';
  text: string;
}

export interface MediaContent {
  type: MediaType;
  caption: string | null;
  file: FileDetails;
}

export interface LocationContent {
  type: 'location';
  latitude: number;
  longitude: number;
  name: string | null;
  address: string | null;
}

export interface ContactContent {
  type: 'contact';
  contacts: ContactCard[];
}

export interface PollContent {
  type: 'poll';
  question: string;
  options: string[];
  /** How many options one may choose; 0 = any number. */
  maxAnswers: number;
}

/** What a message says. */
export type Content = TextContent | MediaContent | LocationContent | ContactContent | PollContent;

/** A message that another one is about, as its chat knows it. */
export interface MessageKey {
  remoteId: string;
  fromMe: boolean;
  /** Who wrote it. */
  from: string;
}

/** A file that is about to be sent. What is known of it before it was opened is what somebody claimed. */
export interface OutgoingMedia extends MediaContent {
  /** Opens it, once for each try. Rejects with an `AppError` when it cannot be had. */
  open(signal: AbortSignal): Promise<OpenedFile>;
  /** The network's encoding of it from an earlier try, whose file the network has. */
  prepared: Uint8Array | null;
  /** Stores what it turned out to be, before it leaves: a later try sends the same. */
  keep(prepared: PreparedMedia): Promise<void>;
}

export interface OpenedFile {
  type: MediaType;
  mimetype: string;
  fileName: string | null;
  stream: Readable;
  /** Resolves once the stream was read to its end. */
  described: Promise<FileDescription>;
}

export interface FileDescription {
  seconds: number | null;
  width: number | null;
  height: number | null;
  isAnimated: boolean;
  /** A small JPEG. */
  thumbnail: Uint8Array | null;
}

export interface PreparedMedia {
  content: MediaContent;
  original: Uint8Array;
}

/** A message that something is done to. */
export interface ActTarget extends MessageKey {
  /** Ours. */
  id: string;
  /** The hidden address of who wrote it, where that is known. */
  fromLid: string | null;
}

export const actTypes = ['reaction', 'edit', 'deletion'] as const;

/** What can be done to a message that was sent before. */
export type OutgoingAct =
  | { type: 'reaction'; target: ActTarget; /** Empty takes the reaction back. */ emoji: string }
  | { type: 'edit'; target: ActTarget; text: string }
  | { type: 'deletion'; target: ActTarget };

export interface OutgoingPoll extends PollContent {
  /** 32 bytes, the same in every try: with them its votes are encrypted. */
  secret?: Uint8Array;
}

/** What can be sent. */
export type OutgoingContent =
  | TextContent
  | OutgoingMedia
  | LocationContent
  | ContactContent
  | OutgoingPoll
  | OutgoingAct;

export function isAct(content: { type: string }): content is OutgoingAct {
  return (actTypes as readonly string[]).includes(content.type);
}

export interface OutgoingMessage {
  /** The network's id of this message, chosen before the first try and the same in every later one. */
  remoteId: string;
  /** Address in canonical form, see `address.ts`. */
  to: string;
  content: OutgoingContent;
  /** The message that it answers. */
  quoted: QuotedMessage | null;
  /** Addresses of people who are mentioned. */
  mentions: readonly string[];
  /** It may have left before, with an unknown result. */
  again: boolean;
}

export interface QuotedMessage extends MessageKey {
  content: Content;
  /** The network's own encoding of it, where that was kept. */
  original: Uint8Array | null;
}

/** A person is known by number, by hidden address, or by both. A LID never stands in `phone`. */
export interface Person {
  jid: string;
  /** Digits with a leading +, or null where the network hides it. */
  phone: string | null;
  lid: string | null;
  name: string | null;
}

/** Something that this version cannot translate. */
export interface UnsupportedContent {
  type: 'unsupported';
}

export interface IncomingMessage {
  remoteId: string;
  chat: { jid: string; type: ChatType | 'status' };
  /** The chat's address on the wire. */
  address: string;
  /** Set where the chat came under its LID and the phone address is known, or the other way round. */
  chatAlias: { lid: string; phone: string } | null;
  from: Person;
  /** Written on the account's own phone or another of its devices. */
  fromMe: boolean;
  content: Content | UnsupportedContent;
  /** The network's own encoding of it, where more than its text may be wanted later. */
  original: Uint8Array | null;
  /** What the network encrypts with what is done to the message, where that does not stand in `original`. */
  secret: Uint8Array | null;
  replyTo: string | null;
  mentions: string[];
  sentAt: Date;
  /** `live` as it happened; `offline` when it waited for us on the server. */
  arrival: 'live' | 'offline';
}

export interface Receipt {
  remoteId: string;
  /** Who has the message, and whether it is one of a group. */
  from: Person;
  group: boolean;
  status: 'delivered' | 'read' | 'played';
  at: Date;
}

export interface Group {
  jid: string;
  subject: string;
  description: string | null;
  owner: Person | null;
  createdAt: Date | null;
  /** Only admins may write. */
  announce: boolean;
  /** Only admins may change subject and description. */
  locked: boolean;
  participants: GroupMember[];
}

export interface GroupMember extends Person {
  role: 'member' | 'admin' | 'superadmin';
}
