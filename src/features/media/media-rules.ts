import type { MediaType } from '../../channels/content.ts';
import { AppError } from '../../platform/errors.ts';

/** What WhatsApp's apps show as what they are asked to. */
const shown: Record<MediaType, RegExp> = {
  image: /^image\/(jpeg|png|webp)$/,
  video: /^video\/(mp4|3gpp|quicktime)$/,
  audio: /^audio\/(mpeg|mp4|aac|amr|ogg(; codecs=opus)?)$/,
  // What is no voice note yet is made one.
  voice: /^(audio\/.*|video\/(ogg|webm|mp4))$/,
  // Pictures are made into stickers.
  sticker: /^image\/(jpeg|png|webp)$/,
  document: /./,
};

export const voiceNoteType = 'audio/ogg; codecs=opus';
export const stickerType = 'image/webp';

/** As what a file goes of which nobody said it. */
export function typeForFile(mimetype: string): MediaType {
  return (['image', 'video', 'audio'] as const).find((type) => shown[type].test(mimetype)) ?? 'document';
}

/** Throws `media.wrong_type` for a file that cannot go as this. */
export function requireShown(mimetype: string, wanted: MediaType): void {
  if (shown[wanted].test(mimetype)) return;
  throw new AppError('media.wrong_type', {
    status: 422,
    detail: `The file is of the type ${mimetype}, which WhatsApp does not show as ${articleFor(wanted)}. Send it as a document.`,
  });
}

function articleFor(type: MediaType): string {
  if (type === 'voice') return 'a voice note';
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}
