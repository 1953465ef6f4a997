import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Faults } from './faults.ts';
import type { MediaCertificates } from './media-certificates.ts';
import type { MediaLibrary } from './media-library.ts';
import type { Tally } from './tally.ts';

/** Where clients upload and download files, over https. */
export interface MediaHost {
  /** Listens on 127.0.0.1. */
  start(port: number, certificates: MediaCertificates): Promise<void>;
  /** Cuts every connection and stops listening. */
  stop(): Promise<void>;
}

export interface MediaHostParts {
  readonly media: MediaLibrary;
  readonly faults: Faults;
  readonly tally: Tally;
  readonly log: (message: string, context: Record<string, unknown>) => void;
}

/** Ends a request with this status. */
class Refused extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`Refused with ${status}`);
    this.status = status;
  }
}

/** As MEDIA_PATH_MAP in Baileys' `Defaults/index.js` has them, and the SHA-256 of what is uploaded. */
const uploadPath = /^\/(?:mms|product|pps)\/[a-z-]+\/([\w-]{43})$/;
const slicesPerSecond = 20;

/** `bytesPerSecond` may change on the way; undefined is as fast as it goes. */
async function* paced(
  chunks: AsyncIterable<Uint8Array>,
  bytesPerSecond: () => number | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length;) {
      const rate = bytesPerSecond();
      const most = rate === undefined ? chunk.length : Math.max(1, Math.ceil(rate / slicesPerSecond));
      const slice = chunk.subarray(at, at + most);
      if (rate !== undefined) await new Promise((resolve) => setTimeout(resolve, (slice.length * 1000) / rate));
      yield slice;
      at += slice.length;
    }
  }
}

async function* spoiled(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let isDone = false;
  for await (const chunk of chunks) {
    const copy = Buffer.from(chunk);
    if (!isDone && copy.length > 0) {
      copy[0] = (copy[0] ?? 0) ^ 0xff;
      isDone = true;
    }
    yield copy;
  }
}

/** `bytes=from-to`, both inclusive; undefined for the whole file. */
function rangeOf(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const [, from = '', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(header ?? '') ?? [];
  if (from === '') return undefined;
  const start = Number(from);
  if (start >= size) throw new Refused(416);
  return { start, end: to === '' ? size : Math.min(size, Number(to) + 1) };
}

export function createMediaHost({ media, faults, tally, log }: MediaHostParts): MediaHost {
  const withRate = (chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> =>
    paced(chunks, () => faults.mediaRate());

  /** Nothing of a file stays that is another than its path says. */
  async function upload(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', `https://${media.host}`);
    const [, expected] = uploadPath.exec(pathname) ?? [];
    if (expected === undefined) throw new Refused(404);
    if (media.accountOf(searchParams.get('auth') ?? '') === undefined) throw new Refused(401);
    const file = media.newFile();
    const hash = createHash('sha256');
    let bytes = 0;
    async function* received(): AsyncGenerator<Uint8Array> {
      for await (const chunk of withRate(request)) {
        hash.update(chunk);
        bytes += chunk.length;
        yield chunk;
      }
      if (hash.digest('base64url') !== expected) throw new Refused(400);
    }
    await media.store.write(file, received());
    tally.uploaded(bytes);
    const directPath = media.directPath(file);
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ url: media.url(directPath), direct_path: directPath }));
  }

  async function download(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const found = media.locate(request.url ?? '');
    if (found?.expired) throw new Refused(faults.expiredStatus());
    const size = found && (await media.store.size(found.file));
    if (!found || size === undefined) throw new Refused(404);
    const range = rangeOf(request.headers.range, size);
    const { start, end } = range ?? { start: 0, end: size };
    const headers: Record<string, string | number> = {
      'content-type': 'application/octet-stream',
      'content-length': end - start,
      'accept-ranges': 'bytes',
    };
    if (range) headers['content-range'] = `bytes ${start}-${end - 1}/${size}`;
    response.writeHead(range ? 206 : 200, headers);
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    const stored = media.store.read(found.file, { start, end });
    const isCorrupt = faults.take('media-corrupt', '') !== undefined;
    await pipeline(Readable.from(withRate(isCorrupt ? spoiled(stored) : stored)), response);
    tally.downloaded(end - start);
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const isUpload = request.method === 'POST';
    const down = faults.mediaDown(isUpload ? 'uploads' : 'downloads');
    if (down && down.status === undefined) {
      request.socket.destroy();
      return;
    }
    if (down?.status !== undefined) throw new Refused(down.status);
    if (isUpload) await upload(request, response);
    else if (request.method === 'GET' || request.method === 'HEAD') await download(request, response);
    else throw new Refused(405);
  }

  function fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    // Who hung up hears nothing any more.
    if (response.destroyed) return;
    if (!(error instanceof Refused)) log('The media host failed', { error: String(error) });
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const status = error instanceof Refused ? error.status : 500;
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
    // Read on: whoever still sends would otherwise see a cut connection and not the answer.
    request.resume();
    response.end(JSON.stringify({ error: { code: status } }));
  }

  let server: Server | undefined;
  return {
    async start(port, certificates) {
      const { certificate: cert, key } = certificates;
      server = createServer({ cert, key }, (request, response) => {
        answer(request, response).catch((error: unknown) => fail(request, response, error));
      });
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
      media.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    async stop() {
      const listening = server;
      server = undefined;
      if (!listening) return;
      const closed = once(listening, 'close');
      listening.close();
      listening.closeAllConnections();
      await closed;
    },
  };
}
