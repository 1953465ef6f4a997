import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { systemClock } from '../../src/platform/clock.ts';

/**
 * `hang` never answers. `slow …` takes a second for each byte of the head or of the body, `endless …` does not end it,
 * `cut …` ends the connection in the middle of it. A bomb is a gigabyte (`gzip`) or 64 MB (`brotli`) once it is unpacked.
 */
type Misbehaviour =
  | 'hang'
  | 'slow head'
  | 'slow body'
  | 'endless head'
  | 'endless body'
  | 'cut head'
  | 'cut body'
  | 'gzip bomb'
  | 'brotli bomb';

interface PlainAnswer {
  status: number;
  headers?: Readonly<Record<string, string>>;
  body?: string | Buffer;
}

/** A status is the short form of an answer with a short body, and what goes wrong goes wrong with status 200. */
export type Answer = number | PlainAnswer | Misbehaviour | { status: number; does: Misbehaviour };

const slowBody = 'x'.repeat(3_600);
/** Small enough to count by, and large enough not to keep the machine busy. */
const endlessChunk = Buffer.alloc(1_000, 'x');

const packed = new Map<string, Buffer>();
function bombOnce(name: string, pack: () => Buffer): Buffer {
  const bomb = packed.get(name) ?? pack();
  packed.set(name, bomb);
  return bomb;
}
const gzipBomb = (): Buffer =>
  // One member after another is one file, as RFC 1952 has it.
  bombOnce('gzip', () =>
    Buffer.concat(Array.from({ length: 100 }).fill(gzipSync(Buffer.alloc(10_000_000))) as Buffer[]),
  );
const brotliBomb = (): Buffer =>
  bombOnce('brotli', () =>
    brotliCompressSync(Buffer.alloc(64_000_000), { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  );

/** Resolves once nothing more is said: with whether all that was to be said could be. */
export async function giveAnswer(answer: Answer, response: ServerResponse): Promise<boolean> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  if (response.destroyed) return false;
  try {
    await say(answer, response, gone.signal);
    return true;
  } catch (error) {
    if (gone.signal.aborted) return false;
    throw error;
  }
}

async function say(answer: Answer, response: ServerResponse, gone: AbortSignal): Promise<void> {
  if (typeof answer === 'number') return end(response.writeHead(answer), gone, `answered ${answer}`);
  if (typeof answer === 'string') return misbehave(answer, 200, response, gone);
  if ('does' in answer) return misbehave(answer.does, answer.status, response, gone);
  const { status, headers, body = `answered ${status}` } = answer;
  return end(response.writeHead(status, headers), gone, body);
}

async function misbehave(
  how: Misbehaviour,
  status: number,
  response: ServerResponse,
  gone: AbortSignal,
): Promise<void> {
  const statusLine = `HTTP/1.1 ${status} So\r\n`;
  switch (how) {
    case 'hang':
      return until(gone);
    case 'slow head':
      for (const byte of `${statusLine}Content-Length: 2\r\n\r\nok`)
        await saySlowly(() => response.socket?.write(byte), gone);
      return void response.socket?.end();
    case 'slow body':
      response.writeHead(status, { 'content-length': slowBody.length }).flushHeaders();
      for (const byte of slowBody) await saySlowly(() => response.write(byte), gone);
      return end(response, gone);
    case 'endless head':
      response.socket?.write(statusLine);
      for (let number = 0; ; number += 1) {
        await handOver(response.socket?.write(`x-${number}: ${'y'.repeat(1_000)}\r\n`), response.socket, gone);
      }
    case 'endless body':
      response.writeHead(status);
      for (;;) await handOver(response.write(endlessChunk), response, gone);
    case 'cut head':
      return cutAfter(response, statusLine.slice(0, 10), gone);
    case 'cut body':
      return cutAfter(response, `${statusLine}Content-Length: 1000\r\n\r\nhalf of it`, gone);
    case 'gzip bomb':
      return end(response.writeHead(status, { 'content-encoding': 'gzip' }), gone, gzipBomb());
    case 'brotli bomb':
      return end(response.writeHead(status, { 'content-encoding': 'br' }), gone, brotliBomb());
  }
}

async function end(response: ServerResponse, gone: AbortSignal, body: string | Buffer = ''): Promise<void> {
  const finished = once(response, 'finish', { signal: gone });
  response.end(body);
  await finished;
}

async function until(gone: AbortSignal): Promise<void> {
  await once(gone, 'abort');
  gone.throwIfAborted();
}

async function saySlowly(sayByte: () => void, gone: AbortSignal): Promise<void> {
  sayByte();
  await systemClock.sleep(1_000, gone);
}

/** Goes on at once when there was room, else when there is; in another turn in either case. */
async function handOver(
  hadRoom: boolean | undefined,
  to: NodeJS.EventEmitter | null,
  gone: AbortSignal,
): Promise<void> {
  if (hadRoom === false && to) await once(to, 'drain', { signal: gone });
  else await new Promise((resolve) => setImmediate(resolve));
  gone.throwIfAborted();
}

async function cutAfter({ socket }: ServerResponse, beginning: string, gone: AbortSignal): Promise<void> {
  await new Promise((resolve) => socket?.write(beginning, resolve));
  gone.throwIfAborted();
  socket?.destroy();
}
