import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';
import { checkMedia, openMedia, sealMedia } from './media-cipher.ts';
import { keyNames, lengthOf, type MediaMessage, type MediaPart } from './media-kinds.ts';
import type { MediaStore } from './media-store.ts';
import type { MediaKind, OutgoingMedia } from './phone-message.ts';
import { unixSeconds } from './stanza.ts';

/** Files that have been published, and under which paths they can be had. */
export interface MediaLibrary {
  readonly store: MediaStore;
  /** `127.0.0.1:PORT`, once the media host listens. */
  host: string;
  newFile(): string;
  /** A new path for a file; the older ones go on, until they expire. */
  directPath(file: string): string;
  url(directPath: string): string;
  /** Undefined for what is no path of this network; `expired` when it cannot be had any more. */
  locate(directPath: string): { readonly file: string; readonly expired: boolean } | undefined;
  /** No path that was given out until now leads anywhere any more. */
  expireAll(): void;
  /** Encrypts a phone's file and publishes it. */
  publish(kind: MediaKind, media: OutgoingMedia): Promise<MediaMessage>;
  /** Without encryption, as channels have it. */
  publishOpenly(media: OutgoingMedia): Promise<MediaMessage>;
  /** The file itself, after its MAC, hashes and length were checked. */
  open(part: MediaPart): Promise<AsyncIterable<Uint8Array>>;
  /** A new path for what a message describes; undefined when the file is gone. */
  renew(media: MediaMessage): Promise<string | undefined>;
  forget(media: MediaMessage): Promise<void>;
  /** With what an account uploads. */
  uploadToken(number: string): string;
  /** Whose token it is; undefined when it is none, or is over. */
  accountOf(token: string): string | undefined;
}

export const uploadTokenSeconds = 21_600;

async function* chunksOf(bytes: OutgoingMedia['bytes']): AsyncGenerator<Uint8Array> {
  if (bytes instanceof Uint8Array) yield bytes;
  else yield* bytes;
}

export function createMediaLibrary(store: MediaStore, seed: Uint8Array): MediaLibrary {
  const tokenKey = Buffer.from(hkdfSync('sha256', seed, Buffer.alloc(32), 'media upload', 32));
  let expiredUntilMs = 0;
  let lastIssuedMs = 0;

  function newFile(): string {
    return `${Date.now().toString(36).padStart(9, '0')}-${randomBytes(12).toString('hex')}`;
  }
  function directPath(file: string): string {
    lastIssuedMs = Math.max(Date.now(), expiredUntilMs + 1);
    return `/v/t62.7118-24/${file}?ccb=11-4&oe=${lastIssuedMs.toString(16)}`;
  }
  function locate(path: string) {
    const found = /^\/v\/t62\.7118-24\/([0-9a-z]+-[0-9a-f]{24})\?ccb=11-4&oe=([0-9a-f]+)$/.exec(path);
    if (!found?.[1] || !found[2]) return undefined;
    return { file: found[1], expired: Number.parseInt(found[2], 16) <= expiredUntilMs };
  }
  const url = (path: string): string => `https://${library.host}${path}`;
  /** What the phone has itself does not expire. */
  async function ownFile(media: MediaMessage): Promise<{ file: string; size: number } | undefined> {
    const file = locate(media.directPath ?? '')?.file;
    const size = file === undefined ? undefined : await store.size(file);
    return file === undefined || size === undefined ? undefined : { file, size };
  }
  function sign(text: string): string {
    return createHmac('sha256', tokenKey).update(text).digest('base64url');
  }
  function published(file: string): Pick<MediaMessage, 'directPath' | 'url'> {
    const path = directPath(file);
    return { directPath: path, url: url(path) };
  }

  const library: MediaLibrary = {
    store,
    host: '',
    newFile,
    directPath,
    url,
    locate,
    expireAll() {
      expiredUntilMs = Math.max(Date.now(), lastIssuedMs);
    },
    async publish(kind, media) {
      const mediaKey = randomBytes(32);
      const sealed = sealMedia(chunksOf(media.bytes), mediaKey, keyNames[kind]);
      const file = newFile();
      await store.write(file, sealed.chunks);
      const mediaKeyTimestamp = Number(unixSeconds());
      return { ...published(file), mediaKey, mediaKeyTimestamp, ...sealed.digests() };
    },
    async publishOpenly(media) {
      const hash = createHash('sha256');
      let fileLength = 0;
      async function* hashed(): AsyncGenerator<Uint8Array> {
        for await (const chunk of chunksOf(media.bytes)) {
          hash.update(chunk);
          fileLength += chunk.length;
          yield chunk;
        }
      }
      const file = newFile();
      await store.write(file, hashed());
      return { ...published(file), fileSha256: hash.digest(), fileLength };
    },
    async open({ kind, media }) {
      const own = await ownFile(media);
      if (!own) throw new Error('The phone does not have this file');
      const all = (): AsyncIterable<Uint8Array> => store.read(own.file, { start: 0, end: own.size });
      if (!media.mediaKey) return all();
      await checkMedia(all(), media.mediaKey, keyNames[kind], {
        fileSha256: Buffer.from(media.fileSha256 ?? []),
        fileEncSha256: Buffer.from(media.fileEncSha256 ?? []),
        fileLength: lengthOf(media),
      });
      return openMedia(all(), media.mediaKey, keyNames[kind]);
    },
    async renew(media) {
      const own = await ownFile(media);
      return own && directPath(own.file);
    },
    async forget(media) {
      const own = await ownFile(media);
      if (own) await store.remove(own.file);
    },
    uploadToken(number) {
      const text = `${number}.${Number(unixSeconds()) + uploadTokenSeconds}`;
      return `${text}.${sign(text)}`;
    },
    accountOf(token) {
      const [number = '', until = '', signature = ''] = token.split('.');
      const right = Buffer.from(sign(`${number}.${until}`));
      const given = Buffer.from(signature);
      const isRight = given.length === right.length && timingSafeEqual(given, right);
      return isRight && Number(until) > Number(unixSeconds()) ? number : undefined;
    },
  };
  return library;
}
