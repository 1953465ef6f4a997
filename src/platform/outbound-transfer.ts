import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { waitEnded } from './clock.ts';
import { deferred } from './deferred.ts';
import { type BodyLimits, decoded } from './outbound-decoding.ts';
import { isNoHttp, outboundError, tooLarge } from './outbound-errors.ts';

/** What is sent with a request; of a stream so many bytes, neither more nor less. */
export type SentBody = string | Uint8Array | { stream: Readable; bytes: number };

export interface Sending {
  method: string;
  headers: Readonly<Record<string, string>>;
  body: SentBody | undefined;
}

export interface Answer {
  status: number;
  /** By lower-case name; what came several times is joined by commas. */
  headers: ReadonlyMap<string, string>;
  /** Whoever stops reading destroys it, which closes the connection; it may be destroyed with an error at any time. */
  body: Readable;
}

export interface Transfer {
  /** Resolves with the head of the answer. Every failure, then and later, aborts `ending` with it. */
  begin(socket: Socket, target: { host: string; path: string }, sending: Sending): Promise<Answer>;
  /** Whether the reader of the body is slower than the network. */
  isHeldBack(): boolean;
  /** Whether the connection is left open for another request. */
  isKept(): boolean;
}

const bufferedBytes = 65_536;
const maxHeaderBytes = 16_384;

function readHeaders({ headersDistinct }: IncomingMessage): ReadonlyMap<string, string> {
  return new Map(Object.entries(headersDistinct).map(([name, values = []]) => [name, values.join(', ')]));
}

function lengthOf(body: SentBody): number {
  return typeof body === 'object' && 'stream' in body ? body.bytes : Buffer.byteLength(body);
}

/** Throws where the stream is longer or shorter than was said to the other side. */
async function* exactly(stream: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  let left = bytes;
  for await (const chunk of stream) {
    left -= chunk.length;
    if (left < 0) break;
    yield chunk;
  }
  if (left !== 0) throw new Error('The stream is not as long as it was said to be');
}

function send(request: ClientRequest, body: SentBody | undefined): void {
  if (typeof body !== 'object' || !('stream' in body)) return void request.end(body);
  // What goes wrong destroys the request, which tells of it.
  pipeline(exactly(body.stream, body.bytes), request, () => undefined);
}

/**
 * One request over a connection that nobody else uses, and its answer. Aborts `ending` whichever way it ends. `keep` is
 * called once the connection may be used again, where both sides agree to that.
 */
export function createTransfer(host: string, limits: BodyLimits, ending: AbortController, keep?: () => void): Transfer {
  const head = deferred<Answer>();
  let wire: Readable | undefined;
  let received = 0;
  let isComplete = false;
  let isHeldBack = false;
  let isKept = false;
  const mayCut = limits.whenTooLarge === 'cut';

  function fail(error: unknown): void {
    if (!isComplete) ending.abort(outboundError(host, error));
  }

  ending.signal.addEventListener(
    'abort',
    () => {
      const reason: unknown = ending.signal.reason;
      if (!isComplete) wire?.destroy(reason instanceof Error ? reason : undefined);
    },
    { once: true },
  );

  function complete(): void {
    if (isComplete) return;
    isComplete = true;
    wire?.push(null);
    ending.abort(waitEnded);
  }

  function bodyOf(incoming: IncomingMessage): Readable {
    const body = new Readable({
      highWaterMark: bufferedBytes,
      read: () => {
        isHeldBack = false;
        incoming.resume();
      },
      destroy: (error, done) => {
        if (!isComplete) ending.abort(error ?? new Error('The answer was not read to its end'));
        done(error);
      },
    });
    // A limit may be reached while nobody reads; whoever reads later gets the error all the same.
    body.on('error', () => undefined);
    return body;
  }

  function take(incoming: IncomingMessage, chunk: Buffer): void {
    if (!wire || isComplete) return;
    const left = limits.maxBodyBytes - received;
    received += chunk.length;
    if (chunk.length > left && !mayCut) return ending.abort(tooLarge(host, limits.maxBodyBytes));
    isHeldBack = !wire.push(left < chunk.length ? chunk.subarray(0, left) : chunk);
    if (mayCut && chunk.length >= left) complete();
    else if (isHeldBack) incoming.pause();
  }

  function open(incoming: IncomingMessage, headers: ReadonlyMap<string, string>, whole: () => void): Readable {
    wire = bodyOf(incoming);
    incoming.on('data', (chunk: Buffer) => take(incoming, chunk));
    incoming.once('end', () => {
      whole();
      complete();
    });
    const encoding = headers.get('content-encoding')?.trim().toLowerCase() ?? 'identity';
    if (encoding === 'identity' || encoding === '') return wire;
    return decoded(wire, encoding, limits, host);
  }

  function answer(incoming: IncomingMessage, method: string, whole: () => void): void {
    incoming.on('error', fail);
    const { statusCode: status = 0 } = incoming;
    const headers = readHeaders(incoming);
    const hasBody = method !== 'HEAD' && status !== 204 && status !== 304;
    const announced = hasBody ? Number(headers.get('content-length') ?? 0) : 0;
    if (announced > limits.maxBodyBytes && !mayCut) return ending.abort(tooLarge(host, limits.maxBodyBytes));
    try {
      head.resolve({ status, headers, body: open(incoming, headers, whole) });
    } catch (error) {
      ending.abort(error);
    }
  }

  return {
    begin(socket, target, { method, headers, body }) {
      const request = httpRequest({
        createConnection: () => socket,
        path: target.path,
        method,
        headers: {
          host: target.host,
          ...headers,
          ...(keep && { connection: 'keep-alive' }),
          ...(body !== undefined && { 'content-length': String(lengthOf(body)) }),
        },
        maxHeaderSize: maxHeaderBytes,
        insecureHTTPParser: false,
      });
      let response: IncomingMessage | undefined;
      const onClose = (): void => {
        if (!response) fail(undefined);
      };
      const whole = (): void => {
        // Before all was sent the connection is in the middle of this request.
        isKept = keep !== undefined && !isComplete && request.shouldKeepAlive && request.writableFinished;
        if (!keep || !isKept) return;
        socket.removeListener('close', onClose);
        // Node's word for a connection that the request is done with (`_http_client.js`).
        socket.once('free', keep);
      };
      request.once('response', (incoming) => {
        response = incoming;
        answer(incoming, method, whole);
      });
      // Once the answer comes it says itself whether it is whole; what follows it, or was still to be sent, does not matter.
      request.on('error', (error) => (response ? isNoHttp(error) && !response.complete : true) && fail(error));
      ending.signal.addEventListener('abort', () => isKept || request.destroy(), { once: true });
      socket.once('close', onClose);
      if (socket.destroyed) fail(undefined);
      send(request, body);
      return head.promise;
    },
    isHeldBack: () => isHeldBack,
    isKept: () => isKept,
  };
}
