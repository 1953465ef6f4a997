import { pipeline } from 'node:stream/promises';
import { create as contentDisposition } from 'content-disposition';
import type { Response } from 'express';
import { AppError } from '../../platform/errors.ts';
import { defineRoute, type Route } from '../../platform/route.ts';
import { object, required, text } from '../../platform/schema.ts';
import { sliced } from '../../platform/sliced.ts';
import type { MediaLinks } from './media-links.ts';
import type { MessageFile, MessageMedia } from './message-media.ts';
import { messageParams } from './messages.schemas.ts';

const tag = 'Messages';
/** What browsers show without running anything of it. */
const harmless =
  /^(image\/(jpeg|png|gif|webp)|video\/(mp4|3gpp|webm|quicktime)|audio\/(mpeg|mp4|aac|amr|ogg|wav|webm))$/;
const errors = ['message.not_found', 'media.none', 'media.not_fetched', 'media.expired', 'media.phone_away'];

export function messageMediaRoutes(options: { files: MessageMedia; links: MediaLinks }): Route[] {
  const { files, links } = options;
  const shared = {
    method: 'GET',
    tag,
    produces: ['application/octet-stream'],
    problems: [410, 416, 503],
  } as const;
  return [
    defineRoute({
      ...shared,
      path: '/messages/:id/media',
      summary: "Read a message's file; takes Range",
      access: 'account',
      params: messageParams,
      errors,
      async stream({ params, caller, signal }, response) {
        const accountId = caller.kind === 'account' ? caller.accountId : undefined;
        await sendFile(await files.open(params.id, accountId, signal), response);
      },
    }),
    defineRoute({
      ...shared,
      path: '/media/:token',
      root: true,
      summary: 'Read a file by its signed link, which is good for seven days',
      access: 'anonymous',
      params: object({
        token: required(
          text({
            max: 200,
            pattern: /^msg_[0-9a-z]{1,30}\.\d{1,12}\.[\w-]{43}$/,
            patternName: 'the end of a media link',
          }),
        ),
      }),
      errors: [...errors, 'media.link_invalid', 'media.link_expired'],
      async stream({ params, signal }, response) {
        await sendFile(await files.open(links.messageOf(params.token), undefined, signal), response);
      },
    }),
  ];
}

async function sendFile({ stream, details }: MessageFile, response: Response): Promise<void> {
  const { mimetype, sizeBytes, fileName } = details;
  // Without parameters: a sender writes there what he likes.
  const type = mimetype.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const isHarmless = harmless.test(type);
  response.set({
    'Content-Type': isHarmless ? type : 'application/octet-stream',
    'Content-Disposition': contentDisposition(fileName ?? undefined, { type: isHarmless ? 'inline' : 'attachment' }),
    // Somebody else made it: whatever it holds, nothing of it may run here.
    'Content-Security-Policy': "default-src 'none'; sandbox",
    'Cache-Control': 'private, max-age=604800, immutable',
  });
  const end = sizeBytes === null ? undefined : rangeOf(sizeBytes, response);
  if (response.req.method === 'HEAD') {
    stream.destroy();
    response.end();
    return;
  }
  // An error after the first bytes can be told only by an answer that ends too early.
  await pipeline(end ? sliced(stream, end) : stream, response);
}

/** Says what of the file comes, and returns it. */
function rangeOf(size: number, response: Response): { start: number; end: number } {
  response.set('Accept-Ranges', 'bytes');
  const ranges = response.req.range(size, { combine: true });
  if (ranges === -1) {
    response.set('Content-Range', `bytes */${size}`);
    throw new AppError('media.range', { status: 416, detail: `The file has ${size} bytes.` });
  }
  const [range] = Array.isArray(ranges) && ranges.length === 1 && ranges.type === 'bytes' ? ranges : [];
  const { start, end } = range ?? { start: 0, end: size - 1 };
  if (range) response.status(206).set('Content-Range', `bytes ${start}-${end}/${size}`);
  response.set('Content-Length', String(end + 1 - start));
  return { start, end: end + 1 };
}
