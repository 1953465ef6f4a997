import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** The file as Baileys' `encryptedStream` (`Utils/messages-media.js`) makes it: AES-256-CBC, then 10 bytes of its HMAC. */
const macLength = 10;

export interface MediaDigests {
  readonly fileSha256: Buffer;
  readonly fileEncSha256: Buffer;
  /** Of the file itself. */
  readonly fileLength: number;
}

export interface SealedMedia {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Once the chunks have been read to their end. */
  digests(): MediaDigests;
}

/** `keyName` is the kind's word in the HKDF info. */
function keysOf(mediaKey: Uint8Array, keyName: string) {
  const expanded = Buffer.from(hkdfSync('sha256', mediaKey, Buffer.alloc(32), `WhatsApp ${keyName} Keys`, 112));
  return { iv: expanded.subarray(0, 16), cipherKey: expanded.subarray(16, 48), macKey: expanded.subarray(48, 80) };
}

export function sealMedia(file: AsyncIterable<Uint8Array>, mediaKey: Uint8Array, keyName: string): SealedMedia {
  const { iv, cipherKey, macKey } = keysOf(mediaKey, keyName);
  let made: MediaDigests | undefined;

  async function* seal(): AsyncGenerator<Uint8Array> {
    const cipher = createCipheriv('aes-256-cbc', cipherKey, iv);
    const hmac = createHmac('sha256', macKey).update(iv);
    const plainHash = createHash('sha256');
    const sealedHash = createHash('sha256');
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
    const mac = hmac.update(rest).digest().subarray(0, macLength);
    const end = Buffer.concat([rest, mac]);
    sealedHash.update(end);
    yield end;
    made = { fileSha256: plainHash.digest(), fileEncSha256: sealedHash.digest(), fileLength };
  }

  return {
    chunks: seal(),
    digests() {
      if (!made) throw new Error('The file has not been read to its end');
      return made;
    },
  };
}

/** Gives all but the last ten bytes; those go to `mac`. */
async function* withoutMac(sealed: AsyncIterable<Uint8Array>, mac: (bytes: Buffer) => void): AsyncGenerator<Buffer> {
  let held = Buffer.alloc(0);
  for await (const chunk of sealed) {
    const bytes = Buffer.concat([held, chunk]);
    const kept = Math.max(0, bytes.length - macLength);
    held = bytes.subarray(kept);
    if (kept > 0) yield bytes.subarray(0, kept);
  }
  mac(held);
}

/** Decrypts without looking whether it is right. */
export async function* openMedia(
  sealed: AsyncIterable<Uint8Array>,
  mediaKey: Uint8Array,
  keyName: string,
): AsyncGenerator<Uint8Array> {
  const { iv, cipherKey } = keysOf(mediaKey, keyName);
  const decipher = createDecipheriv('aes-256-cbc', cipherKey, iv);
  for await (const chunk of withoutMac(sealed, () => undefined)) {
    const opened = decipher.update(chunk);
    if (opened.length > 0) yield opened;
  }
  const rest = decipher.final();
  if (rest.length > 0) yield rest;
}

/** Throws unless MAC, both hashes and the length are right. Keeps nothing of the file in memory. */
export async function checkMedia(
  sealed: AsyncIterable<Uint8Array>,
  mediaKey: Uint8Array,
  keyName: string,
  expected: MediaDigests,
): Promise<void> {
  const { iv, cipherKey, macKey } = keysOf(mediaKey, keyName);
  const decipher = createDecipheriv('aes-256-cbc', cipherKey, iv);
  const hmac = createHmac('sha256', macKey).update(iv);
  const plainHash = createHash('sha256');
  const sealedHash = createHash('sha256');
  let fileLength = 0;
  let mac = Buffer.alloc(0);
  const take = (opened: Buffer): void => {
    plainHash.update(opened);
    fileLength += opened.length;
  };
  for await (const chunk of withoutMac(sealed, (bytes) => (mac = Buffer.from(bytes)))) {
    hmac.update(chunk);
    sealedHash.update(chunk);
    take(decipher.update(chunk));
  }
  const right = hmac.digest().subarray(0, macLength);
  if (mac.length !== macLength || !timingSafeEqual(mac, right)) throw new Error('The MAC of the file is wrong');
  take(decipher.final());
  if (!sealedHash.update(mac).digest().equals(expected.fileEncSha256)) throw new Error('The encrypted file is another');
  if (!plainHash.digest().equals(expected.fileSha256)) throw new Error('The file is another');
  if (fileLength !== expected.fileLength) throw new Error('The file has another length');
}
