import { Readable } from 'node:stream';
import { normalizeMessageContent, proto } from '@whiskeysockets/baileys';
import { AppError, isAppError } from '../../platform/errors.ts';
import type { OutboundHttp } from '../../platform/outbound-http.ts';
import { type FileMessage, fileOf } from './content-from-baileys.ts';
import { checkedMedia, mediaKindOf, openMedia } from './media-cipher.ts';

/** WhatsApp's file servers. */
export interface MediaNetwork {
  http: OutboundHttp;
  /** Where files are whose message names only a path on the servers. */
  host: string;
  /** Whether a file may be fetched from there: a message can name any host. */
  trusts: (host: string) => boolean;
}

const downloadMs = 600_000;
/** WhatsApp lets documents be up to 2 GB large. */
const mostBytes = 2_200_000_000;

/**
 * The file of a message from its encoding, decrypted while it is read; what is wrong with it ends it early. Rejects with
 * `media.none`, `media.expired` (the servers have it no more, the phone may), `media.unreachable` (retryable).
 */
export async function downloadMedia(
  original: Uint8Array,
  network: MediaNetwork,
  signal: AbortSignal,
): Promise<Readable> {
  const found = fileIn(proto.WebMessageInfo.decode(original));
  const address = found && addressOf(found.file, network);
  const { mediaKey, fileSha256 = null, fileEncSha256 = null } = found?.file ?? {};
  if (!found || !address || (!isGiven(mediaKey) && isGiven(fileEncSha256))) throw noFile();
  const response = await network.http
    .request(address, { totalTimeoutMs: downloadMs, maxBodyBytes: mostBytes, signal })
    .catch(unreachable);
  if (response.status !== 200) {
    response.body.destroy();
    if ([403, 404, 410].includes(response.status)) throw expired();
    return unreachable(new Error(`WhatsApp's file server answered ${response.status}`));
  }
  const file = isGiven(mediaKey)
    ? openMedia(response.body, { mediaKey, fileSha256, fileEncSha256, kind: mediaKindOf(found.type) })
    : checkedMedia(response.body, fileSha256);
  const stream = Readable.from(file, { objectMode: false });
  return stream.once('close', () => response.body.destroy());
}

/** An empty field of a message counts as none. */
function isGiven(bytes: Uint8Array | null | undefined): bytes is Uint8Array {
  return (bytes?.length ?? 0) > 0;
}

export function fileIn(message: proto.IWebMessageInfo): ReturnType<typeof fileOf> {
  const inner = normalizeMessageContent(message.message);
  return inner && fileOf(inner);
}

/** The server's own path goes before the address that was true when the message was written. */
function addressOf({ url, directPath }: FileMessage, { host, trusts }: MediaNetwork): string | undefined {
  const named = url && URL.canParse(url) ? new URL(url) : undefined;
  const isTrusted = named?.protocol === 'https:' && trusts(named.host);
  if (directPath?.startsWith('/')) return `https://${isTrusted ? named.host : host}${directPath}`;
  return isTrusted ? named.href : undefined;
}

function noFile(): AppError {
  return new AppError('media.none', { status: 404, detail: 'This message has no file that can be fetched.' });
}

export function expired(): AppError {
  return new AppError('media.expired', {
    status: 410,
    detail: "WhatsApp's servers do not keep this file any more, and the phone did not give it again.",
  });
}

function unreachable(error: unknown): never {
  if (!isAppError(error) && error instanceof Error && error.name === 'AbortError') throw error;
  throw new AppError('media.unreachable', {
    status: 503,
    retryable: true,
    retryAfterSeconds: 10,
    detail: "WhatsApp's file servers cannot be reached at present.",
    cause: error,
  });
}
