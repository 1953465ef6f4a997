import type { Socket } from 'node:net';
import { type Clock, waitEnded } from './clock.ts';
import { type ConnectionOptions, openConnection } from './outbound-connection.ts';
import { isAppError } from './errors.ts';
import type { BodyLimits } from './outbound-decoding.ts';
import { outboundError, timedOut } from './outbound-errors.ts';
import { type Answer, createTransfer, type Sending, type Transfer } from './outbound-transfer.ts';

export interface ExchangeLimits extends BodyLimits {
  /** For the look-up, the connection and TLS together. */
  connectTimeoutMs: number;
  /** The longest silence of the other side once it is connected, before and within its answer. */
  idleTimeoutMs: number;
}

export interface Exchange {
  answer: Answer;
  /** Resolves when nothing more comes from the network, for whatever reason. */
  finished: Promise<void>;
}

export interface Asked {
  url: URL;
  sending: Sending;
  limits: ExchangeLimits;
  connection: ConnectionOptions;
  signal: AbortSignal;
}

/** How often silence is looked for within its limit. */
const looksForSilence = 4;

/**
 * One request on a connection that nobody else uses meanwhile. Throws an `outbound.*` error, or the reason of the signal,
 * which also ends a body that is still coming.
 */
export async function exchange(asked: Asked): Promise<Exchange> {
  const { url, sending, connection, signal } = asked;
  // A stream can be sent only once.
  const canRepeat = typeof sending.body !== 'object' || !('stream' in sending.body);
  const kept = canRepeat ? connection.kept : undefined;
  for (let socket = kept?.take(url.origin); socket; socket = kept?.take(url.origin)) {
    try {
      return await exchangeOn(socket, asked);
    } catch (error) {
      // Closed by the other side, maybe just now, or out of step: it has not answered, and may do on another one.
      if (signal.aborted || !isOfNoUse(error)) throw error;
    }
  }
  return exchangeOn(undefined, asked);
}

async function exchangeOn(kept: Socket | undefined, asked: Asked): Promise<Exchange> {
  const { url, sending, limits, connection, signal } = asked;
  /** Aborted once, by whatever ends the exchange first: a limit, the caller, or the end of the answer. */
  const ending = new AbortController();
  const passOn = (): void => ending.abort(signal.reason);
  signal.addEventListener('abort', passOn, { once: true });
  ending.signal.addEventListener('abort', () => signal.removeEventListener('abort', passOn), { once: true });
  if (signal.aborted) passOn();
  const finished = new Promise<void>((resolve) => {
    ending.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    ending.signal.throwIfAborted();
    const socket = kept ?? (await connectInTime(url, limits.connectTimeoutMs, connection, ending));
    const keep = connection.kept && ((): void => connection.kept?.put(url.origin, socket));
    const transfer = createTransfer(url.host, limits, ending, keep);
    closeWhenOver(socket, transfer, ending.signal);
    watchForSilence(socket, url.host, limits.idleTimeoutMs, () => transfer.isHeldBack(), connection.clock, ending);
    const answer = await orAborted(
      transfer.begin(socket, { host: url.host, path: url.pathname + url.search }, sending),
      ending.signal,
    );
    return { answer, finished };
  } catch (error) {
    const failure = ending.signal.aborted ? reasonOf(ending.signal) : outboundError(url.host, error);
    ending.abort(failure);
    throw failure;
  }
}

function isOfNoUse(error: unknown): boolean {
  return isAppError(error, 'outbound.unreachable') || isAppError(error, 'outbound.invalid_answer');
}

export function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new DOMException('Aborted', 'AbortError');
}

/** Rejects as soon as the signal aborts, whatever the work still does. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(reasonOf(signal));
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function connectInTime(
  url: URL,
  ms: number,
  connection: ConnectionOptions,
  ending: AbortController,
): Promise<Socket> {
  const connected = new AbortController();
  const stop = (): void => connected.abort(waitEnded);
  ending.signal.addEventListener('abort', stop, { once: true });
  connection.clock.sleep(ms, connected.signal).then(
    () => ending.abort(timedOut(url.host, 'could not be connected to', ms)),
    () => undefined,
  );
  try {
    return await orAborted(openConnection(url, connection, ending.signal), ending.signal);
  } finally {
    ending.signal.removeEventListener('abort', stop);
    connected.abort(waitEnded);
  }
}

/** A reader that takes its time is no silence: the connection is held back for it. */
function watchForSilence(
  socket: Socket,
  host: string,
  ms: number,
  isHeldBack: () => boolean,
  clock: Clock,
  ending: AbortController,
): void {
  const moved = (): number => socket.bytesRead + socket.bytesWritten - socket.writableLength;
  async function watch(): Promise<void> {
    let seen = moved();
    let silentSince = clock.monotonicMs();
    for (;;) {
      await clock.sleep(ms / looksForSilence, ending.signal);
      const now = clock.monotonicMs();
      if (moved() !== seen || isHeldBack()) silentSince = now;
      seen = moved();
      if (now - silentSince >= ms) ending.abort(timedOut(host, 'sent nothing', ms));
    }
  }
  watch().catch(() => undefined);
}

function closeWhenOver(socket: Socket, transfer: Transfer, ended: AbortSignal): void {
  ended.addEventListener('abort', () => transfer.isKept() || socket.destroy(), { once: true });
  if (ended.aborted) socket.destroy();
}
