import type { Address } from '../../channels/address.ts';
import type { OpenAct } from '../../channels/acts.ts';
import type { ReadMessage, SentMessageLookup } from '../../channels/channel.ts';
import type { Clock } from '../../platform/clock.ts';
import type { CommitWriter } from '../../platform/commit-writer.ts';
import type { Database, Transaction } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import { group, type Service } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import type { Probe } from '../../platform/probe.ts';
import type { Random } from '../../platform/retry.ts';
import type { Secrets } from '../../platform/secrets.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { Media } from '../media/media.ts';
import { type Accepted, chatOf, createAcceptance, type OutgoingRequest } from './acceptance.ts';
import { type AcceptedAct, type ActRequest, createActAcceptance } from './act-acceptance.ts';
import { type Conversations, createConversations } from './conversations.ts';
import { createDispatchers, type DispatchersTimings } from './dispatchers.ts';
import { createExpiry } from './expiry.ts';
import type { MediaLinks } from './media-links.ts';
import { isSettled, type Message, messageOf, type MessageRow } from './message.ts';
import { requireMessage } from './require-message.ts';
import { announceChange, statusOccurrence } from './message-events.ts';
import {
  findArrived,
  findMilestones,
  findByRemoteId,
  listMessages,
  type MessageFilter,
  type Milestones,
} from './messages.store.ts';
import { cancelQueued } from './queue.store.ts';
import { type Wait, waitsOf } from './queue-outlook.ts';
import { findUnread } from './reads.store.ts';
import { createRetranslation, type Translate } from './retranslation.ts';
import { isSandboxAddress, outOfReach, recipientOf } from './recipient.ts';
import { originalPlace } from './stored-content.ts';
import { countMessages, countTraffic, type Traffic } from './traffic.store.ts';

export type { OutgoingRequest } from './acceptance.ts';
export type { ActRequest } from './act-acceptance.ts';
export { bodyWithFileBytes, bytesIn, type ContentBody, contentFields, contentIn, longestData } from './content-body.ts';
export type { Chat } from './conversations.ts';
export { isEmoji } from './emoji.ts';
export { createFileKeeper, type FileKeeperTimings } from './file-keeper.ts';
export { createMessageInbox } from './inbox.ts';
export { createMediaLinks } from './media-links.ts';
export { createMessageMedia, type DownloadMedia, type MessageMedia } from './message-media.ts';
export { type Message, type MessageContent, shownContent } from './message.ts';
export { chatAnswer, contentAnswer, fileFields, messageFields, personAnswer } from './messages.schemas.ts';
export type { Milestones } from './messages.store.ts';
export type { Traffic } from './traffic.store.ts';

export interface Messages extends Service, Conversations {
  /** Stores a message for sending, with the last statement of `tx`. Throws `account.not_connected`, `queue.full`. */
  accept(tx: Transaction, request: OutgoingRequest): Promise<Accepted>;
  /** Queues what is to be done to a message. Throws `message.not_found`, or why it cannot be done. */
  act(tx: Transaction, request: ActRequest): Promise<AcceptedAct>;
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
  /** The latest messages of people in a chat that nobody has read, as a channel marks them. */
  unread(accountId: string, chatJid: string, limit: number): Promise<ReadMessage[]>;
  /** The jid under which an account keeps the chat of this address. */
  chatOf(accountId: string, address: Address): Promise<string>;
}

export interface MessagesOptions {
  database: Database;
  writer: CommitWriter;
  accounts: Accounts;
  events: EventBus;
  secrets: Secrets;
  media: Media;
  links: MediaLinks;
  timings: DispatchersTimings & { expiryIntervalMs: number; retranslationMs: number };
  translate: Translate;
  openAct: OpenAct;
  /** How long somebody is shown typing the shortest text; 0 = not at all. */
  typingBaseMs: number;
  /** Whose midnight begins a day. */
  timeZone: string;
  /** Whether numbers of the sandbox exist on the network of kind `whatsapp` too. */
  sandboxNumbersEverywhere: boolean;
  clock: Clock;
  random: Random;
  probe: Probe;
  log: Log;
}

export function createMessages(options: MessagesOptions): Messages {
  const { database, accounts, events, clock } = options;
  const dispatchers = createDispatchers(options);
  const { accept } = createAcceptance({ ...options, wake: (accountId) => dispatchers.wake(accountId) });
  const acceptAct = createActAcceptance({ accept, clock });
  const expiry = createExpiry({ ...options, intervalMs: options.timings.expiryIntervalMs });
  const retranslation = createRetranslation({ ...options, intervalMs: options.timings.retranslationMs });
  const loops = group('messages', [dispatchers, expiry, retranslation]);

  function shown(row: MessageRow, waiting?: Wait): Message {
    return messageOf(row, { waiting, mediaUrl: options.links.to(row.id) });
  }

  /** Looks again whenever the topic is announced, and once in a while for what another process does. */
  async function waitFor(topic: string, end: AbortSignal, look: () => Promise<MessageRow | undefined>) {
    for (;;) {
      const woken = new AbortController();
      const unlisten = events.listen(topic, () => woken.abort());
      try {
        const row = await look();
        if (row) return shown(row);
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

  /** Of one account's messages. */
  async function waitsAmong(rows: readonly MessageRow[]): Promise<Map<string, Wait>> {
    const queued = rows.find(({ status }) => status === 'queued');
    return queued ? waitsOf(database, await accounts.get(queued.accountId), options) : new Map<string, Wait>();
  }

  return {
    ...createConversations(database),
    name: 'messages',
    start: () => loops.start(),
    stop: () => loops.stop(),
    accept,
    act: acceptAct,
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
    unread: (accountId, chatJid, limit) => findUnread(database, accountId, chatJid, limit),
    chatOf: (accountId, address) => chatOf(database, accountId, address),
    async get(id, accountId) {
      const row = await requireMessage(database, id, accountId);
      return shown(row, (await waitsAmong([row])).get(id));
    },
    async list(filter) {
      const rows = await listMessages(database, { ...filter, limit: filter.limit + 1 });
      const page = rows.slice(0, filter.limit);
      const last = rows.length > filter.limit ? page.at(-1) : undefined;
      const waits = await waitsAmong(page);
      const messages = page.map((row) => shown(row, waits.get(row.id)));
      return { messages, nextPosition: last?.position ?? null };
    },
    async cancel(tx, id, accountId) {
      const found = await requireMessage(tx, id, accountId);
      const row = await cancelQueued(tx, id, found.accountId);
      if (!row) throw notQueued(found);
      events.publish(tx, [statusOccurrence(row)]);
      tx.afterCommit(() => announceChange(events, row));
      return shown(row);
    },
  };
}

/** Gives a channel what was sent under an id. */
export function createSentMessageLookup(
  database: Database,
  secrets: Secrets,
): (accountId: string) => SentMessageLookup {
  return (accountId) => async (remoteId) => {
    const found = await findByRemoteId(database, accountId, remoteId, 'outgoing');
    if (!found || found.deletedAt || (found.type !== 'text' && !found.original)) return undefined;
    const { id, text, original } = found;
    return { text, original: original && secrets.open(original, originalPlace(id)) };
  };
}

function notQueued(row: MessageRow): AppError {
  return new AppError('message.not_queued', {
    status: 409,
    detail: `Only a queued message can be cancelled; this one is ${row.status}.`,
  });
}
