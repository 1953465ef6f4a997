import { randomBytes } from 'node:crypto';
import { proto, type WASocket } from '@whiskeysockets/baileys';
import type { OutboundHttp } from '../../platform/outbound-http.ts';
import { withScratchFile } from '../../platform/scratch-file.ts';
import type { FileDescription, MediaContent, OpenedFile, OutgoingMedia } from '../content.ts';
import { type MediaDigests, mediaKindOf, sealMedia } from './media-cipher.ts';
import { type UploadedMedia, uploadMedia } from './media-upload.ts';

export interface MediaMessageOptions {
  socket: Pick<WASocket, 'refreshMediaConn'>;
  http: OutboundHttp;
  mentions: readonly string[];
  signal: AbortSignal;
}

/**
 * Opens a file, encrypts it while it comes, uploads it, and makes the message that tells of it. The same as from an earlier
 * try, where there was one.
 */
export async function mediaMessage(media: OutgoingMedia, options: MediaMessageOptions): Promise<proto.IMessage> {
  if (media.prepared) return proto.WebMessageInfo.decode(media.prepared).message ?? {};
  const mediaKey = randomBytes(32);
  const file = await media.open(options.signal);
  const kind = mediaKindOf(file.type);
  try {
    return await withScratchFile(async (scratch) => {
      const sealed = await sealMedia(file.stream, mediaKey, kind);
      await scratch.write(sealed.chunks);
      options.signal.throwIfAborted();
      const [digests, description] = [sealed.digests(), await file.described];
      const { fileEncSha256 } = digests;
      const place = await uploadMedia(scratch, { ...options, kind, fileEncSha256 });
      const content = contentOf(media, file, description, digests);
      const message = messageOf(content, { place, digests, mediaKey, description, mentions: options.mentions });
      await media.keep({ content, original: proto.WebMessageInfo.encode({ key: {}, message }).finish() });
      return message;
    });
  } finally {
    file.stream.destroy();
  }
}

function contentOf(
  { caption }: OutgoingMedia,
  { type, mimetype, fileName }: OpenedFile,
  { seconds, width, height }: FileDescription,
  { fileLength }: MediaDigests,
): MediaContent {
  return { type, caption, file: { mimetype, sizeBytes: fileLength, fileName, seconds, width, height } };
}

interface Upload {
  place: UploadedMedia;
  digests: MediaDigests;
  mediaKey: Uint8Array;
  description: FileDescription;
  mentions: readonly string[];
}

/** As `prepareWAMessageMedia` in Baileys' `Utils/messages.js` makes them. */
function messageOf({ type, caption, file }: MediaContent, upload: Upload): proto.IMessage {
  const { place, digests, mediaKey, description, mentions } = upload;
  const { thumbnail, isAnimated } = description;
  const stored = {
    ...place,
    ...digests,
    mediaKey,
    mediaKeyTimestamp: Math.floor(Date.now() / 1000),
    mimetype: file.mimetype,
    ...(mentions.length > 0 && { contextInfo: { mentionedJid: [...mentions] } }),
  };
  const seen = {
    ...(file.width !== null && { width: file.width }),
    ...(file.height !== null && { height: file.height }),
    ...(thumbnail && { jpegThumbnail: thumbnail }),
  };
  const captioned = { ...stored, ...(caption !== null && { caption }) };
  const seconds = file.seconds ?? 0;
  switch (type) {
    case 'image':
      return proto.Message.create({ imageMessage: { ...captioned, ...seen } });
    case 'video':
      return proto.Message.create({ videoMessage: { ...captioned, ...seen, seconds } });
    case 'audio':
    case 'voice':
      return proto.Message.create({ audioMessage: { ...stored, seconds, ptt: type === 'voice' } });
    case 'sticker':
      return proto.Message.create({ stickerMessage: { ...stored, ...seen, isAnimated } });
    case 'document': {
      const fileName = file.fileName ?? 'file';
      const documentMessage = { ...captioned, ...seen, fileName, title: fileName };
      if (caption === null) return proto.Message.create({ documentMessage });
      return proto.Message.create({ documentWithCaptionMessage: { message: { documentMessage } } });
    }
  }
}
