import { normalizeMessageContent, type proto } from '@whiskeysockets/baileys';
import type { MediaKind } from './phone-message.ts';

type MediaField =
  | 'imageMessage'
  | 'videoMessage'
  | 'audioMessage'
  | 'documentMessage'
  | 'stickerMessage'
  | 'ptvMessage';

/** What all messages with a file have in common. */
export interface MediaMessage {
  url?: string | null;
  directPath?: string | null;
  mimetype?: string | null;
  mediaKey?: Uint8Array | null;
  mediaKeyTimestamp?: proto.Message.IImageMessage['mediaKeyTimestamp'];
  fileSha256?: Uint8Array | null;
  fileEncSha256?: Uint8Array | null;
  fileLength?: proto.Message.IImageMessage['fileLength'];
  caption?: string | null;
  fileName?: string | null;
  seconds?: number | null;
  width?: number | null;
  height?: number | null;
  jpegThumbnail?: Uint8Array | null;
  pngThumbnail?: Uint8Array | null;
  ptt?: boolean | null;
}

export interface MediaPart {
  readonly kind: MediaKind;
  readonly field: MediaField;
  readonly media: MediaMessage;
}

const kinds: Readonly<Record<MediaField, MediaKind>> = {
  imageMessage: 'image',
  videoMessage: 'video',
  ptvMessage: 'video',
  audioMessage: 'audio',
  documentMessage: 'document',
  stickerMessage: 'sticker',
};

/** HKDF `info` by kind: MEDIA_HKDF_KEY_MAPPING in Baileys' `Defaults/index.js`. */
export const keyNames: Readonly<Record<MediaKind, string>> = {
  image: 'Image',
  video: 'Video',
  audio: 'Audio',
  voice: 'Audio',
  document: 'Document',
  sticker: 'Image',
};

/** `mediatype` of an `<enc>`: `getMediaType` in Baileys' `Socket/messages-send.js`. */
export const mediaTypes: Readonly<Record<MediaKind, string>> = {
  image: 'image',
  video: 'video',
  audio: 'audio',
  voice: 'ptt',
  document: 'document',
  sticker: 'sticker',
};

export const fields: Readonly<Record<MediaKind, MediaField>> = {
  image: 'imageMessage',
  video: 'videoMessage',
  audio: 'audioMessage',
  voice: 'audioMessage',
  document: 'documentMessage',
  sticker: 'stickerMessage',
};

/** The file in a message whose wrappers were taken off. */
export function mediaPart(message: proto.IMessage): MediaPart | undefined {
  for (const field of Object.keys(kinds) as MediaField[]) {
    const media: MediaMessage | null | undefined = message[field];
    if (media) return { kind: field === 'audioMessage' && media.ptt ? 'voice' : kinds[field], field, media };
  }
  return undefined;
}

/** The same, wrapped or not. */
export function normalizedPart(message: proto.IMessage): MediaPart | undefined {
  return mediaPart(normalizeMessageContent(message) ?? {});
}

export function lengthOf(media: MediaMessage): number {
  return Number(media.fileLength ?? 0);
}
