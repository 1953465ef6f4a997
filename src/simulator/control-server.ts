import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Control } from './control.ts';
import { BadCall, networkCalls, phoneCalls } from './control-calls.ts';

export interface ControlServer {
  /** Listens on 127.0.0.1; resolves with `http://127.0.0.1:PORT`. */
  start(port: number): Promise<string>;
  stop(): Promise<void>;
}

const largestBody = 1_000_000;

async function readArguments(request: IncomingMessage): Promise<readonly unknown[]> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > largestBody) throw new BadCall('The body is too large');
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks).toString();
  if (body === '') return [];
  try {
    const parsed: unknown = JSON.parse(body);
    if (Array.isArray(parsed)) return parsed as unknown[];
  } catch {
    // Falls through to the same answer.
  }
  throw new BadCall('The body must be a JSON array of arguments');
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/**
 * Control over HTTP: `POST /phones/NUMBER/METHOD` and `POST /network/METHOD` with a JSON array of arguments give
 * `{ result }`, or `{ error }` with 400 (the caller's mistake), 404 (no such method) or 409 (it could not be done).
 */
export function createControlServer(control: Control): ControlServer {
  async function call(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, kind, ...rest] = (request.url ?? '').split('?')[0]?.split('/') ?? [];
    const [number = '', phoneMethod = ''] = rest;
    const hungUp = new AbortController();
    response.on('close', () => hungUp.abort());
    const args = await readArguments(request);
    const phoneCall = kind === 'phones' ? phoneCalls[phoneMethod] : undefined;
    const networkCall = kind === 'network' ? networkCalls[number] : undefined;
    if (request.method !== 'POST' || (!phoneCall && !networkCall)) {
      answer(response, 404, { error: 'There is no such method' });
      return;
    }
    const result = await (phoneCall
      ? phoneCall(control.phone(number), args, hungUp.signal)
      : networkCall?.(control, args, hungUp.signal));
    answer(response, 200, { result: result ?? null });
  }

  const server = createServer((request, response) => {
    call(request, response).catch((error: unknown) => {
      if (response.destroyed) return;
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
