import { createCipheriv, createDecipheriv, createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { getMediaKeys } from '@whiskeysockets/baileys';
import { AppError } from '../../platform/errors.ts';
import type { MediaType } from '../content.ts';

/** After the file's AES-256-CBC come so many bytes of its HMAC: `encryptedStream` in Baileys' `Utils/messages-media.js`. */
const macLength = 10;

/** WhatsApp's word for a kind of file, in its keys and in the paths of uploads. */
export type MediaKind = Exclude<MediaType, 'voice'>;

export function mediaKindOf(type: MediaType): MediaKind {
  return type === 'voice' ? 'audio' : type;
}

export interface MediaDigests {
  fileSha256: Uint8Array;
  fileEncSha256: Uint8Array;
  /** Of the file itself, in bytes. */
  fileLength: number;
}

export interface SealedMedia {
  chunks: AsyncIterable<Uint8Array>;
  /** Once the chunks were read to their end. */
  digests(): MediaDigests;
}

/** Encrypts a file while it is read. */
export async function sealMedia(
  file: AsyncIterable<Uint8Array>,
  mediaKey: Uint8Array,
  kind: MediaKind,
): Promise<SealedMedia> {
  const { iv, cipherKey, macKey } = await keysOf(mediaKey, kind);
  let made: MediaDigests | undefined;

  async function* seal(): AsyncGenerator<Uint8Array> {
    const cipher = createCipheriv('aes-256-cbc', cipherKey, iv);
    const hmac = createHmac('sha256', macKey).update(iv);
    const [plainHash, sealedHash] = [createHash('sha256'), createHash('sha256')];
    let fileLength = 0;
    for await (const chunk of file) {
      fileLength += chunk.length;
      plainHash.update(chunk);
      const sealed = cipher.update(chunk);
      hmac.update(sealed);
      sealedHash.update(sealed);
      yield sealed;
    }
    const rest = cipher.final();
    const end = Buffer.concat([rest, hmac.update(rest).digest().subarray(0, macLength)]);
    sealedHash.update(end);
    yield end;
    made = { fileSha256: plainHash.digest(), fileEncSha256: sealedHash.digest(), fileLength };
  }

  return {
    chunks: seal(),
    digests() {
      if (!made) throw new Error('The file was not read to its end');
      return made;
    },
  };
}

/** What a message tells of its file. */
export interface MediaLock {
  mediaKey: Uint8Array;
  fileSha256: Uint8Array | null;
  fileEncSha256: Uint8Array | null;
  kind: MediaKind;
}

/**
 * Decrypts a file while it is read. What is wrong with it (its MAC, a hash) is known at its end only, and ends it there with
 * `media.corrupt`.
 */
export async function* openMedia(sealed: AsyncIterable<Uint8Array>, lock: MediaLock): AsyncGenerator<Uint8Array> {
  const { iv, cipherKey, macKey } = await keysOf(lock.mediaKey, lock.kind);
  const decipher = createDecipheriv('aes-256-cbc', cipherKey, iv);
  const hmac = createHmac('sha256', macKey).update(iv);
  const [plainHash, sealedHash] = [createHash('sha256'), createHash('sha256')];
  let held = Buffer.alloc(0);
  // The last of it comes only when all is known to be right, so that nobody takes the rest for the whole.
  let last = Buffer.alloc(0);
  for await (const chunk of sealed) {
    const bytes = Buffer.concat([held, chunk]);
    const end = Math.max(0, bytes.length - macLength);
    held = bytes.subarray(end);
    const ready = bytes.subarray(0, end);
    hmac.update(ready);
    sealedHash.update(ready);
    const opened = decipher.update(ready);
    plainHash.update(opened);
    if (opened.length === 0) continue;
    if (last.length > 0) yield last;
    last = opened;
  }
  const mac = hmac.digest().subarray(0, macLength);
  if (held.length !== macLength || !timingSafeEqual(held, mac)) throw corrupt();
  requireSame(sealedHash.update(held).digest(), lock.fileEncSha256);
  const rest = final(decipher);
  requireSame(plainHash.update(rest).digest(), lock.fileSha256);
  yield Buffer.concat([last, rest]);
}

/**
 * A file that nobody encrypted, as those of channels are (`downloadAndDecrypt` in whatsmeow's `download.go`: neither a key nor
 * a hash of anything encrypted). What is wrong with it ends it early with `media.corrupt`.
 */
export async function* checkedMedia(
  file: AsyncIterable<Uint8Array>,
  fileSha256: Uint8Array | null,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let last: Uint8Array | undefined;
  for await (const chunk of file) {
    if (last) yield last;
    hash.update(chunk);
    last = chunk;
  }
  requireSame(hash.digest(), fileSha256);
  if (last) yield last;
}

async function keysOf(mediaKey: Uint8Array, kind: MediaKind) {
  const { iv, cipherKey, macKey } = await getMediaKeys(mediaKey, kind);
  if (!macKey) throw new Error('Baileys derived no key for the MAC');
  return { iv, cipherKey, macKey };
}

function final(decipher: ReturnType<typeof createDecipheriv>): Buffer {
  try {
    return decipher.final();
  } catch {
    throw corrupt();
  }
}

function requireSame(digest: Buffer, expected: Uint8Array | null): void {
  if (expected && !digest.equals(expected)) throw corrupt();
}

function corrupt(): AppError {
  return new AppError('media.corrupt', {
    status: 502,
    detail: "The file on WhatsApp's servers is not the one that was sent.",
  });
}
