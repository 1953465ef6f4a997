import {
  type BaileysEventMap,
  type BinaryNode,
  type GroupMetadata,
  makeWASocket,
  type WAMessage,
  type WASocket,
} from '@whiskeysockets/baileys';
import { type Clock, endsWithin } from '../../platform/clock.ts';
import { deferred } from '../../platform/deferred.ts';
import { AppError, isAppError } from '../../platform/errors.ts';
import { chatTypeOf } from '../address.ts';
import type { OutgoingMessage, Person } from '../content.ts';
import { createAcknowledgements } from './acknowledgements.ts';
import { createCodePairing } from './code-pairing.ts';
import type { CloseCause } from './disconnects.ts';
import { personOf } from './from-baileys.ts';
import { withNoiseTrust } from './noise-certificates.ts';
import type { SocketCaches } from './socket-caches.ts';
import { newBrowser, socketConfig, type SocketOptions } from './socket-config.ts';
import { toBaileys } from './to-baileys.ts';
import { watchLine } from './line-watch.ts';

export type { Network } from './socket-config.ts';

export interface ConnectionEvents {
  qr(code: string): void;
  /** Something was typed on the phone that a code was asked for. */
  codeTyped(): void;
  creds(): void;
  paired(self: Person): void;
  open(self: Person): void;
  messages(messages: WAMessage[], arrival: 'live' | 'offline'): void;
  updates(updates: BaileysEventMap['messages.update']): void;
}

export interface ConnectionOptions extends SocketOptions {
  events: ConnectionEvents;
  clock: Clock;
}

/** One socket's life. */
export interface Connection {
  /** Resolves once, when the socket is gone and everything it had buffered has been handed over. */
  readonly closed: Promise<CloseCause>;
  /** Resolves on the server's ack for the message's id. */
  send(message: OutgoingMessage, signal: AbortSignal): Promise<void>;
  unlink(): Promise<void>;
  /** Resolves with a code for the owner of this number to type, once WhatsApp has accepted it. */
  requestCode(phone: string): Promise<string>;
  end(cause: CloseCause): Promise<void>;
}

export function openConnection(options: ConnectionOptions): Connection {
  const { network, caches, timings, events, clock, log } = options;
  const acknowledgements = createAcknowledgements();
  const closed = deferred<CloseCause>();
  let ending: CloseCause | undefined;
  let finished = false;

  const browser = newBrowser();
  const socket: WASocket = withNoiseTrust(network.trust, () =>
    makeWASocket(socketConfig(options, { browser, groupMetadata, lineIsUp: () => socket.ws.isOpen })),
  );
  const line = watchLine({ socket, timings, clock, log, dead: (cause) => void end(cause) });

  const codes = createCodePairing({
    socket,
    browser,
    clock,
    answerMs: timings.codeAnswerMs,
    typed: () => events.codeTyped(),
  });

  function finish(cause: CloseCause): void {
    if (finished) return;
    line.stop();
    socket.ev.flush();
    finished = true;
    acknowledgements.abandon('The line to WhatsApp closed');
    closed.resolve(ending ?? cause);
  }

  async function end(cause: CloseCause): Promise<void> {
    ending ??= cause;
    void socket.end(undefined);
    if (await endsWithin(clock, timings.closeMs, closed.promise)) return;
    rawSocket(socket)?.terminate();
    finish(cause);
  }

  function onConnection(update: BaileysEventMap['connection.update']): void {
    if (update.connection === 'close') finish(causeOf(update.lastDisconnect?.error));
    if (ending || finished) return;
    if (update.qr) {
      line.answered();
      events.qr(update.qr);
    }
    if (update.isNewLogin) events.paired(selfOf(socket));
    if (update.connection === 'open') {
      line.opened();
      events.open(selfOf(socket));
    }
  }

  socket.ev.process((batch) => {
    if (finished) return;
    // Credentials first: what is told next may rely on them.
    if (batch['creds.update']) events.creds();
    const upsert = batch['messages.upsert'];
    if (upsert) events.messages(upsert.messages, upsert.type === 'notify' ? 'live' : 'offline');
    if (batch['messages.update']) events.updates(batch['messages.update']);
    forgetChangedGroups(batch, caches);
    if (batch['connection.update']) onConnection(batch['connection.update']);
  });
  socket.ws.on('CB:ack,class:message', (node: BinaryNode) => {
    if (node.attrs['id']) acknowledgements.settle(node.attrs['id'], node.attrs['error']);
  });
  socket.ws.on('unexpected-response', (_request: unknown, response: { statusCode?: number }) => {
    void end({ kind: 'upgrade-refused', status: response.statusCode ?? 0 });
  });

  /** Asked by Baileys for every group message; without an answer it would query WhatsApp each time. */
  async function groupMetadata(jid: string): Promise<GroupMetadata | undefined> {
    const known = caches.groups.get(jid) ?? (await socket.groupMetadata(jid).catch(refuseGroup));
    caches.groups.set(jid, known);
    return known;
  }

  async function send({ remoteId, to, content }: OutgoingMessage, signal: AbortSignal): Promise<void> {
    if (finished)
      throw new AppError('channel.disconnected', { retryable: true, detail: 'The line to WhatsApp closed' });
    // Baileys does not end its queries when the line goes, so everything runs against the confirmation.
    const expectation = acknowledgements.expect(remoteId, {
      timeoutMs: timings.acknowledgementTimeoutMs,
      signal,
    });
    let over = false;
    const handOver = async (): Promise<void> => {
      const jid = await recipientOf(to);
      if (over) return;
      await socket.sendMessage(jid, toBaileys(content), { messageId: remoteId }).catch(refuseUnsent);
      await expectation.confirmed;
    };
    try {
      await Promise.race([expectation.confirmed, handOver()]);
    } finally {
      over = true;
      expectation.cancel();
    }
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

  async function unlink(): Promise<void> {
    await socket.logout();
    await end({ kind: 'code', code: 401, detail: 'Unlinked' });
  }

  return { closed: closed.promise, send, unlink, requestCode: (phone) => codes.request(phone), end };
}

function forgetChangedGroups(batch: Partial<BaileysEventMap>, caches: SocketCaches): void {
  for (const group of batch['groups.update'] ?? []) if (group.id) caches.groups.delete(group.id);
  for (const group of batch['groups.upsert'] ?? []) caches.groups.set(group.id, group);
  const members = batch['group-participants.update'];
  if (members) caches.groups.delete(members.id);
}

function selfOf(socket: WASocket): Person {
  const me = socket.authState.creds.me;
  return personOf(me?.id ?? '', me?.lid, me?.name ?? null);
}

function rawSocket(socket: WASocket): { terminate(): void } | null {
  // Private in the type; the WebSocket of `Socket/Client/websocket.js`.
  return (socket.ws as unknown as { socket: { terminate(): void } | null }).socket;
}

/** Nothing left this process, so the same id may go again. */
function refuseUnsent(error: unknown): never {
  if (isAppError(error)) throw error;
  throw unsent('The message could not be handed to WhatsApp', error);
}

/** WhatsApp's answer stands in `data` of Baileys' error. */
function refuseGroup(error: unknown): never {
  const code = (error as { data?: unknown }).data;
  if (code !== 401 && code !== 403 && code !== 404) throw error;
  throw new AppError('recipient.not_in_group', {
    detail: 'This number is not in that group, or the group does not exist.',
    cause: error,
  });
}

function unsent(detail: string, cause?: unknown): AppError {
  return new AppError('channel.unsent', { retryable: true, detail, cause });
}

function causeOf(error: Error | undefined): CloseCause {
  const detail = error?.message ?? '';
  const code = statusCodeOf(error) ?? 428;
  if (detail === 'QR refs attempts ended') return { kind: 'qr-exhausted' };
  if (code === 400 && /certificat/.test(detail)) return { kind: 'certificate' };
  const refused = /Unexpected server response: (\d+)/.exec(detail);
  if (refused) return { kind: 'upgrade-refused', status: Number(refused[1]) };
  return { kind: 'code', code, detail };
}

/** Baileys ends a socket with a Boom, whose code stands in `output`. */
function statusCodeOf(error: Error | undefined): number | undefined {
  return (error as { output?: { statusCode?: number } } | undefined)?.output?.statusCode;
}
