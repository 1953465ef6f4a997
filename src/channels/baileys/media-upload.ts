import { encodeBase64EncodedStringForUpload, MEDIA_PATH_MAP, type WASocket } from '@whiskeysockets/baileys';
import { AppError, isAppError } from '../../platform/errors.ts';
import { type OutboundHttp, readText } from '../../platform/outbound-http.ts';
import type { ScratchFile } from '../../platform/scratch-file.ts';
import type { MediaKind } from './media-cipher.ts';

export interface UploadOptions {
  socket: Pick<WASocket, 'refreshMediaConn'>;
  http: OutboundHttp;
  kind: MediaKind;
  fileEncSha256: Uint8Array;
  signal: AbortSignal;
}

export interface UploadedMedia {
  url: string;
  directPath: string;
}

const origin = 'https://web.whatsapp.com';
/** An hour of what the slowest lines that are worth anything bring. */
const uploadMs = 600_000;

/**
 * Hands an encrypted file to WhatsApp's servers, as `getWAUploadToServer` in Baileys' `Utils/messages-media.js` does. Rejects
 * with `channel.unsent` (retryable), or with `media.refused` when WhatsApp does not take this file.
 */
export async function uploadMedia(file: ScratchFile, options: UploadOptions): Promise<UploadedMedia> {
  const { socket, signal } = options;
  let isFresh = false;
  for (;;) {
    const { hosts, auth } = await socket.refreshMediaConn(isFresh).catch(askedInVain);
    let isRefused = false;
    for (const { hostname } of hosts) {
      const answer = await post(file, hostname, auth, options).catch((error: unknown) => unsent(error));
      signal.throwIfAborted();
      if ('directPath' in answer) return answer;
      if (answer.status === 413 || answer.status === 415) throw refused(answer.status);
      isRefused ||= answer.status === 401 || answer.status === 403;
    }
    // What admits us to the servers has ended before its time: once more with a new one.
    if (!isRefused || isFresh) throw notTaken();
    isFresh = true;
  }
}

type Refusal = { status: number };

async function post(
  file: ScratchFile,
  hostname: string,
  auth: string,
  { http, kind, fileEncSha256, signal }: UploadOptions,
): Promise<UploadedMedia | Refusal> {
  const token = encodeBase64EncodedStringForUpload(Buffer.from(fileEncSha256).toString('base64'));
  const query = `auth=${encodeURIComponent(auth)}&token=${token}`;
  const response = await http.request(`https://${hostname}${MEDIA_PATH_MAP[kind]}/${token}?${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream', origin },
    body: { stream: file.read(), bytes: file.bytes },
    totalTimeoutMs: uploadMs,
    signal,
  });
  const text = await readText(response);
  return (response.status === 200 ? locationIn(text) : undefined) ?? { status: response.status };
}

function locationIn(text: string): UploadedMedia | undefined {
  try {
    const answer = JSON.parse(text) as { url?: unknown; direct_path?: unknown };
    const { url, direct_path: directPath } = answer;
    return typeof url === 'string' && typeof directPath === 'string' ? { url, directPath } : undefined;
  } catch {
    return undefined;
  }
}

function unsent(error: unknown): Refusal {
  if (isAppError(error) && error.code.startsWith('outbound.')) return { status: 0 };
  throw error;
}

function askedInVain(cause: unknown): never {
  throw new AppError('channel.unsent', { retryable: true, detail: 'WhatsApp did not say where files go', cause });
}

function notTaken(): AppError {
  return new AppError('channel.unsent', { retryable: true, detail: "WhatsApp's servers did not take the file" });
}

function refused(status: number): AppError {
  return new AppError('media.refused', { detail: `WhatsApp's servers refused this file (status ${status}).` });
}
