import type { MediaContent, MediaType } from '../../channels/content.ts';
import type { Transaction } from '../../platform/database.ts';
import { AppError, invalidField, isAppError } from '../../platform/errors.ts';
import type { FileRequest, KeptFile, Media } from '../media/media.ts';
import { bytesIn } from './content-body.ts';

/** What a caller says of a file. */
export interface FileBody {
  type?: MediaType | undefined;
  media?: { url?: string; data?: string; mimetype?: string } | undefined;
  mediaUrl?: string | undefined;
  file?: KeptFile | undefined;
  filename?: string | undefined;
  caption?: string | undefined;
  ptt?: boolean | undefined;
}

const captionless: readonly MediaType[] = ['audio', 'voice', 'sticker'];

/** Where the bytes come from, and in which field that was said. */
type Given = { field: string; url: string } | { field: string; data: string } | { field: string; file: KeptFile };

/**
 * The content of a message with a file, and the file; one that is in the request is kept in the transaction. Throws a 422 that
 * names the field, or what `Media.keep` throws.
 */
export async function fileMessage(
  media: Media,
  body: FileBody,
  tx: Transaction,
): Promise<{ content: MediaContent; file: FileRequest }> {
  const given = givenIn(body);
  const filename = body.filename ?? nameOf(given);
  const mimetype = body.media?.mimetype;
  const claim = { mimetype, filename };
  const source =
    'data' in given
      ? await media.keep(tx, bytesIn(given.field, given.data), claim)
      : 'file' in given
        ? given.file
        : given;
  const wanted = body.ptt === true && (body.type ?? 'audio') === 'audio' ? 'voice' : (body.type ?? null);
  const file: FileRequest = { source, wanted, claim };
  const type = await media.typeOf(file).catch((error: unknown) => naming(given.field, error));
  if (body.caption !== undefined && captionless.includes(type)) {
    throw invalidField('caption', `is not shown with a file of the type ${type}`);
  }
  const isHere = 'sizeBytes' in source;
  return {
    file,
    content: {
      type,
      caption: body.caption ?? null,
      file: {
        mimetype: isHere ? source.type.mimetype : (mimetype ?? 'application/octet-stream'),
        sizeBytes: isHere ? source.sizeBytes : null,
        fileName: filename ?? null,
        seconds: null,
        width: null,
        height: null,
      },
    },
  };
}

function givenIn({ media, mediaUrl, file }: FileBody): Given {
  const given: Given[] = [];
  if (media?.url !== undefined) given.push({ field: 'media.url', url: media.url });
  if (media?.data !== undefined) given.push({ field: 'media.data', data: media.data });
  if (mediaUrl !== undefined) given.push({ field: 'mediaUrl', url: mediaUrl });
  if (file) given.push({ field: 'file', file });
  const [first, second] = given;
  if (second) throw invalidField(second.field, `must not be given together with ${first?.field ?? ''}`);
  if (!first) throw invalidField('media', 'is required, with url or data');
  return first;
}

function nameOf(given: Given): string | undefined {
  if ('file' in given) return given.file.fileName ?? undefined;
  if (!('url' in given) || !URL.canParse(given.url)) return undefined;
  const last = new URL(given.url).pathname.split('/').at(-1) ?? '';
  try {
    const name = decodeURIComponent(last);
    return /\.[a-z0-9]{1,8}$/i.test(name) && name.length <= 255 && !name.includes('\0') ? name : undefined;
  } catch {
    return undefined;
  }
}

function naming(field: string, error: unknown): never {
  if (!isAppError(error)) throw error;
  throw new AppError(error.code, {
    status: error.status,
    detail: error.message,
    errors: [{ field, message: error.message }],
  });
}
