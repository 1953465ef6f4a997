import { createHash, randomBytes } from 'node:crypto';
import { type Address, isLid } from '../../channels/address.ts';
import type { SentMessageLookup } from '../../channels/channel.ts';
import type { Clock } from '../../platform/clock.ts';
import type { CommitWriter } from '../../platform/commit-writer.ts';
import type { Database, Queryable, Transaction } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import { newId } from '../../platform/ids.ts';
import { group, type Service } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import type { Probe } from '../../platform/probe.ts';
import type { Random } from '../../platform/retry.ts';
import type { Account, Accounts } from '../accounts/accounts.ts';
import { createDispatchers, type DispatchersTimings } from './dispatchers.ts';
import { createExpiry } from './expiry.ts';
import { isSettled, type Message, messageOf, type MessageRow, type Origin } from './message.ts';
import { announceChange, statusOccurrence } from './message-events.ts';
import {
  findArrived,
  findMessage,
  findMilestones,
  findPhoneOfLid,
  findSentText,
  insertQueued,
  listMessages,
  lookAtQueue,
  type MessageFilter,
  type Milestones,
  type NewMessage,
} from './messages.store.ts';
import { bucketAfter, departuresToLookAt, estimateMs, paceOf } from './pacing.ts';
import { cancelQueued } from './queue.store.ts';
import { isSandboxAddress, outOfReach, recipientOf } from './recipient.ts';
import { countMessages, countTraffic, type Traffic } from './traffic.store.ts';

export { createMessageInbox } from './inbox.ts';
export type { Message } from './message.ts';
export type { Milestones } from './messages.store.ts';
export type { Traffic } from './traffic.store.ts';

export interface OutgoingRequest {
  accountId: string;
  origin: Origin;
  to: Address;
  text: string;
  referenceId: string | null;
  expiresInSeconds: number | null;
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
  duplicate: boolean;
}

export interface Messages extends Service {
  /** Stores a message for sending. Throws `account.not_connected`, `queue.full`. */
  accept(tx: Transaction, request: OutgoingRequest): Promise<Acceptance>;
  /** Throws `message.not_found`. Without an account, any account's message. */
  get(id: string, accountId: string | undefined): Promise<Message>;
  /** Newest first, with the cursor of what follows. */
  list(filter: MessageFilter): Promise<{ messages: Message[]; nextPosition: number | null }>;
  /** Throws `message.not_found`, or `message.not_queued` when it is too late. */
  cancel(tx: Transaction, id: string, accountId: string | undefined): Promise<Message>;
  /** Resolves once the network confirmed the message or it ended otherwise; undefined when the time is over before. */
  settled(id: string, timeoutMs: number, signal: AbortSignal): Promise<Message | undefined>;
  /** Resolves once a message with the network's id is stored; undefined when the time is over before. */
  arrived(accountId: string, whatsappId: string, timeoutMs: number, signal: AbortSignal): Promise<Message | undefined>;
  /** Whom an account can write to under what a caller wrote. Throws a 422 that names `to`. */
  recipient(accountId: string, given: string, tx?: Transaction): Promise<Address>;
  /** What the account has done among its latest messages. */
  milestones(accountId: string): Promise<Milestones>;
  /** What these accounts sent and received since then, and what waits now. */
  traffic(accountIds: readonly string[], since: Date): Promise<Map<string, Traffic>>;
  /** Everything stored of an account. */
  count(accountId: string): Promise<number>;
  /** The jid under which an account keeps the chat of this address. */
  chatOf(accountId: string, address: Address): Promise<string>;
}

export interface MessagesOptions {
  database: Database;
  writer: CommitWriter;
  accounts: Accounts;
  events: EventBus;
  timings: DispatchersTimings & { expiryIntervalMs: number };
  /** Messages of one account that may wait. */
  queueLimit: number;
  /** Whether numbers of the sandbox exist on the network of kind `whatsapp` too. */
  sandboxNumbersEverywhere: boolean;
  clock: Clock;
  random: Random;
  probe: Probe;
  log: Log;
}

const defaultLifeSeconds = 24 * 60 * 60;

export function createMessages(options: MessagesOptions): Messages {
  const { database, accounts, events, clock } = options;
  const dispatchers = createDispatchers(options);
  const expiry = createExpiry({ ...options, intervalMs: options.timings.expiryIntervalMs });
  const loops = group('messages', [dispatchers, expiry]);

  async function chatOf(accountId: string, address: Address, db: Queryable = database): Promise<string> {
    const phone = isLid(address.jid) ? await findPhoneOfLid(db, accountId, address.jid) : undefined;
    return phone === undefined ? address.jid : `${phone.slice(1)}@s.whatsapp.net`;
  }

  async function accept(tx: Transaction, request: OutgoingRequest): Promise<Acceptance> {
    const chatJid = await chatOf(request.accountId, request.to, tx);
    const hash = contentHash(chatJid, request.text);
    // All reads travel together, and the row travels with the commit.
    const [account, standing] = await Promise.all([
      accounts.get(request.accountId, tx),
      lookAtQueue(tx, request.accountId, { hash, departures: departuresToLookAt }),
    ]);
    refuseUnlessReachable(account);
    const mayBeRetry = request.origin === 'api' && !request.allowDuplicate;
    const windowSeconds = mayBeRetry ? account.settings.duplicateWindowSeconds : 0;
    const pace = paceOf(account.settings.pacing.preset);
    const departuresMs = standing.departures.map((at) => at.getTime()).toReversed();
    const bucket = pace ? bucketAfter(pace, departuresMs) : 0;
    const estimate = (place: number): Date => new Date(estimateMs(pace, bucket, clock.now().getTime(), place));

    if (standing.same && standing.same.ageSeconds < windowSeconds) {
      const first = await requireMessage(tx, standing.same.id, account.id);
      const { id, remoteId: whatsappId, status } = first;
      return { id, whatsappId, status, position: 0, estimatedSendAt: estimate(0), duplicate: true };
    }
    if (standing.waiting >= options.queueLimit) throw queueFull(account, standing.waiting);

    const now = clock.now();
    const id = newId('msg', now);
    const whatsappId = newWhatsappId();
    const message: NewMessage = {
      id,
      accountId: account.id,
      origin: request.origin,
      remoteId: whatsappId,
      chatJid,
      chatType: request.to.type,
      toJid: chatJid === request.to.jid ? null : request.to.jid,
      from: { jid: ownJid(account), phone: account.phone, lid: account.lid },
      text: request.text,
      referenceId: request.referenceId,
      expiresAt: new Date(now.getTime() + (request.expiresInSeconds ?? defaultLifeSeconds) * 1000),
      contentHash: request.origin === 'api' ? hash : null,
    };
    tx.beforeCommit(() => insertQueued(tx, message));
    tx.afterCommit(() => {
      options.probe('accepted');
      dispatchers.wake(account.id);
      events.announce(`messages:${account.id}`);
    });
    const position = standing.waiting + 1;
    return { id, whatsappId, status: 'queued', position, estimatedSendAt: estimate(position), duplicate: false };
  }

  /** Looks again whenever the topic is announced, and once in a while for what another process does. */
  async function waitFor(topic: string, end: AbortSignal, look: () => Promise<MessageRow | undefined>) {
    for (;;) {
      const woken = new AbortController();
      const unlisten = events.listen(topic, () => woken.abort());
      try {
        const row = await look();
        if (row) return messageOf(row);
        if (end.aborted) return undefined;
        await clock.sleep(options.timings.pollMs, AbortSignal.any([end, woken.signal])).catch(() => undefined);
      } finally {
        unlisten();
      }
    }
  }

  function settled(id: string, timeoutMs: number, signal: AbortSignal): Promise<Message | undefined> {
    const end = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    return waitFor(`message:${id}`, end, async () => {
      const row = await requireMessage(database, id, undefined);
      return isSettled(row.status) ? row : undefined;
    });
  }

  return {
    name: 'messages',
    start: () => loops.start(),
    stop: () => loops.stop(),
    accept,
    settled,
    arrived(accountId, whatsappId, timeoutMs, signal) {
      const end = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
      return waitFor(`messages:${accountId}`, end, () => findArrived(database, accountId, whatsappId));
    },
    async recipient(accountId, given, tx) {
      const to = recipientOf(given);
      const isForSandboxOnly = isSandboxAddress(to) && !options.sandboxNumbersEverywhere;
      if (isForSandboxOnly && (await accounts.get(accountId, tx)).kind !== 'sandbox') throw outOfReach();
      return to;
    },
    milestones: (accountId) => findMilestones(database, accountId),
    traffic: (accountIds, since) => countTraffic(database, accountIds, since),
    count: (accountId) => countMessages(database, accountId),
    chatOf,
    get: async (id, accountId) => messageOf(await requireMessage(database, id, accountId)),
    async list(filter) {
      const rows = await listMessages(database, { ...filter, limit: filter.limit + 1 });
      const page = rows.slice(0, filter.limit);
      const last = rows.length > filter.limit ? page.at(-1) : undefined;
      return { messages: page.map(messageOf), nextPosition: last?.position ?? null };
    },
    async cancel(tx, id, accountId) {
      const found = await requireMessage(tx, id, accountId);
      const row = await cancelQueued(tx, id, found.accountId);
      if (!row) throw notQueued(found);
      events.publish(tx, [statusOccurrence(row)]);
      tx.afterCommit(() => announceChange(events, row));
      return messageOf(row);
    },
  };
}

/** Gives a channel what was sent under an id. */
export function createSentMessageLookup(database: Database): (accountId: string) => SentMessageLookup {
  return (accountId) => async (remoteId) => {
    const text = await findSentText(database, accountId, remoteId);
    return text === undefined ? undefined : { type: 'text', text };
  };
}

async function requireMessage(db: Queryable, id: string, accountId: string | undefined): Promise<MessageRow> {
  const row = await findMessage(db, id, accountId);
  if (!row) throw new AppError('message.not_found', { status: 404, detail: 'There is no such message.' });
  return row;
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

function notQueued(row: MessageRow): AppError {
  return new AppError('message.not_queued', {
    status: 409,
    detail: `Only a queued message can be cancelled; this one is ${row.status}.`,
  });
}

function ownJid(account: Account): string {
  return account.phone === null ? '' : `${account.phone.slice(1)}@s.whatsapp.net`;
}

function contentHash(chatJid: string, text: string): Buffer {
  return createHash('sha256')
    .update(JSON.stringify([chatJid, 'text', text]))
    .digest();
}

/** The form that WhatsApp Web's own clients use (Baileys `generateMessageIDV2`). */
function newWhatsappId(): string {
  return `3EB0${randomBytes(9).toString('hex').toUpperCase()}`;
}
