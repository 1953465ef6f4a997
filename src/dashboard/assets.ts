import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { RequestHandler, Response } from 'express';
import { AppError } from '../platform/errors.ts';
import type { Service } from '../platform/lifecycle.ts';

/** What the build made for browsers, in memory: a few small files, already compressed. */
export interface Assets extends Service {
  /** Paths on this server; only once it has started. */
  readonly urls: AssetUrls;
  /** Serves them; calls `next` for what it does not know. */
  serve: RequestHandler;
}

export type AssetUrls = Readonly<Record<'script' | 'style' | 'icons' | 'favicon', string>>;

interface AssetFile {
  type: string;
  plain: Buffer;
  brotli: Buffer | undefined;
  gzip: Buffer | undefined;
}

type List = AssetUrls & { files: readonly string[] };

const base = '/assets';
const types: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.woff2': 'font/woff2',
};

/** Serves `dist/public`. The start fails with a sentence when it was never built. */
export function createAssets(directory: string): Assets {
  const files = new Map<string, AssetFile>();
  let urls: AssetUrls | undefined;
  return {
    name: 'assets',
    async start() {
      const list = await readList(directory);
      for (const name of list.files) files.set(`${base}/${name}`, await readAsset(join(directory, name)));
      const url = (name: string): string => `${base}/${name}`;
      urls = { script: url(list.script), style: url(list.style), icons: url(list.icons), favicon: url(list.favicon) };
    },
    stop: () => Promise.resolve(),
    get urls() {
      if (!urls) throw new Error('The assets are read when the server starts');
      return urls;
    },
    serve(request, response, next) {
      const file = request.method === 'GET' || request.method === 'HEAD' ? files.get(request.path) : undefined;
      if (file) send(file, request.acceptsEncodings('br', 'gzip'), response);
      else next();
    },
  };
}

async function readList(directory: string): Promise<List> {
  try {
    return JSON.parse(await readFile(join(directory, 'assets.json'), 'utf8')) as List;
  } catch (cause) {
    const detail = `What browsers load is not in ${directory}: run npm run build.`;
    throw new AppError('assets.not_built', { detail, cause });
  }
}

async function readAsset(path: string): Promise<AssetFile> {
  const plain = await readFile(path);
  const type = types[extname(path)] ?? 'application/octet-stream';
  // A font is compressed already.
  if (extname(path) === '.woff2') return { type, plain, brotli: undefined, gzip: undefined };
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
  return { type, plain, brotli: await promisify(brotliCompress)(plain, quality), gzip: await promisify(gzip)(plain) };
}

function send(file: AssetFile, encoding: string | false, response: Response): void {
  const compressed = encoding === 'br' ? file.brotli : encoding === 'gzip' ? file.gzip : undefined;
  response.setHeader('Content-Type', file.type);
  // The name changes with the content.
  response.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
  response.vary('Accept-Encoding');
  if (compressed) response.setHeader('Content-Encoding', String(encoding));
  response.end(response.req.method === 'HEAD' ? undefined : (compressed ?? file.plain));
}
