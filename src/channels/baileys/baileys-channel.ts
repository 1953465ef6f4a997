import type { WAVersion } from '@whiskeysockets/baileys';
import type { CommitWriter, Lane } from '../../platform/commit-writer.ts';
import { type Clock, endsWithin } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import { AppError, errorMessage, isAppError } from '../../platform/errors.ts';
import type { Lease } from '../../platform/leases.ts';
import type { Log } from '../../platform/log.ts';
import type { Probe } from '../../platform/probe.ts';
import type { Secrets } from '../../platform/secrets.ts';
import type { Slots } from '../../platform/slots.ts';
import { ownErrors } from '../../platform/stray-errors.ts';
import type { Capabilities, Channel, ChannelSink, ChannelState, SentMessageLookup } from '../channel.ts';
import { actTypes, mediaTypes, type OutgoingMessage } from '../content.ts';
import { keyChangeKind } from './auth.store.ts';
import { type AuthState, loadAuthState } from './auth-state.ts';
import { createChannelLanes } from './channel-lanes.ts';
import { channelParts } from './channel-parts.ts';
import { codeOf, isOutdated, stateAfterFailure } from './close-cause.ts';
import { type Connection, type ConnectionEvents, type Network, openConnection } from './connection.ts';
import { createHistory } from './connection-history.ts';
import { afterClose, type CloseCause, type Disposition } from './disconnects.ts';
import { createInbound, type Inbound, type Refusals } from './inbound.ts';
import { createInboundJournal } from './inbound-journal.ts';
import { installStrictNoiseCertificates } from './noise-certificates.ts';
import { createPairingPhase, type PairingPhase } from './pairing-phase.ts';
import { silenceLibsignal } from './quiet-libsignal.ts';
import { createSentMessages } from './sent-messages.ts';
import { createSocketCaches } from './socket-caches.ts';
import type { ChannelTimings } from './timings.ts';
import { createUnconfirmedSends } from './unconfirmed-sends.ts';

export interface BaileysChannelOptions {
  accountId: string;
  network: Network;
  sink: ChannelSink;
  sentMessage: SentMessageLookup;
  /** Shared by all accounts: how many may connect at once. */
  connecting: Slots;
  /** A person waits for this start, so it goes before boot reconnects. */
  urgent: boolean;
  /** That the account is ours. Everything is written in its name. */
  lease: Lease;
  database: Database;
  writer: CommitWriter;
  secrets: Secrets;
  /** A newer client version that WhatsApp accepts, when it refuses Baileys' own; undefined where there is none. */
  newerVersion(): Promise<WAVersion | undefined>;
  probe: Probe;
  timings: ChannelTimings;
  clock: Clock;
  random: () => number;
  log: Log;
}

const capabilities: Capabilities = {
  content: ['text', ...mediaTypes, 'location', 'contact', 'poll', ...actTypes],
  chats: ['personal', 'group'],
};

/** A WhatsApp Web account over Baileys: one socket at a time, reconnected as `disconnects.ts` says. */
export function createBaileysChannel(options: BaileysChannelOptions): Channel {
  const { accountId, sink, timings, clock, log, lease } = options;
  const stopping = new AbortController();
  /** Outlives `stopping` by the drain, so that what has arrived is still stored. */
  const writing = new AbortController();
  const lanes = createChannelLanes({ ...options, signal: writing.signal });
  const caches = createSocketCaches();
  const refusals: Refusals = new Map();
  const journal = createInboundJournal(options);
  const keyChange = keyChangeKind(options.secrets);
  const sentMessages = createSentMessages(options.sentMessage);
  const history = createHistory(timings, clock);
  let state: ChannelState = { kind: 'stopped' };
  let connection: Connection | undefined;
  let lane: Lane | undefined;
  let phase: PairingPhase | undefined;
  let running: Promise<void> | undefined;
  let version: WAVersion | undefined;
  const unconfirmed = createUnconfirmedSends(timings.unconfirmedTries);
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
        if (next.kind === 'needs-login') await lanes.unpaired(next.reason);
        enter(next.kind === 'failed' ? stateAfterFailure(next.reason, cause, clock.now()) : next);
        return;
      }
      if (history.pairingIsStuck()) await lanes.unpaired('pairing_stuck');
      const isRefreshed = isOutdated(cause) && (await refreshVersion());
      if (!next.countsAsFailure) history.forgive();
      reason = next.reason;
      urgent = !next.countsAsFailure;
      if (next.maximumMs > 0 && !isRefreshed) await waitToReconnect(next);
    }
  }

  /** Whether there is a version that was not tried yet. */
  async function refreshVersion(): Promise<boolean> {
    const before = version;
    version = (await options.newerVersion()) ?? version;
    return version !== undefined && version.join('.') !== before?.join('.');
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
    const over = new AbortController();
    const own = (lane = lanes.open());
    try {
      let unreadable: { error: unknown } | undefined;
      const auth = await loadAuthState({
        ...options,
        keyChange,
        lane: own,
        signal: AbortSignal.any([writing.signal, over.signal]),
        mapped: (mapping, batch) => sink.notice({ kind: 'mapping', ...mapping }, batch),
        unreadable(error) {
          unreadable = { error };
          void connection?.end({ kind: 'crashed', detail: errorMessage(error) });
        },
      });
      if (stopping.signal.aborted) return stoppedCause;
      phase = createPairingPhase({ timings, clock, tell: enter });
      const inbound = createInbound({ ...options, auth, lane: own, refusals });
      connection = openOwned(auth, own, eventsOf(inbound, own, phase, release));
      const cause = await connection.closed;
      over.abort(new Error('The socket of these keys is gone'));
      await own.settled().catch((error: unknown) => {
        if (!stopping.signal.aborted) log.warn('Not everything was stored', { accountId, reason: errorMessage(error) });
      });
      if (unreadable) throw unreadable.error;
      return cause;
    } finally {
      phase?.end();
      connection = undefined;
      own.close('The socket is gone');
      release();
    }
  }

  /** What nobody catches in the course of this connection ends it, and no other. */
  function openOwned(auth: AuthState, own: Lane, events: ConnectionEvents): Connection {
    const owner = {
      name: accountId,
      failed: (error: unknown) => void connection?.end({ kind: 'crashed', detail: errorMessage(error) }),
    };
    return ownErrors(owner, () =>
      openConnection({
        ...options,
        auth,
        lane: own,
        journal,
        caches,
        sentMessages,
        version,
        owned: () => lease.holds,
        events,
      }),
    );
  }

  function eventsOf(inbound: Inbound, own: Lane, phase: PairingPhase, release: () => void): ConnectionEvents {
    return {
      ...inbound,
      qr: (code) => {
        release();
        if (!phase.scannable(code)) void connection?.end({ kind: 'qr-exhausted' });
      },
      codeTyped: () => phase.typed(),
      paired: (self) => {
        phase.end();
        history.paired();
        inbound.paired(self);
      },
      open: (self) => {
        release();
        history.opened();
        unconfirmed.forget();
        enter({ kind: 'online', self, since: clock.now() });
      },
      notice(notice) {
        const batch = own.batch();
        sink.notice(notice, batch);
        own.commit(batch);
        return own.settled();
      },
    };
  }

  function online(): Connection {
    if (connection && state.kind === 'online') return connection;
    throw new AppError('channel.disconnected', { retryable: true, detail: 'The account is not connected' });
  }

  async function send(message: OutgoingMessage, signal: AbortSignal): Promise<{ original: Uint8Array | null }> {
    const line = online();
    const inDoubt = (): void => void line.end({ kind: 'unconfirmed-sends' });
    return unconfirmed.watch(message.remoteId, line.send(message, signal), inDoubt);
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
    // What has arrived is stored and confirmed before the line goes; where the account is another's, nothing is any more.
    const isStored =
      !connection ||
      !lane ||
      (await endsWithin(
        clock,
        timings.drainMs,
        lane.settled().catch(() => undefined),
      ));
    await connection?.end(stoppedCause);
    if (!isStored || !lease.holds) writing.abort(new Error('Nothing more can be stored'));
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
    ...channelParts(() => connection, online),
  };
}

const stoppedCause: CloseCause = { kind: 'code', code: 428, detail: 'stopped' };

function notPairing(): AppError {
  return new AppError('channel.not_pairing', { retryable: true, detail: 'The account shows no codes at present' });
}
