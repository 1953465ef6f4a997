import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { AppError } from './errors.ts';

export function hasBody(request: IncomingMessage): boolean {
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/** The media type without parameters, in lower case; empty when there is none. */
export function contentTypeOf(request: IncomingMessage): string {
  return (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function requireJson(request: IncomingMessage): void {
  const type = contentTypeOf(request);
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(request.headers['content-type'] ?? '')?.[1]?.toLowerCase();
  const isJson = type === 'application/json' || /^application\/[\w.-]+\+json$/.test(type);
  if (isJson && (charset === undefined || charset === 'utf-8' || charset === 'utf8')) return;
  throw new AppError('request.unsupported_type', {
    status: 415,
    detail: 'Send the body as JSON in UTF-8 with the header Content-Type: application/json.',
  });
}

function tooLarge(limitBytes: number): AppError {
  const limit = limitBytes >= 1_000_000 ? `${limitBytes / 1_000_000} MB` : `${limitBytes / 1_000} kB`;
  return new AppError('request.too_large', { status: 413, detail: `The body is larger than ${limit}.` });
}

/** Throws 413 when the request announces more than the limit, before anything of it is read. */
export function requireSize(request: IncomingMessage, limitBytes: number): void {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge(limitBytes);
}

function decompressed(request: IncomingMessage): Readable {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity') return request;
  const makers = { gzip: createGunzip, 'x-gzip': createGunzip, deflate: createInflate, br: createBrotliDecompress };
  if (!Object.hasOwn(makers, encoding)) {
    throw new AppError('request.unsupported_encoding', {
      status: 415,
      detail: 'Send the body plain or with Content-Encoding gzip, deflate or br.',
    });
  }
  const stream = makers[encoding as keyof typeof makers]();
  // `pipe` tells the other stream neither of an error nor of a connection that was cut.
  request.once('error', (error) => stream.destroy(error));
  request.once('close', () => {
    if (!request.complete) stream.destroy(new Error('The connection was closed'));
  });
  return request.pipe(stream);
}

async function readBytes(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  requireSize(request, limitBytes);
  const source = decompressed(request);
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // Destroying the request on the way out would cut the connection before the answer is sent.
    for await (const chunk of source.iterator({ destroyOnReturn: false })) {
      const bytes = chunk as Buffer;
      size += bytes.length;
      if (size > limitBytes) throw tooLarge(limitBytes);
      chunks.push(bytes);
    }
  } catch (error) {
    if (source !== request) {
      request.unpipe();
      source.on('error', () => undefined);
      source.destroy();
    }
    if (error instanceof AppError) throw error;
    throw new AppError('request.malformed_body', {
      status: 400,
      detail: 'The body ended early or is not compressed as its Content-Encoding says.',
      cause: error,
    });
  }
  return Buffer.concat(chunks, size);
}

function parseJson(bytes: Buffer): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new AppError('request.malformed_encoding', { status: 400, detail: 'The body is not valid UTF-8.' });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    // The message of the parser quotes the body, which may hold a secret.
    const position = error instanceof SyntaxError ? /position (\d+)/.exec(error.message)?.[1] : undefined;
    const where = position === undefined ? '' : `: there is a mistake at character ${position}`;
    throw new AppError('request.malformed_json', { status: 400, detail: `The body is not valid JSON${where}.` });
  }
}

/** The JSON in a request's body, at most `limitBytes` of it after decompression; undefined when there is no body. */
export async function readJson(request: IncomingMessage, limitBytes: number): Promise<unknown> {
  if (!hasBody(request)) return undefined;
  const isTyped = contentTypeOf(request) !== '';
  if (isTyped) requireJson(request);
  const bytes = await readBytes(request, limitBytes);
  if (bytes.length === 0) return undefined;
  if (!isTyped) requireJson(request);
  return parseJson(bytes);
}

/**
 * The fields of a form as a browser sends them (`application/x-www-form-urlencoded`), at most `limitBytes`. A field that was
 * left empty is left out; one that is there several times keeps its last value.
 */
export async function readForm(request: IncomingMessage, limitBytes: number): Promise<Record<string, string>> {
  if (!hasBody(request)) return {};
  if (contentTypeOf(request) !== 'application/x-www-form-urlencoded') {
    throw new AppError('request.unsupported_type', { status: 415, detail: 'Send the form as a browser does.' });
  }
  const bytes = await readBytes(request, limitBytes);
  const fields = [...new URLSearchParams(bytes.toString('utf8'))].filter(([, value]) => value !== '');
  return Object.fromEntries(fields);
}
