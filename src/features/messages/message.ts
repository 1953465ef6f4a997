import type { ChatType } from '../../channels/address.ts';
import type { ContactCard, Content, LocationContent, Person, PollContent } from '../../channels/content.ts';
import type { Wait } from './queue-outlook.ts';
import { contentOf, targetOf } from './stored-content.ts';

/** Moves forward only, in this order. */
export const forwardStatuses = ['queued', 'sending', 'sent', 'delivered', 'read', 'played'] as const;
export const messageStatuses = [...forwardStatuses, 'received', 'failed', 'expired', 'cancelled'] as const;
export type MessageStatus = (typeof messageStatuses)[number];

export type Origin = 'api' | 'ai' | 'rule' | 'inbox' | 'campaign' | 'phone' | 'contact';

export interface MessageRow {
  id: string;
  accountId: string;
  position: number;
  direction: 'incoming' | 'outgoing';
  origin: Origin;
  remoteId: string;
  chatJid: string;
  chatType: ChatType | 'status';
  toJid: string | null;
  fromJid: string;
  fromPhone: string | null;
  fromLid: string | null;
  fromName: string | null;
  type: string;
  text: string | null;
  content: object | null;
  mentions: string[];
  replyTo: string | null;
  status: MessageStatus;
  queuedAt: Date | null;
  sendingAt: Date | null;
  sentAt: Date | null;
  deliveredAt: Date | null;
  readAt: Date | null;
  playedAt: Date | null;
  receivedAt: Date | null;
  failedAt: Date | null;
  expiredAt: Date | null;
  cancelledAt: Date | null;
  errorCode: string | null;
  errorMessage: string | null;
  errorRetryable: boolean | null;
  referenceId: string | null;
  expiresAt: Date | null;
  editedAt: Date | null;
  deletedAt: Date | null;
  /** Times are as Postgres writes them in JSON. */
  reactions: Reaction[];
  votes: Vote[];
  createdAt: Date;
  receipts: GroupReceipts | null;
}

/** How many people of a group have a message of ours. */
export interface GroupReceipts {
  /** The others who were in it when the message left; null where that is not known. */
  members: number | null;
  delivered: number;
  read: number;
  played: number;
}

/** One of each person. */
export interface Reaction {
  from: Person;
  emoji: string;
  at: string;
}

/** The last of each person, with the options that it chose. */
export interface Vote {
  from: Person;
  options: string[];
  at: string;
}

export interface Poll extends Omit<PollContent, 'type'> {
  /** For each option, in their order. */
  results: { option: string; count: number; voters: Person[] }[];
}

/** A message as callers and events show it. */
export interface Message {
  id: string;
  accountId: string;
  direction: 'incoming' | 'outgoing';
  origin: Origin;
  whatsappId: string;
  chat: { jid: string; type: ChatType | 'status' };
  from: Person;
  type: string;
  text: string | null;
  media: MessageMedia | null;
  location: Omit<LocationContent, 'type'> | null;
  contacts: ContactCard[] | null;
  poll: Poll | null;
  mentions: string[];
  replyTo: string | null;
  /** The message to which this one is a reaction, an edit or a deletion. */
  target: { id: string; whatsappId: string } | null;
  reactions: Reaction[];
  editedAt: string | null;
  deletedAt: string | null;
  status: MessageStatus;
  /** Set while it is queued, where somebody asked for this message. */
  waiting: Wait | null;
  statusAt: Record<MessageStatus, string | null>;
  /** Of a message to a group. */
  receipts: GroupReceipts | null;
  error: { code: string; message: string; retryable: boolean } | null;
  referenceId: string | null;
  createdAt: string;
}

export interface MessageMedia {
  /** Signed, good for seven days without a key; null where no link was made. */
  url: string | null;
  mimetype: string;
  size: number | null;
  filename: string | null;
  seconds: number | null;
  width: number | null;
  height: number | null;
}

/** What it says. */
export type MessageContent = Pick<Message, 'type' | 'text' | 'media' | 'location' | 'contacts' | 'poll'>;

type Parts = Pick<Message, 'media' | 'location' | 'contacts' | 'poll'>;

function partsOf(content: Content | undefined, url: string | null, votes: readonly Vote[]): Parts {
  const parts: Parts = { media: null, location: null, contacts: null, poll: null };
  if (!content || content.type === 'text') return parts;
  if (content.type === 'location') {
    const { latitude, longitude, name, address } = content;
    return { ...parts, location: { latitude, longitude, name, address } };
  }
  if (content.type === 'contact') return { ...parts, contacts: content.contacts };
  if (content.type === 'poll') {
    const { question, options, maxAnswers } = content;
    return {
      ...parts,
      poll: { question, options, maxAnswers, results: options.map((option) => resultOf(option, votes)) },
    };
  }
  const { mimetype, sizeBytes: size, fileName: filename, seconds, width, height } = content.file;
  return { ...parts, media: { url, mimetype, size, filename, seconds, width, height } };
}

function resultOf(option: string, votes: readonly Vote[]): Poll['results'][number] {
  const voters = votes.filter(({ options }) => options.includes(option)).map(({ from }) => from);
  return { option, count: voters.length, voters };
}

function reactionOf({ from, emoji, at }: Reaction): Reaction {
  return { from, emoji, at: new Date(at).toISOString() };
}

/** As callers and people are shown it. */
export function shownContent(content: Content): MessageContent {
  const text = content.type === 'text' ? content.text : 'caption' in content ? content.caption : null;
  return { type: content.type, text, ...partsOf(content, null, []) };
}

/** What is told of a message beside its row. */
export interface MessageExtras {
  waiting?: Wait | undefined;
  /** Where its file is. */
  mediaUrl?: string;
}

export function messageOf(row: MessageRow, { waiting, mediaUrl }: MessageExtras = {}): Message {
  const target = targetOf(row);
  return {
    id: row.id,
    accountId: row.accountId,
    direction: row.direction,
    origin: row.origin,
    whatsappId: row.remoteId,
    chat: { jid: row.chatJid, type: row.chatType },
    from: { jid: row.fromJid, phone: row.fromPhone, lid: row.fromLid, name: row.fromName },
    type: row.type,
    text: row.text,
    ...partsOf(contentOf(row), mediaUrl ?? null, row.votes),
    mentions: row.mentions,
    replyTo: row.replyTo,
    target: target ? { id: target.id, whatsappId: target.remoteId } : null,
    reactions: row.reactions.map(reactionOf),
    editedAt: iso(row.editedAt),
    deletedAt: iso(row.deletedAt),
    status: row.status,
    waiting: waiting ?? null,
    statusAt: {
      queued: iso(row.queuedAt),
      sending: iso(row.sendingAt),
      sent: iso(row.sentAt),
      delivered: iso(row.deliveredAt),
      read: iso(row.readAt),
      played: iso(row.playedAt),
      received: iso(row.receivedAt),
      failed: iso(row.failedAt),
      expired: iso(row.expiredAt),
      cancelled: iso(row.cancelledAt),
    },
    receipts: row.receipts && receiptsOf(row.receipts),
    error: errorOf(row),
    referenceId: row.referenceId,
    createdAt: row.createdAt.toISOString(),
  };
}

/** As documented: the database has an order of its own. */
function receiptsOf({ members, delivered, read, played }: GroupReceipts): GroupReceipts {
  return { members, delivered, read, played };
}

function errorOf(row: MessageRow): Message['error'] {
  if (row.errorCode === null || row.errorMessage === null) return null;
  return { code: row.errorCode, message: row.errorMessage, retryable: row.errorRetryable ?? false };
}

function iso(time: Date | null): string | null {
  return time?.toISOString() ?? null;
}

/** Whether nothing more can happen before the network has it, or after it was given up. */
export function isSettled(status: MessageStatus): boolean {
  return status !== 'queued' && status !== 'sending';
}
