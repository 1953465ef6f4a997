import {
  type AnyMessageContent,
  type BinaryNode,
  generateWAMessageFromContent,
  proto,
  type WAMessage,
  type WASocket,
} from '@whiskeysockets/baileys';
import { AppError, isAppError } from '../../platform/errors.ts';
import type { OutboundHttp } from '../../platform/outbound-http.ts';
import type { Probe } from '../../platform/probe.ts';
import { createTurns } from '../../platform/turns.ts';
import { chatTypeOf } from '../address.ts';
import { isAct, type OutgoingMedia, type OutgoingMessage } from '../content.ts';
import { createAcknowledgements, type Expectation } from './acknowledgements.ts';
import { actToBaileys, type Addressing } from './acts-to-baileys.ts';
import type { FrameBarrier } from './frame-barrier.ts';
import { mediaMessage } from './media-message.ts';
import type { SocketCaches } from './socket-caches.ts';
import { type ComposedContent, toBaileys, toQuoted } from './to-baileys.ts';

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
  /** By which files go to WhatsApp's servers. */
  mediaHttp: OutboundHttp;
  acknowledgementTimeoutMs: number;
  /** Runs before it is handed over, in the chat's turn. */
  leaving(message: OutgoingMessage): Promise<void>;
  /** To a group, once more: whoever it did not reach needs the group's key again. */
  distributeAgain(group: string): Promise<void>;
  /** How this group names its members. */
  addressing(group: string): Promise<Addressing>;
  probe: Probe;
}

/** What goes to Baileys; of a file the message that tells of it. */
type Prepared = ComposedContent | { message: proto.IMessage };

export function createMessageSender(options: MessageSenderOptions): MessageSender {
  const { socket, barrier, caches, probe } = options;
  const acknowledgements = createAcknowledgements();
  const departures = createTurns();
  const stopped = new AbortController();

  socket.ws.on('CB:ack,class:message', ({ attrs }: BinaryNode) => {
    if (attrs['id']) acknowledgements.settle(attrs['id'], attrs['error']);
    if (attrs['error'] === undefined) probe('acknowledged');
  });

  async function send(message: OutgoingMessage, signal: AbortSignal): Promise<{ original: Uint8Array | null }> {
    if (stopped.signal.aborted) throw lineClosed();
    const { content } = message;
    const prepared = 'file' in content ? await prepare(content, message.mentions, signal) : content;
    if (stopped.signal.aborted) throw lineClosed();
    // Baileys does not end its queries when the line goes, so everything runs against the confirmation.
    const expectation = acknowledgements.expect(message.remoteId, {
      timeoutMs: options.acknowledgementTimeoutMs,
      signal,
    });
    let sent: WAMessage | undefined;
    let over = false;
    const handOver = async (): Promise<void> => {
      if (!over) sent = await give(message, prepared, expectation);
    };
    try {
      await Promise.race([
        expectation.confirmed,
        departures.take(message.to, handOver).then(() => expectation.confirmed),
      ]);
    } finally {
      over = true;
      expectation.cancel();
    }
    return { original: message.content.type === 'text' || !sent ? null : encoded(sent) };
  }

  /** Takes as long as the file does, before any confirmation is waited for. */
  async function prepare(content: OutgoingMedia, mentions: readonly string[], signal: AbortSignal): Promise<Prepared> {
    const ending = AbortSignal.any([signal, stopped.signal]);
    const given = { socket, http: options.mediaHttp, mentions, signal: ending };
    return { message: await mediaMessage(content, given).catch(refuseUnsent) };
  }

  async function give(
    message: OutgoingMessage,
    prepared: Prepared,
    expectation: Expectation,
  ): Promise<WAMessage | undefined> {
    const { remoteId: messageId, to, quoted, mentions, again } = message;
    await options.leaving(message).catch(refuseUnsent);
    const jid = await recipientOf(to);
    if (again && chatTypeOf(jid) === 'group') await options.distributeAgain(jid);
    const said = 'message' in prepared ? prepared : { content: await composed(jid, prepared, mentions) };
    if (stopped.signal.aborted) throw lineClosed();
    const shared = { messageId, ...(quoted && { quoted: toQuoted(jid, quoted) }) };
    const sending =
      'message' in said ? relay(jid, said.message, shared) : socket.sendMessage(jid, said.content, shared);
    const sent = await sending.catch(refuseUnsent);
    expectation.held();
    barrier.afterDeparture(() => {
      expectation.departed();
      probe('frame-sent');
    });
    return sent;
  }

  async function composed(
    jid: string,
    content: ComposedContent,
    mentions: readonly string[],
  ): Promise<AnyMessageContent> {
    if (!isAct(content)) return toBaileys(content, mentions);
    const isInGroup = chatTypeOf(jid) === 'group';
    return actToBaileys(jid, content, isInGroup ? await options.addressing(jid).catch(refuseUnsent) : 'pn');
  }

  /** As `sendMessage` in Baileys' `Socket/messages-send.js` goes on once it has a message. */
  async function relay(
    jid: string,
    content: proto.IMessage,
    shared: { messageId: string; quoted?: WAMessage },
  ): Promise<WAMessage> {
    const userJid = socket.authState.creds.me?.id ?? '';
    const full = generateWAMessageFromContent(jid, content, { userJid, ...shared });
    await socket.relayMessage(jid, full.message ?? {}, { messageId: shared.messageId });
    return full;
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
      stopped.abort(lineClosed());
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
