import { Readable } from 'node:stream';
import type { Client, Dispatcher } from 'undici';
import { deferred } from './deferred.ts';
import { type BodyLimits, decoded } from './outbound-decoding.ts';
import { outboundError, tooLarge } from './outbound-errors.ts';

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
  begin(client: Client, path: string, sending: Sending): Promise<Answer>;
  /** Whether the reader of the body is slower than the network. */
  isHeldBack(): boolean;
}

const bufferedBytes = 65_536;

function readHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}

/** One request and its answer: what may be sent and read, and when it is over. Aborts `ending` whichever way it ends. */
export function createTransfer(host: string, limits: BodyLimits, ending: AbortController): Transfer {
  const head = deferred<Answer>();
  let wire: Readable | undefined;
  let received = 0;
  let isComplete = false;
  let isHeldBack = false;

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
    // Not before the parser, which calls this, is done with the connection.
    queueMicrotask(() => ending.abort());
  }

  function bodyOf(controller: Dispatcher.DispatchController): Readable {
    const body = new Readable({
      highWaterMark: bufferedBytes,
      read: () => {
        isHeldBack = false;
        controller.resume();
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

  function open(controller: Dispatcher.DispatchController, headers: ReadonlyMap<string, string>): Readable {
    wire = bodyOf(controller);
    const encoding = headers.get('content-encoding')?.trim().toLowerCase() ?? 'identity';
    if (encoding === 'identity' || encoding === '') return wire;
    return decoded(wire, encoding, limits, host);
  }

  function handlerFor(method: string): Dispatcher.DispatchHandler {
    const mayCut = limits.whenTooLarge === 'cut';
    return {
      onRequestStart: () => undefined,
      onResponseStart(controller, status, incoming) {
        if (status < 200) return;
        const headers = readHeaders(incoming);
        const hasBody = method !== 'HEAD' && status !== 204 && status !== 304;
        const announced = hasBody ? Number(headers.get('content-length') ?? 0) : 0;
        if (announced > limits.maxBodyBytes && !mayCut) return ending.abort(tooLarge(host, limits.maxBodyBytes));
        try {
          head.resolve({ status, headers, body: open(controller, headers) });
        } catch (error) {
          ending.abort(error);
        }
      },
      onResponseData(controller, chunk) {
        if (!wire || isComplete) return;
        const left = limits.maxBodyBytes - received;
        received += chunk.length;
        if (chunk.length > left && !mayCut) return ending.abort(tooLarge(host, limits.maxBodyBytes));
        isHeldBack = !wire.push(left < chunk.length ? chunk.subarray(0, left) : chunk);
        if (mayCut && chunk.length >= left) complete();
        else if (isHeldBack) controller.pause();
      },
      onResponseEnd: () => complete(),
      onResponseError(_controller, error) {
        if (!isComplete) ending.abort(outboundError(host, error));
      },
    };
  }

  return {
    begin(client, path, { method, headers, body = null }) {
      const isStream = typeof body === 'object' && body !== null && 'stream' in body;
      client.dispatch(
        {
          path,
          method,
          headers: isStream ? { ...headers, 'content-length': String(body.bytes) } : headers,
          body: isStream ? body.stream : body,
        },
        handlerFor(method),
      );
      return head.promise;
    },
    isHeldBack: () => isHeldBack,
  };
}
