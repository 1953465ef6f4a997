import { createHash, randomBytes } from 'node:crypto';
import { type Address, isLid } from '../../channels/address.ts';
import type { Content, OutgoingAct } from '../../channels/content.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Queryable, Transaction } from '../../platform/database.ts';
import { AppError, invalidField } from '../../platform/errors.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import { newId } from '../../platform/ids.ts';
import type { Probe } from '../../platform/probe.ts';
import { createSharedReads } from '../../platform/shared-reads.ts';
import type { Account, Accounts } from '../accounts/accounts.ts';
import { type FileRequest, KeptFile, type Media } from '../media/media.ts';
import { enqueue, type Enqueued, type NewMessage } from './acceptance.store.ts';
import type { Message, Origin } from './message.ts';
import { findPhoneOfLid } from './messages.store.ts';
import { isImmediate } from './pacing.ts';
import { rulesOf } from './pacing-rules.ts';
import { type Wait, waitsOf } from './queue-outlook.ts';
import { columnsOf } from './stored-content.ts';

/** `low` goes after everything else, `high` before. */
export const priorities = { high: -1, normal: 0, low: 1 } as const;
export type Priority = keyof typeof priorities;

export interface OutgoingRequest {
  accountId: string;
  origin: Origin;
  to: Address;
  content: Content | OutgoingAct;
  /** Of a content that has one. */
  file?: FileRequest;
  /** The message of this chat that it answers, by our id or the network's. */
  replyTo: string | null;
  /** Addresses of people. */
  mentions: string[];
  referenceId: string | null;
  priority: Priority;
  /** Not before then. */
  sendAt: Date | null;
  expiresInSeconds: number | null;
  /** False leaves the account's typing simulation out. */
  typing: boolean;
  /** Sends even what looks like a retry of the message before. */
  allowDuplicate: boolean;
}

export interface Acceptance {
  id: string;
  whatsappId: string;
  status: Message['status'];
  /** Place in the account's queue, 1 = next; 0 when it waits no more. */
  position: number;
  estimatedSendAt: Date;
  /** It was taken for a retry of this one, and nothing new is sent. */
  duplicate: boolean;
  /** What its sender should know, in sentences. */
  warnings: string[];
}

export interface Accepted extends Acceptance {
  /** With the place and the time that a paced queue gives it; before that both only count who waits. */
  planned(db: Queryable): Promise<Acceptance>;
}

type Place = Pick<Acceptance, 'position' | 'estimatedSendAt'>;

export interface AcceptanceOptions {
  database: Database;
  accounts: Accounts;
  media: Media;
  events: EventBus;
  typingBaseMs: number;
  timeZone: string;
  /** Something waits in this account's queue. */
  wake(accountId: string): void;
  clock: Clock;
  probe: Probe;
}

const defaultLifeSeconds = 24 * 60 * 60;
const newChatsForSameText = 20;

/** Takes messages into the queue. */
export function createAcceptance(options: AcceptanceOptions) {
  const { accounts, events, clock } = options;
  const plans = createSharedReads<ReadonlyMap<string, Wait>>();

  async function accept(tx: Transaction, request: OutgoingRequest): Promise<Accepted> {
    const message = newMessage(request, await chatOf(tx, request.accountId, request.to));
    const [account, enqueued] = await Promise.all([
      accounts.get(request.accountId, tx),
      enqueue(tx, message, { sameAtMost: newChatsForSameText, isLast: !request.file }),
    ]);
    if (!enqueued?.isQueued) {
      const first = asBefore(account, enqueued);
      if (request.file?.source instanceof KeptFile) await options.media.discard(request.file.source, tx);
      return first;
    }
    if (request.file) await options.media.attach(tx, message.id, request.file);

    tx.afterCommit(() => {
      options.probe('accepted');
      options.wake(account.id);
      events.announce(`messages:${account.id}`);
    });
    const acceptance = (place: Place): Acceptance => ({
      id: message.id,
      whatsappId: message.remoteId,
      status: 'queued',
      ...place,
      duplicate: false,
      warnings: warningsOf(account, message, { ...place, ...enqueued }),
    });
    const atEnd = placeAtEnd(message, enqueued);
    const rules = rulesOf(account, options.typingBaseMs, clock.now());
    return {
      ...acceptance(atEnd),
      // It may have left meanwhile.
      planned: async (db) => acceptance((!isImmediate(rules) && (await placeByPlan(db, message, account))) || atEnd),
    };
  }

  /** For what was not put into the queue: the first message where it is a retry of that. Throws otherwise. */
  function asBefore(account: Account, enqueued: Enqueued | undefined): Accepted {
    if (!enqueued) throw new Error('The account that was just found is gone');
    if (enqueued.answersNothing) throw invalidField('replyTo', 'is no message of this chat');
    if (!enqueued.accepts) throw notConnected(account);
    if (!enqueued.same) throw queueFull(account, enqueued);
    const place = { position: 0, estimatedSendAt: clock.now() };
    const first = { ...enqueued.same, ...place, duplicate: true, warnings: [] };
    return { ...first, planned: () => Promise.resolve(first) };
  }

  function newMessage(request: OutgoingRequest, chatJid: string): NewMessage {
    const { origin, to, sendAt, allowDuplicate } = request;
    const now = clock.now();
    const lifeMs = (request.expiresInSeconds ?? defaultLifeSeconds) * 1_000;
    return {
      id: newId('msg', now),
      accountId: request.accountId,
      origin,
      remoteId: newWhatsappId(),
      chatJid,
      chatType: to.type,
      toJid: chatJid === to.jid ? null : to.jid,
      ...columnsOf(request.content),
      replyTo: request.replyTo,
      mentions: request.mentions,
      referenceId: request.referenceId,
      priority: priorities[request.priority],
      sendAt,
      typing: request.typing,
      // Counted from when it may leave: what is scheduled for next week does not expire tomorrow.
      expiresAt: new Date(Math.max(now.getTime(), sendAt?.getTime() ?? 0) + lifeMs),
      contentHash: origin === 'api' ? contentHash(request) : null,
      mayBeRetry: origin === 'api' && !allowDuplicate,
    };
  }

  function placeAtEnd({ sendAt }: NewMessage, { waiting }: Enqueued): Place {
    const atMs = Math.max(clock.now().getTime(), sendAt?.getTime() ?? 0);
    return { position: waiting + 1, estimatedSendAt: new Date(atMs) };
  }

  /** undefined when it does not wait any more. */
  async function placeByPlan(db: Queryable, { id }: NewMessage, account: Account): Promise<Place | undefined> {
    const read = (): Promise<ReadonlyMap<string, Wait>> => waitsOf(db, account, options);
    // A transaction alone sees what it has not committed yet.
    const wait = (await (db === options.database ? plans.ask(account.id, read) : read())).get(id);
    return wait && { position: wait.position, estimatedSendAt: new Date(wait.estimatedSendAt) };
  }

  return { accept };
}

/** The jid under which an account keeps the chat of this address. */
export async function chatOf(db: Queryable, accountId: string, address: Address): Promise<string> {
  const phone = isLid(address.jid) ? await findPhoneOfLid(db, accountId, address.jid) : undefined;
  return phone === undefined ? address.jid : `${phone.slice(1)}@s.whatsapp.net`;
}

function warningsOf(
  { kind, settings }: Account,
  { expiresAt }: NewMessage,
  { estimatedSendAt, sameInNewChats }: Place & Enqueued,
): string[] {
  const isUnpaced = kind === 'whatsapp' && settings.pacing.perMinute === 0;
  const warnings: (string | false)[] = [
    isUnpaced && 'Nothing paces this number (preset unpaced): WhatsApp restricts numbers that send much at once.',
    sameInNewChats >= newChatsForSameText &&
      `The same went to more than ${newChatsForSameText} new chats within a day: WhatsApp may take it for spam.`,
    estimatedSendAt > expiresAt && `It expires at ${expiresAt.toISOString()}, before it would leave.`,
  ];
  return warnings.filter((warning) => warning !== false);
}

/** Nobody is there to send it; an account that is only reconnecting queues. */
function notConnected({ name, status }: Account): AppError {
  return new AppError('account.not_connected', {
    status: 409,
    detail: `Account ${name} is not connected: ${status.message}.`,
  });
}

function queueFull({ name }: Account, { waiting }: Enqueued): AppError {
  return new AppError('queue.full', {
    status: 429,
    retryable: true,
    retryAfterSeconds: 30,
    detail: `${waiting} messages of account ${name} are waiting; that is the limit.`,
  });
}

/** The same for what a caller who tries again would send, to this chat or to another. */
function contentHash({ content, file, replyTo, mentions }: OutgoingRequest): Buffer {
  const { type, ...said } = content;
  const more: unknown[] = replyTo === null && mentions.length === 0 ? [] : [replyTo, mentions];
  if (file) more.push(file.source instanceof KeptFile ? file.source.sha256 : file.source.url);
  const what = content.type === 'text' ? content.text : said;
  return createHash('sha256')
    .update(JSON.stringify([type, what, ...more]))
    .digest();
}

/** The form that WhatsApp Web's own clients use (Baileys `generateMessageIDV2`). */
function newWhatsappId(): string {
  return `3EB0${randomBytes(9).toString('hex').toUpperCase()}`;
}
