import type { WAMessageKey, WASocket } from '@whiskeysockets/baileys';
import { AppError, errorMessage } from '../../platform/errors.ts';
import { chatTypeOf } from '../address.ts';
import type { Call, Calls, ChannelNotice, ReadMessage, Reads } from '../channel.ts';
import type { FrameBarrier } from './frame-barrier.ts';

export interface LineActsOptions {
  socket: WASocket;
  barrier: FrameBarrier;
  /** Resolves when the line is gone. */
  closed: Promise<unknown>;
  /** Resolves once the notice is durable. */
  notice(notice: ChannelNotice): Promise<void>;
  /** Whether a group names its members by their hidden addresses. */
  namesByLid(group: string): Promise<boolean>;
  now(): Date;
}

/** What one line can do beside sending messages. */
export interface LineActs extends Reads, Calls {}

export function createLineActs(options: LineActsOptions): LineActs {
  const { socket, barrier } = options;
  const gone = options.closed.then(() => {
    throw disconnected('The line to WhatsApp closed');
  });
  gone.catch(() => undefined);

  /** Baileys does not end its queries when the line goes. */
  async function onLine<T>(work: () => Promise<T>): Promise<T> {
    const done = work().catch((error: unknown) => {
      throw disconnected(errorMessage(error), error);
    });
    return Promise.race([gone, done]);
  }

  async function keyOf({ remoteId, chat, from }: ReadMessage): Promise<WAMessageKey> {
    const key = { remoteJid: chat, id: remoteId, fromMe: false };
    if (chatTypeOf(chat) !== 'group') return key;
    return { ...key, participant: (await options.namesByLid(chat)) ? (from.lid ?? from.jid) : from.jid };
  }

  return {
    async read(messages: readonly ReadMessage[]) {
      if (messages.length === 0) return;
      await onLine(async () => {
        await socket.readMessages(await Promise.all(messages.map(keyOf)));
        await new Promise<void>((resolve) => barrier.afterDeparture(resolve));
        await options.notice({ kind: 'read', remoteIds: messages.map(({ remoteId }) => remoteId), at: options.now() });
      });
    },
    reject: ({ id, address }: Call) => onLine(() => socket.rejectCall(id, address)),
  };
}

function disconnected(detail: string, cause?: unknown): AppError {
  return new AppError('channel.disconnected', { retryable: true, detail, cause });
}
