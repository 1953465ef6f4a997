import {
  type BaileysEventMap,
  type BinaryNode,
  decodeBinaryNode,
  makeWASocket,
  S_WHATSAPP_NET,
  type WAMessage,
  type WASocket,
} from '@whiskeysockets/baileys';
import type { Batch, Lane } from '../../platform/commit-writer.ts';
import { type Clock, endsWithin } from '../../platform/clock.ts';
import { deferred } from '../../platform/deferred.ts';
import type { Probe } from '../../platform/probe.ts';
import { chatTypeOf } from '../address.ts';
import type { ChannelNotice, Presence } from '../channel.ts';
import type { OutgoingMessage, Person } from '../content.ts';
import { callOf } from './calls.ts';
import { watchChatChanges } from './chat-changes.ts';
import { causeOf } from './close-cause.ts';
import { createCodePairing } from './code-pairing.ts';
import { contactFactsOf } from './contacts-from-baileys.ts';
import type { CloseCause } from './disconnects.ts';
import { holdFrames, rawSocket } from './frame-barrier.ts';
import { personOf } from './from-baileys.ts';
import type { InboundJournal } from './inbound-journal.ts';
import { watchStanzas } from './inbound-stanzas.ts';
import { createKnownGroups } from './known-groups.ts';
import { createLineActs, type LineActs } from './line-acts.ts';
import { watchLine } from './line-watch.ts';
import { renewMedia } from './media-renewal.ts';
import { createMessageSender } from './message-sender.ts';
import { withNoiseTrust } from './noise-certificates.ts';
import { watchRestriction } from './restriction.ts';
import { createOwnPresence } from './own-presence.ts';
import { watchPeoplePresence } from './people-presence.ts';
import { createSessionRenewals } from './session-renewals.ts';
import { type OpenedMessage, signalRepository } from './signal-repository.ts';
import { newBrowser, socketConfig, type SocketOptions } from './socket-config.ts';

export type { Network } from './socket-config.ts';

export interface ConnectionEvents {
  qr(code: string): void;
  /** Something was typed on the phone that a code was asked for. */
  codeTyped(): void;
  creds(): void;
  paired(self: Person): void;
  open(self: Person): void;
  /** A message has just been opened; what it says goes into the batch of its keys. */
  opened(message: OpenedMessage, batch: Batch): void;
  messages(messages: WAMessage[]): void;
  receipt(node: BinaryNode): void;
  /** Resolves once what the notice says is durable. */
  notice(notice: ChannelNotice): Promise<void>;
}

export interface ConnectionOptions extends SocketOptions {
  accountId: string;
  lane: Lane;
  journal: InboundJournal;
  events: ConnectionEvents;
  /** Whether the account is still ours. */
  owned: () => boolean;
  probe: Probe;
  clock: Clock;
}

/** One socket's life. */
export interface Connection {
  /** Resolves once, when the socket is gone and everything it had buffered has been handed over. */
  readonly closed: Promise<CloseCause>;
  /** Resolves on the server's ack for the message's id. */
  send(message: OutgoingMessage, signal: AbortSignal): Promise<{ original: Uint8Array | null }>;
  readonly presence: Presence;
  readonly acts: LineActs;
  /** Asks the phone for a file again, see `renewMedia`. */
  renewFile(original: Uint8Array): Promise<Uint8Array>;
  unlink(): Promise<void>;
  /** Resolves with a code for the owner of this number to type, once WhatsApp has accepted it. */
  requestCode(phone: string): Promise<string>;
  end(cause: CloseCause): Promise<void>;
}

export function openConnection(options: ConnectionOptions): Connection {
  const { network, auth, caches, timings, events, lane, journal, clock, log } = options;
  const closed = deferred<CloseCause>();
  const renewals = createSessionRenewals();
  const peersToSettle: Buffer[] = [];
  let ending: CloseCause | undefined;
  let finished = false;

  const browser = newBrowser();
  const makeSignalRepository = signalRepository({
    creds: auth.creds,
    store: auth.store,
    renewals,
    journal: journal.kind,
    // Nothing is opened before the socket is made.
    opening: (ciphertext) => stanzas.opening(ciphertext),
    opened: (message, batch) => events.opened(message, batch),
    // Baileys works at a message under this lock until everything that follows from it is told.
    openedPeer(hash) {
      const done = async (): Promise<void> => {
        peersToSettle.push(hash);
        settlePeers();
      };
      socket.messageMutex.mutex(done).catch(() => undefined);
    },
    writtenDown: (hash) => journal.find(lane, hash),
  });
  const socket: WASocket = withNoiseTrust(network.trust, () =>
    makeWASocket(
      socketConfig(options, { browser, groupMetadata: (jid) => groups.metadata(jid), makeSignalRepository }),
    ),
  );
  const barrier = holdFrames({ socket, lane, owned: options.owned, mostWaiting: timings.mostWaiting });
  const stanzas = watchStanzas(socket);
  renewals.watch(socket);
  watchRestriction({ socket, clock, log, tell: (until) => tell({ kind: 'restricted', until }) });
  const groups = createKnownGroups({ socket, caches, tell });
  const line = watchLine({ socket, timings, clock, log, dead: (cause) => void end(cause) });
  const sender = createMessageSender({
    ...options,
    socket,
    barrier,
    mediaHttp: network.media.http,
    acknowledgementTimeoutMs: timings.acknowledgementTimeoutMs,
    leaving,
    distributeAgain: async (group) => auth.store.keys.set({ 'sender-key-memory': { [group]: null } }),
    addressing: (group) => groups.addressing(group),
  });
  watchChatChanges(socket, (change) => tell({ kind: 'chat', change }));
  watchPeoplePresence({ socket, log, tell: (seen) => tell({ kind: 'presence', presence: seen }) });
  const presence = createOwnPresence({ socket, clock, log });
  const acts = createLineActs({
    socket,
    barrier,
    closed: closed.promise,
    notice: (notice) => events.notice(notice),
    groupMetadata: (jid) => groups.metadata(jid),
    caches,
    answerMs: timings.acknowledgementTimeoutMs,
    clock,
  });
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
    barrier.close();
    sender.stop();
    presence.stop();
    closed.resolve(ending ?? cause);
  }

  async function end(cause: CloseCause): Promise<void> {
    ending ??= cause;
    void socket.end(undefined);
    if (await endsWithin(clock, timings.closeMs, closed.promise)) return;
    raw.terminate();
    finish(cause);
  }

  /** Where the line breaks before it is stored, whoever told it tells it again. */
  function tell(notice: ChannelNotice): void {
    events.notice(notice).catch(() => undefined);
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
      resumeEffects().catch((error: unknown) => {
        if (!finished) log.error('Messages between own devices could not be taken up again', { error });
      });
    }
  }

  /** What own devices told counts as done once Baileys has handed over what it gathers from it, up to 100 ms later. */
  function settlePeers(): void {
    if (socket.ev.isBuffering()) return;
    for (const hash of peersToSettle.splice(0)) journal.settled(lane, hash);
  }

  /** What own devices told, such as the history, is told once more where its effects may be missing. */
  async function resumeEffects(): Promise<void> {
    for (const stanza of await journal.unfinished(lane)) socket.ws.emit('CB:message', await decodeBinaryNode(stanza));
  }

  const raw = rawSocket(socket);
  socket.ev.process((batch) => {
    if (finished) return;
    // Credentials first: what is told next may rely on them.
    if (batch['creds.update']) events.creds();
    if (batch['messages.upsert']) events.messages(batch['messages.upsert'].messages);
    for (const call of batch.call?.flatMap((event) => callOf(event) ?? []) ?? []) tell({ kind: 'call', call });
    groups.told(batch);
    const facts = contactFactsOf(batch, clock.now());
    if (facts.length > 0) tell({ kind: 'contacts', facts });
    settlePeers();
    if (batch['connection.update']) onConnection(batch['connection.update']);
  });
  socket.ws.prependListener('CB:receipt', (node: BinaryNode) => events.receipt(node));
  socket.ws.on('unexpected-response', (_request: unknown, response: { statusCode?: number }) => {
    void end({ kind: 'upgrade-refused', status: response.statusCode ?? 0 });
  });
  lane.broken.addEventListener('abort', () => {
    void end({ kind: 'crashed', detail: String(lane.broken.reason) });
  });

  /** Who has it in the end is counted against who was there when it left. */
  async function leaving({ to, remoteId }: OutgoingMessage): Promise<void> {
    if (chatTypeOf(to) !== 'group') return;
    const { jid, lid } = selfOf(socket);
    const people = (await groups.members(to)).filter(
      (member) => member.jid !== jid && (lid === null || member.lid !== lid),
    );
    tell({ kind: 'recipients', remoteId, people });
  }

  /** As Baileys' `logout`, which closes the line before what it asks for may leave. */
  async function unlink(): Promise<void> {
    const attrs = { to: S_WHATSAPP_NET, type: 'set', id: socket.generateMessageTag(), xmlns: 'md' };
    const removal = { jid: socket.authState.creds.me?.id ?? '', reason: 'user_initiated' };
    await socket.sendNode({ tag: 'iq', attrs, content: [{ tag: 'remove-companion-device', attrs: removal }] });
    const left = new Promise<void>((resolve) => barrier.afterDeparture(resolve));
    if (!(await endsWithin(clock, timings.codeAnswerMs, left))) throw new Error('The database does not answer');
    await end({ kind: 'code', code: 401, detail: 'Unlinked' });
  }

  return {
    closed: closed.promise,
    send: (message, signal) => sender.send(message, signal),
    presence,
    acts,
    renewFile: (original) => renewMedia(original, { socket, answerMs: timings.codeAnswerMs, clock, log }),
    unlink,
    requestCode: (phone) => codes.request(phone),
    end,
  };
}

function selfOf(socket: WASocket): Person {
  const me = socket.authState.creds.me;
  return personOf(me?.id ?? '', me?.lid, me?.name ?? null);
}
