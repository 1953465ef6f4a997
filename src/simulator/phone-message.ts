/** What phones show and write: the vocabulary of `VirtualPhone`. */

export type MediaKind = 'image' | 'video' | 'audio' | 'voice' | 'document' | 'sticker';

/** A file as the message describes it. */
export interface PhoneMedia {
  mimetype: string;
  /** Its length. */
  bytes: number;
  /** Of the file itself, in hexadecimal digits. */
  sha256: string;
  fileName?: string;
  seconds?: number;
  width?: number;
  height?: number;
  hasThumbnail: boolean;
}

export interface PhoneContact {
  name: string;
  vcard: string;
}

export interface PhoneLocation {
  latitude: number;
  longitude: number;
  name?: string;
  address?: string;
}

export interface PhonePoll {
  question: string;
  options: readonly string[];
  /** How many options one may choose; 0 for any number. */
  selectableCount: number;
}

export type PhoneContent =
  | { type: 'text'; text: string }
  | { type: MediaKind; media: PhoneMedia; caption?: string }
  | ({ type: 'location' } & PhoneLocation)
  | { type: 'contacts'; contacts: readonly PhoneContact[] }
  | ({ type: 'poll' } & PhonePoll)
  /** Something that this phone cannot show, by the name that Baileys gives it. */
  | { type: 'unsupported'; kind: string };

export interface PhoneReaction {
  /** Phone jid. */
  from: string;
  emoji: string;
}

export interface PhoneVote {
  /** Phone jid. */
  from: string;
  options: readonly string[];
}

/** How far a message in a group has come with one person. */
export interface PhoneReceipt {
  /** Phone jid. */
  from: string;
  status: 'delivered' | 'read' | 'played';
}

/** A message as a phone shows it. */
export interface PhoneMessage {
  id: string;
  /** The chat on this phone: the other person's phone jid, or the jid of a group, a channel or `status@broadcast`. */
  chat: string;
  /** Phone jid of the sender; a channel's jid for its posts. */
  from: string;
  fromMe: boolean;
  /** The text or caption; else the kind in brackets. Empty once it was deleted. */
  text: string;
  content: PhoneContent;
  /** Id of the message that it answers. */
  replyTo?: string;
  /** Jids of those it mentions, as they were written. */
  mentions: readonly string[];
  forwarded: boolean;
  /** At most one from each person. */
  reactions: readonly PhoneReaction[];
  /** The last vote of each person in this poll. */
  votes: readonly PhoneVote[];
  edited: boolean;
  /** For everybody. */
  deleted: boolean;
  /** Of a message of its own in a group: how far it has come with each person. */
  receipts: readonly PhoneReceipt[];
  /** ISO 8601 time at which the phone showed or sent it. */
  at: string;
  /** For messages this phone sent: what its own ticks show. For received ones: `received`, then `read`, or `played`. */
  status: 'pending' | 'sent' | 'delivered' | 'read' | 'played' | 'received';
}

/** What every kind of message starts from. */
export function plainMessage(
  fields: Pick<PhoneMessage, 'id' | 'chat' | 'from' | 'fromMe' | 'text' | 'at' | 'status'>,
): PhoneMessage {
  return {
    ...fields,
    content: { type: 'text', text: fields.text },
    mentions: [],
    forwarded: false,
    reactions: [],
    votes: [],
    edited: false,
    deleted: false,
    receipts: [],
  };
}

/** A file to send. */
export interface OutgoingMedia {
  bytes: Uint8Array | AsyncIterable<Uint8Array>;
  mimetype: string;
  fileName?: string;
  seconds?: number;
  width?: number;
  height?: number;
  /** A small JPEG. */
  thumbnail?: Uint8Array;
}

export type OutgoingContent =
  | { type?: 'text'; text: string }
  | { type: MediaKind; media: OutgoingMedia; caption?: string }
  | ({ type: 'location' } & PhoneLocation)
  | { type: 'contacts'; contacts: readonly PhoneContact[] }
  | { type: 'poll'; question: string; options: readonly string[]; selectableCount?: number };

export interface OutgoingContext {
  /** Id of a message in the same chat. */
  replyTo?: string;
  /** Numbers or jids. */
  mentions?: readonly string[];
  forwarded?: boolean;
}

export type OutgoingMessage = OutgoingContent &
  OutgoingContext & {
    /** Phone number in digits, phone jid, LID jid, group jid, or `status@broadcast`. */
    to: string;
    /** Under which of its own and the peer's addresses the stanza travels; default `phone`. */
    addressing?: 'phone' | 'lid';
    /** Numbers that see a status; by default everybody with whom this phone has a chat. */
    audience?: readonly string[];
  };
