import { createHash, randomBytes } from 'node:crypto';
import { type Address, isLid } from '../../channels/address.ts';
import type { Content } from '../../channels/content.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Queryable, Transaction } from '../../platform/database.ts';
import { AppError, invalidField } from '../../platform/errors.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import { newId } from '../../platform/ids.ts';
import type { Probe } from '../../platform/probe.ts';
import type { Account, Accounts } from '../accounts/accounts.ts';
import { type FileRequest, KeptFile, type Media } from '../media/media.ts';
import { plannedDepartures } from './departure-plan.ts';
import { readOutlook } from './departures.store.ts';
import type { Message, Origin } from './message.ts';
import {
  findInChat,
  findMessage,
  findPhoneOfLid,
  insertQueued,
  lookAtQueue,
  type NewMessage,
} from './messages.store.ts';
import { isImmediate, type PacingRules } from './pacing.ts';
import { rulesOf } from './pacing-rules.ts';
import { columnsOf } from './stored-content.ts';

/** `low` goes after everything else, `high` before. */
export const priorities = { high: -1, normal: 0, low: 1 } as const;
export type Priority = keyof typeof priorities;

export interface OutgoingRequest {
  accountId: string;
  origin: Origin;
  to: Address;
  content: Content;
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
}

export interface AcceptanceOptions {
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

/** Takes messages into the queue. */
export function createAcceptance(options: AcceptanceOptions) {
  const { accounts, events, clock, timeZone } = options;

  async function accept(tx: Transaction, request: OutgoingRequest): Promise<Acceptance> {
    const chatJid = await chatOf(tx, request.accountId, request.to);
    const replyTo = request.replyTo === null ? null : await answered(tx, request.accountId, chatJid, request.replyTo);
    const hash = contentHash(chatJid, { ...request, replyTo });
    const [account, standing] = await Promise.all([
      accounts.get(request.accountId, tx),
      lookAtQueue(tx, request.accountId, hash),
    ]);
    refuseUnlessReachable(account);
    const mayBeRetry = request.origin === 'api' && !request.allowDuplicate;
    const windowSeconds = mayBeRetry ? account.settings.duplicateWindowSeconds : 0;
    if (standing.same && standing.same.ageSeconds < windowSeconds) {
      if (request.file?.source instanceof KeptFile) await options.media.discard(request.file.source, tx);
      return asBefore(tx, account, standing.same.id);
    }
    if (standing.waiting >= account.settings.pacing.queueLimit) throw queueFull(account, standing.waiting);

    const message = newMessage(account, request, { chatJid, replyTo, hash });
    tx.afterCommit(() => {
      options.probe('accepted');
      options.wake(account.id);
      events.announce(`messages:${account.id}`);
    });
    if (request.file) await options.media.attach(tx, message.id, request.file);
    const rules = rulesOf(account, options.typingBaseMs, clock.now());
    const place = isImmediate(rules)
      ? placeAtEnd(tx, message, standing.waiting)
      : await placeByPlan(tx, message, rules);
    return { id: message.id, whatsappId: message.remoteId, status: 'queued', ...place, duplicate: false };
  }

  async function asBefore(tx: Transaction, { id: accountId }: Account, id: string): Promise<Acceptance> {
    const first = await findMessage(tx, id, accountId);
    if (!first) throw new Error('The message that was just found is gone');
    const { remoteId: whatsappId, status } = first;
    return { id, whatsappId, status, position: 0, estimatedSendAt: clock.now(), duplicate: true };
  }

  function newMessage(
    account: Account,
    request: OutgoingRequest,
    { chatJid, replyTo, hash }: { chatJid: string; replyTo: string | null; hash: Buffer },
  ): NewMessage {
    const now = clock.now();
    const lifeMs = (request.expiresInSeconds ?? defaultLifeSeconds) * 1_000;
    return {
      id: newId('msg', now),
      accountId: account.id,
      origin: request.origin,
      remoteId: newWhatsappId(),
      chatJid,
      chatType: request.to.type,
      toJid: chatJid === request.to.jid ? null : request.to.jid,
      from: { jid: ownJid(account), phone: account.phone, lid: account.lid },
      ...columnsOf(request.content),
      replyTo,
      mentions: request.mentions,
      referenceId: request.referenceId,
      priority: priorities[request.priority],
      sendAt: request.sendAt,
      typing: request.typing,
      // Counted from when it may leave: what is scheduled for next week does not expire tomorrow.
      expiresAt: new Date(Math.max(now.getTime(), request.sendAt?.getTime() ?? 0) + lifeMs),
      contentHash: request.origin === 'api' ? hash : null,
    };
  }

  /** The row travels with the commit. */
  function placeAtEnd(
    tx: Transaction,
    message: NewMessage,
    waiting: number,
  ): Pick<Acceptance, 'position' | 'estimatedSendAt'> {
    tx.beforeCommit(() => insertQueued(tx, message));
    const atMs = Math.max(clock.now().getTime(), message.sendAt?.getTime() ?? 0);
    return { position: waiting + 1, estimatedSendAt: new Date(atMs) };
  }

  async function placeByPlan(
    tx: Transaction,
    message: NewMessage,
    rules: PacingRules,
  ): Promise<Pick<Acceptance, 'position' | 'estimatedSendAt'>> {
    const [, outlook] = await Promise.all([
      insertQueued(tx, message),
      readOutlook(tx, message.accountId, rules, { timeZone }),
    ]);
    let position = 0;
    for (const { id, departMs } of plannedDepartures(outlook.queue, { ...outlook, rules })) {
      position += 1;
      if (id === message.id) return { position, estimatedSendAt: new Date(departMs) };
    }
    throw new Error('A message that was just queued never leaves');
  }

  return { accept };
}

/** The jid under which an account keeps the chat of this address. */
export async function chatOf(db: Queryable, accountId: string, address: Address): Promise<string> {
  const phone = isLid(address.jid) ? await findPhoneOfLid(db, accountId, address.jid) : undefined;
  return phone === undefined ? address.jid : `${phone.slice(1)}@s.whatsapp.net`;
}

/** Refuses at once what nobody is there to send; an account that is only reconnecting queues. */
function refuseUnlessReachable(account: Account): void {
  const { status, reason, message } = account.status;
  const isStopped = status === 'auth_failed' || status === 'error' || reason === 'replaced';
  if (account.linked && !account.paused && !isStopped) return;
  throw new AppError('account.not_connected', {
    status: 409,
    detail: `Account ${account.name} is not connected: ${message}.`,
  });
}

function queueFull(account: Account, waiting: number): AppError {
  return new AppError('queue.full', {
    status: 429,
    retryable: true,
    retryAfterSeconds: 30,
    detail: `${waiting} messages of account ${account.name} are waiting; that is the limit.`,
  });
}

function ownJid(account: Account): string {
  return account.phone === null ? '' : `${account.phone.slice(1)}@s.whatsapp.net`;
}

/** The network's id of the message that is answered. Throws a 422 that names `replyTo`. */
async function answered(tx: Transaction, accountId: string, chatJid: string, given: string): Promise<string> {
  const found = await findInChat(tx, accountId, chatJid, given);
  if (!found) throw invalidField('replyTo', 'is no message of this chat');
  return found;
}

/** The same for what a caller who tries again would send. */
function contentHash(chatJid: string, { content, file, replyTo, mentions }: OutgoingRequest): Buffer {
  const { type, ...said } = content;
  const more: unknown[] = replyTo === null && mentions.length === 0 ? [] : [replyTo, mentions];
  if (file) more.push(file.source instanceof KeptFile ? file.source.sha256 : file.source.url);
  const what = content.type === 'text' ? content.text : said;
  return createHash('sha256')
    .update(JSON.stringify([chatJid, type, what, ...more]))
    .digest();
}

/** The form that WhatsApp Web's own clients use (Baileys `generateMessageIDV2`). */
function newWhatsappId(): string {
  return `3EB0${randomBytes(9).toString('hex').toUpperCase()}`;
}
