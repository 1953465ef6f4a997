import type { Sharp } from 'sharp';

export interface PictureDescription {
  width: number | null;
  height: number | null;
  /** JPEG, a few kilobytes. */
  thumbnail: Uint8Array | null;
}

/** Larger pictures go without a thumbnail, which would need them whole in memory. */
export const mostPictureBytes = 16 * 1024 * 1024;
const thumbnailPixels = 100;
const stickerPixels = 512;

/** A library of 25 MB, which many servers never need. */
async function sharp(bytes: Uint8Array): Promise<Sharp> {
  const { default: make } = await import('sharp');
  make.cache(false);
  make.concurrency(1);
  // What phones show all the same is good enough.
  return make(bytes, { failOn: 'none' });
}

/** What a picture shows, upright; all null where it cannot be read. */
export async function describePicture(bytes: Uint8Array): Promise<PictureDescription> {
  try {
    const picture = await sharp(bytes);
    const { autoOrient } = await picture.metadata();
    const thumbnail = await picture
      .autoOrient()
      .resize({ width: thumbnailPixels, height: thumbnailPixels, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
      .jpeg({ quality: 50 })
      .toBuffer();
    return { width: autoOrient.width, height: autoOrient.height, thumbnail };
  } catch {
    return { width: null, height: null, thumbnail: null };
  }
}

/** A sticker as WhatsApp wants it: WebP, 512 pixels square, what is missing transparent. Throws for what is no picture. */
export async function stickerOf(bytes: Uint8Array): Promise<Buffer> {
  const picture = await sharp(bytes);
  return picture
    .autoOrient()
    .resize({ width: stickerPixels, height: stickerPixels, fit: 'contain', background: '#00000000' })
    .webp({ quality: 80 })
    .toBuffer();
}
