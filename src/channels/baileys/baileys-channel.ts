import type { CommitWriter } from '../../platform/commit-writer.ts';
import { type Clock, endsWithin } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import { AppError, errorMessage, isAppError } from '../../platform/errors.ts';
import type { Log } from '../../platform/log.ts';
import type { Secrets } from '../../platform/secrets.ts';
import type { Slots } from '../../platform/slots.ts';
import type { Capabilities, Channel, ChannelSink, ChannelState, SentMessageLookup } from '../channel.ts';
import type { OutgoingMessage } from '../content.ts';
import { type AuthState, loadAuthState } from './auth-state.ts';
import { type Connection, type ConnectionEvents, type Network, openConnection } from './connection.ts';
import { createHistory } from './connection-history.ts';
import { afterClose, type CloseCause, type Disposition } from './disconnects.ts';
import { createInbound } from './inbound.ts';
import { installStrictNoiseCertificates } from './noise-certificates.ts';
import { createPairingPhase, type PairingPhase } from './pairing-phase.ts';
import { silenceLibsignal } from './quiet-libsignal.ts';
import { createSentMessages } from './sent-messages.ts';
import { createSocketCaches } from './socket-caches.ts';
import type { ChannelTimings } from './timings.ts';

export interface BaileysChannelOptions {
  accountId: string;
  network: Network;
  sink: ChannelSink;
  sentMessage: SentMessageLookup;
  /** Shared by all accounts: how many may connect at once. */
  connecting: Slots;
  /** A person waits for this start, so it goes before boot reconnects. */
  urgent: boolean;
  database: Database;
  writer: CommitWriter;
  secrets: Secrets;
  timings: ChannelTimings;
  clock: Clock;
  random: () => number;
  log: Log;
}

const capabilities: Capabilities = { content: ['text'], chats: ['personal', 'group'] };

/** A WhatsApp Web account over Baileys: one socket at a time, reconnected as `disconnects.ts` says. */
export function createBaileysChannel(options: BaileysChannelOptions): Channel {
  const { accountId, sink, timings, clock, log } = options;
  const stopping = new AbortController();
  /** Outlives `stopping` by the drain, so that what has arrived is still stored. */
  const writing = new AbortController();
  const inbound = createInbound({ ...options, signal: writing.signal });
  const caches = createSocketCaches();
  const sentMessages = createSentMessages(options.sentMessage);
  const history = createHistory(timings, clock);
  let state: ChannelState = { kind: 'stopped' };
  let connection: Connection | undefined;
  let phase: PairingPhase | undefined;
  let running: Promise<void> | undefined;
  /** Sends without a confirmation, by message. */
  const unconfirmed = new Map<string, number>();
  let unlinking: string | undefined;

  function enter(next: ChannelState): void {
    if (stopping.signal.aborted) return;
    state = next;
    sink.state(next);
  }

  async function run(): Promise<void> {
    let reason: string | null = null;
    let urgent = options.urgent;
    while (!stopping.signal.aborted) {
      enter({ kind: 'connecting', attempt: history.failures, reason });
      const cause = await connectOnce(urgent).catch(crashed);
      if (stopping.signal.aborted) return;
      const next: Disposition = unlinking
        ? { kind: 'needs-login', reason: unlinking }
        : afterClose(cause, history.closed(cause), timings.reconnect);
      log.info('The line to WhatsApp closed', { accountId, cause: cause.kind, code: codeOf(cause), next: next.kind });
      if (next.kind !== 'reconnect') {
        if (next.kind === 'needs-login') await inbound.unpaired(next.reason);
        enter(next);
        return;
      }
      if (history.pairingIsStuck()) await inbound.unpaired('pairing_stuck');
      if (!next.countsAsFailure) history.forgive();
      reason = next.reason;
      urgent = !next.countsAsFailure;
      if (next.maximumMs > 0) await waitToReconnect(next);
    }
  }

  async function waitToReconnect(next: Extract<Disposition, { kind: 'reconnect' }>): Promise<void> {
    const delayMs = next.minimumMs + options.random() * (next.maximumMs - next.minimumMs);
    const retryAt = new Date(clock.now().getTime() + delayMs);
    enter({ kind: 'waiting', reason: next.reason, attempt: history.failures, retryAt });
    await clock.sleep(delayMs, stopping.signal);
  }

  /** An error that waiting cannot repair ends the channel; after every other one the account connects again. */
  function crashed(error: unknown): CloseCause {
    if (isAppError(error) && !error.retryable) throw error;
    if (!stopping.signal.aborted) log.error('A connection of the account failed', { accountId, error });
    return { kind: 'crashed', detail: errorMessage(error) };
  }

  /** Opens one socket, and resolves with why it ended once everything it brought is stored. */
  async function connectOnce(urgent: boolean): Promise<CloseCause> {
    const release = await options.connecting.acquire({ urgent, signal: stopping.signal });
    try {
      let unreadable: { error: unknown } | undefined;
      const auth = await loadAuthState(options, {
        signal: writing.signal,
        mapped: (mapping, batch) => sink.notice({ kind: 'mapping', ...mapping }, batch),
        unreadable(error) {
          unreadable = { error };
          void connection?.end({ kind: 'crashed', detail: errorMessage(error) });
        },
      });
      if (stopping.signal.aborted) return stoppedCause;
      phase = createPairingPhase({ timings, clock, tell: enter });
      connection = openConnection({ ...options, auth, caches, sentMessages, events: eventsOf(auth, phase, release) });
      const cause = await connection.closed;
      await auth.retire();
      await inbound.drained();
      if (unreadable) throw unreadable.error;
      return cause;
    } finally {
      phase?.end();
      connection = undefined;
      release();
    }
  }

  function eventsOf(auth: AuthState, phase: PairingPhase, release: () => void): ConnectionEvents {
    return {
      qr: (code) => {
        release();
        if (!phase.scannable(code)) void connection?.end({ kind: 'qr-exhausted' });
      },
      codeTyped: () => phase.typed(),
      paired: (self) => {
        phase.end();
        history.paired();
        inbound.paired(auth, self);
      },
      open: (self) => {
        release();
        history.opened();
        unconfirmed.clear();
        enter({ kind: 'online', self, since: clock.now() });
      },
      creds: () => inbound.creds(auth),
      messages: (messages, arrival) => inbound.messages(auth, messages, arrival),
      updates: (updates) => inbound.updates(updates),
    };
  }

  function online(): Connection {
    if (connection && state.kind === 'online') return connection;
    throw new AppError('channel.disconnected', { retryable: true, detail: 'The account is not connected' });
  }

  async function send(message: OutgoingMessage, signal: AbortSignal): Promise<void> {
    const line = online();
    try {
      await line.send(message, signal);
      unconfirmed.delete(message.remoteId);
    } catch (error) {
      if (isAppError(error, 'channel.unconfirmed')) countUnconfirmed(line, message.remoteId);
      throw error;
    }
  }

  function countUnconfirmed(line: Connection, remoteId: string): void {
    const tries = (unconfirmed.get(remoteId) ?? 0) + 1;
    unconfirmed.set(remoteId, tries);
    if (tries >= timings.unconfirmedTries) void line.end({ kind: 'unconfirmed-sends' });
  }

  async function unlink(reason: string): Promise<void> {
    const line = online();
    unlinking = reason;
    try {
      await line.unlink();
    } catch (error) {
      unlinking = undefined;
      throw new AppError('channel.disconnected', { retryable: true, detail: errorMessage(error), cause: error });
    }
    await running;
  }

  async function requestCode(phone: string): Promise<void> {
    const [line, asked] = [connection, phase];
    if (!line || !asked || state.kind !== 'pairing') throw notPairing();
    const code = await line.requestCode(phone);
    if (phase !== asked || state.kind !== 'pairing') throw notPairing();
    asked.typeable({ code: `${code.slice(0, 4)}-${code.slice(4)}`, phone });
  }

  async function stop(): Promise<void> {
    stopping.abort(new Error('The channel is stopping'));
    await connection?.end(stoppedCause);
    await endsWithin(clock, timings.drainMs, running ?? Promise.resolve());
    writing.abort(new Error('The channel has stopped'));
    await running;
    state = { kind: 'stopped' };
  }

  return {
    get state() {
      return state;
    },
    can: capabilities,
    start() {
      installStrictNoiseCertificates();
      silenceLibsignal();
      running ??= run().catch((error: unknown) => {
        if (stopping.signal.aborted) return;
        log.error('The channel stopped on an error', { accountId, error });
        enter({ kind: 'failed', reason: isAppError(error) ? error.code : 'internal' });
      });
      return Promise.resolve();
    },
    stop,
    send,
    pairing: { unlink, requestCode },
  };
}

const stoppedCause: CloseCause = { kind: 'code', code: 428, detail: 'stopped' };

function notPairing(): AppError {
  return new AppError('channel.not_pairing', { retryable: true, detail: 'The account shows no codes at present' });
}

function codeOf(cause: CloseCause): number | undefined {
  return cause.kind === 'code' ? cause.code : undefined;
}
