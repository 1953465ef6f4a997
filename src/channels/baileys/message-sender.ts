import { type BinaryNode, proto, type WAMessage, type WASocket } from '@whiskeysockets/baileys';
import { AppError, isAppError } from '../../platform/errors.ts';
import type { Probe } from '../../platform/probe.ts';
import { chatTypeOf } from '../address.ts';
import type { OutgoingMessage } from '../content.ts';
import { type Acknowledgements, createAcknowledgements } from './acknowledgements.ts';
import type { FrameBarrier } from './frame-barrier.ts';
import type { SocketCaches } from './socket-caches.ts';
import { toBaileys, toQuoted } from './to-baileys.ts';

export interface MessageSender {
  /**
   * Resolves on the server's ack for the message's id, with its encoding unless it is a plain text. Messages of one chat leave
   * in the order of the calls.
   */
  send(message: OutgoingMessage, signal: AbortSignal): Promise<{ original: Uint8Array | null }>;
  /** The line is gone: every waiting result is unknown. */
  stop(): void;
}

export interface MessageSenderOptions {
  socket: WASocket;
  barrier: FrameBarrier;
  caches: Pick<SocketCaches, 'recipients'>;
  acknowledgementTimeoutMs: number;
  /** To a group, once more: whoever it did not reach needs the group's key again. */
  distributeAgain(group: string): Promise<void>;
  probe: Probe;
}

export function createMessageSender(options: MessageSenderOptions): MessageSender {
  const { socket, barrier, caches, probe } = options;
  const acknowledgements = createAcknowledgements();
  const turns = new Map<string, Promise<unknown>>();
  let stopped = false;

  socket.ws.on('CB:ack,class:message', ({ attrs }: BinaryNode) => {
    if (attrs['id']) acknowledgements.settle(attrs['id'], attrs['error']);
    if (attrs['error'] === undefined) probe('acknowledged');
  });

  async function inTurn<T>(chat: string, work: () => Promise<T>): Promise<T> {
    const turn = (turns.get(chat) ?? Promise.resolve()).then(work);
    const settled = turn.catch(() => undefined);
    turns.set(chat, settled);
    try {
      return await turn;
    } finally {
      if (turns.get(chat) === settled) turns.delete(chat);
    }
  }

  async function send(message: OutgoingMessage, signal: AbortSignal): Promise<{ original: Uint8Array | null }> {
    if (stopped) throw lineClosed();
    // Baileys does not end its queries when the line goes, so everything runs against the confirmation.
    const expectation = acknowledgements.expect(message.remoteId, {
      timeoutMs: options.acknowledgementTimeoutMs,
      signal,
    });
    let sent: WAMessage | undefined;
    let over = false;
    const handOver = async (): Promise<void> => {
      if (!over) sent = await give(message, expectation);
    };
    try {
      await Promise.race([expectation.confirmed, inTurn(message.to, handOver).then(() => expectation.confirmed)]);
    } finally {
      over = true;
      expectation.cancel();
    }
    return { original: message.content.type === 'text' || !sent ? null : encoded(sent) };
  }

  async function give(
    { remoteId, to, content, quoted, mentions, again }: OutgoingMessage,
    expectation: ReturnType<Acknowledgements['expect']>,
  ): Promise<WAMessage | undefined> {
    const jid = await recipientOf(to);
    if (again && chatTypeOf(jid) === 'group') await options.distributeAgain(jid);
    if (stopped) throw lineClosed();
    const sent = await socket
      .sendMessage(jid, toBaileys(content, mentions), {
        messageId: remoteId,
        ...(quoted && { quoted: toQuoted(jid, quoted) }),
      })
      .catch(refuseUnsent);
    expectation.held();
    barrier.afterDeparture(() => {
      expectation.departed();
      probe('frame-sent');
    });
    return sent;
  }

  /** Asks once per new contact whether the number is on WhatsApp; a known session is answer enough. */
  async function recipientOf(jid: string): Promise<string> {
    if (chatTypeOf(jid) !== 'personal' || !jid.endsWith('@s.whatsapp.net')) return jid;
    const known = caches.recipients.get(jid);
    if (known) return known;
    const session = await socket.signalRepository.validateSession(jid);
    const found = session.exists ? jid : await lookUp(jid);
    caches.recipients.set(jid, found);
    return found;
  }

  async function lookUp(jid: string): Promise<string> {
    const results = await socket.onWhatsApp(jid).catch(refuseUnsent);
    if (results === undefined) throw unsent('WhatsApp did not say whether the number exists');
    const [result] = results;
    if (result?.exists) return result.jid;
    throw new AppError('recipient.not_on_whatsapp', { detail: 'This number is not on WhatsApp. Check the number.' });
  }

  return {
    send,
    stop() {
      stopped = true;
      acknowledgements.abandon('The line to WhatsApp closed');
    },
  };
}

function encoded(message: WAMessage): Uint8Array {
  return proto.WebMessageInfo.encode(proto.WebMessageInfo.fromObject(message)).finish();
}

/** Nothing left this process, so the same id may go again. */
function refuseUnsent(error: unknown): never {
  if (isAppError(error)) throw error;
  throw unsent('The message could not be handed to WhatsApp', error);
}

function lineClosed(): AppError {
  return new AppError('channel.disconnected', { retryable: true, detail: 'The line to WhatsApp closed' });
}

function unsent(detail: string, cause?: unknown): AppError {
  return new AppError('channel.unsent', { retryable: true, detail, cause });
}
