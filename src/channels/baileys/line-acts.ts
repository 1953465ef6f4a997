import {
  DisconnectReason,
  type GroupMetadata,
  WAMessageAddressingMode,
  type WAMessageKey,
  type WASocket,
} from '@whiskeysockets/baileys';
import { type Clock, endsWithin } from '../../platform/clock.ts';
import { AppError, errorMessage, isAppError } from '../../platform/errors.ts';
import { chatTypeOf } from '../address.ts';
import type { Call, Calls, ChannelNotice, Directory, Groups, ReadMessage, Reads } from '../channel.ts';
import type { FrameBarrier } from './frame-barrier.ts';
import { groupOf } from './groups.ts';
import { askForNumbers } from './number-query.ts';
import type { SocketCaches } from './socket-caches.ts';

export interface LineActsOptions {
  socket: WASocket;
  barrier: FrameBarrier;
  /** Resolves when the line is gone. */
  closed: Promise<unknown>;
  /** Resolves once the notice is durable. */
  notice(notice: ChannelNotice): Promise<void>;
  caches: Pick<SocketCaches, 'recipients'>;
  /** How long the network may take to answer a question. */
  answerMs: number;
  clock: Clock;
  /** Of a group, cached. */
  groupMetadata(group: string): Promise<GroupMetadata>;
}

/** What one line can do beside sending messages. */
export interface LineActs extends Reads, Calls, Directory {
  readonly groups: Groups;
}

export function createLineActs(options: LineActsOptions): LineActs {
  const { socket, barrier, caches, clock } = options;
  const gone = options.closed.then(() => {
    throw disconnected('The line to WhatsApp closed');
  });
  gone.catch(() => undefined);

  /** Baileys does not end its queries when the line goes. */
  async function onLine<T>(work: () => Promise<T>): Promise<T> {
    const done = work();
    // Whoever loses the race is nobody's any more.
    done.catch(() => undefined);
    if (!(await endsWithin(clock, options.answerMs, Promise.race([gone, done.catch(() => undefined)])))) {
      throw unanswered('WhatsApp does not answer');
    }
    return done.catch((error: unknown) => {
      if (isAppError(error)) throw error;
      throw isClosed(error) ? disconnected(errorMessage(error), error) : unanswered(errorMessage(error), error);
    });
  }

  /** Whether a group names its members by their hidden addresses. */
  async function namesByLid(group: string): Promise<boolean> {
    const metadata = await options.groupMetadata(group).catch(() => undefined);
    return metadata?.addressingMode === WAMessageAddressingMode.LID;
  }

  async function keyOf({ remoteId, chat, from }: ReadMessage): Promise<WAMessageKey> {
    const key = { remoteJid: chat, id: remoteId, fromMe: false };
    if (chatTypeOf(chat) !== 'group') return key;
    return { ...key, participant: (await namesByLid(chat)) ? (from.lid ?? from.jid) : from.jid };
  }

  return {
    async read(messages: readonly ReadMessage[]) {
      if (messages.length === 0) return;
      await onLine(async () => {
        await socket.readMessages(await Promise.all(messages.map(keyOf)));
        await new Promise<void>((resolve) => barrier.afterDeparture(resolve));
        await options.notice({ kind: 'read', remoteIds: messages.map(({ remoteId }) => remoteId), at: clock.now() });
      });
    },
    lookUp: (phones) =>
      onLine(async () => {
        const found = await askForNumbers(socket, phones);
        for (const [phone, { jid }] of found) caches.recipients.set(`${phone.slice(1)}@s.whatsapp.net`, jid);
        return found;
      }),
    groups: {
      // Baileys tells them as an event too, which fills the cache.
      list: () => onLine(async () => Object.values(await socket.groupFetchAllParticipating()).map(groupOf)),
      get: (jid) => onLine(async () => groupOf(await options.groupMetadata(jid))),
    },
    reject: ({ id, address }: Call) => onLine(() => socket.rejectCall(id, address)),
  };
}

/** `Connection Closed` of Baileys' `Socket/socket.js`. */
function isClosed(error: unknown): boolean {
  return (error as { output?: { statusCode?: unknown } }).output?.statusCode === DisconnectReason.connectionClosed;
}

function disconnected(detail: string, cause?: unknown): AppError {
  return new AppError('channel.disconnected', { retryable: true, detail, cause });
}

function unanswered(detail: string, cause?: unknown): AppError {
  return new AppError('channel.unanswered', { retryable: true, detail, cause });
}
