import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Control } from './control.ts';
import { BadCall } from './control-arguments.ts';
import { networkCalls, phoneCalls } from './control-calls.ts';

export interface ControlServer {
  /** Listens on 127.0.0.1; resolves with `http://127.0.0.1:PORT`. */
  start(port: number): Promise<string>;
  stop(): Promise<void>;
}

const largestBody = 1_000_000;

const fileType = 'application/octet-stream';

function parseArguments(json: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(json);
    if (Array.isArray(parsed)) return parsed as unknown[];
  } catch {
    // Falls through to the same answer.
  }
  throw new BadCall('The arguments must be a JSON array');
}

async function readArguments(request: IncomingMessage): Promise<readonly unknown[]> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > largestBody) throw new BadCall('The body is too large');
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks).toString();
  return body === '' ? [] : parseArguments(body);
}

function isFile(result: unknown): result is AsyncIterable<Uint8Array> {
  return typeof result === 'object' && result !== null && Symbol.asyncIterator in result;
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/**
 * Control over HTTP: `POST /phones/NUMBER/METHOD` and `POST /network/METHOD` with a JSON array of arguments give
 * `{ result }`, or `{ error }` with 400 (the caller's mistake), 404 (no such method) or 409 (it could not be done). A file to
 * send is the body of type `application/octet-stream`, with the arguments in the query's `arguments`; a file that is the
 * result (`media`) is the body of the answer.
 */
export function createControlServer(control: Control): ControlServer {
  async function call(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://127.0.0.1');
    const [, kind, ...rest] = pathname.split('/');
    const [number = '', phoneMethod = ''] = rest;
    const hungUp = new AbortController();
    response.on('close', () => hungUp.abort());
    const file = request.headers['content-type'] === fileType ? request : undefined;
    const args = file ? parseArguments(searchParams.get('arguments') ?? '[]') : await readArguments(request);
    const caller = { signal: hungUp.signal, file };
    const phoneCall = kind === 'phones' ? phoneCalls[phoneMethod] : undefined;
    const networkCall = kind === 'network' ? networkCalls[number] : undefined;
    if (request.method !== 'POST' || (!phoneCall && !networkCall)) {
      answer(response, 404, { error: 'There is no such method' });
      return;
    }
    const result = await (phoneCall
      ? phoneCall(control.phone(number), args, caller)
      : networkCall?.(control, args, caller));
    if (isFile(result)) {
      response.writeHead(200, { 'content-type': fileType });
      await pipeline(Readable.from(result), response);
    } else answer(response, 200, { result: result ?? null });
  }

  const server = createServer((request, response) => {
    call(request, response).catch((error: unknown) => {
      if (response.destroyed || response.headersSent) return;
      request.resume();
      const message = error instanceof Error ? error.message : String(error);
      answer(response, error instanceof BadCall ? 400 : 409, { error: message });
    });
  });

  // A busy process would close idle connections just when the caller takes them up again.
  server.keepAliveTimeout = 0;

  return {
    start: (port) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
