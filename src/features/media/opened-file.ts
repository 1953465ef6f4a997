import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { FileDescription, MediaType, OpenedFile } from '../../channels/content.ts';
import { deferred } from '../../platform/deferred.ts';
import { AppError } from '../../platform/errors.ts';
import { type FileClaim, peekFileType } from '../../platform/file-type.ts';
import { requireShown, stickerType, typeForFile, voiceNoteType } from './media-rules.ts';
import { describePicture, mostPictureBytes, stickerOf } from './picture.ts';
import { createSoundMeter } from './sound.ts';
import { streamOf, type VoiceNotes } from './voice-note.ts';

export interface OpeningOptions {
  /** Null: as what the file is. */
  wanted: MediaType | null;
  claim: FileClaim;
  voiceNotes: VoiceNotes;
  signal: AbortSignal;
}

interface Typed {
  stream: AsyncIterable<Uint8Array>;
  type: MediaType;
  mimetype: string;
  isAnimated: boolean;
}

const plain: FileDescription = { seconds: null, width: null, height: null, isAnimated: false, thumbnail: null };

/**
 * Tells by its first bytes what a file is, makes of it what it is to be, and describes it while somebody reads it. Rejects with
 * `media.wrong_type`, `media.empty`, `media.not_convertible` or what the source throws, which is ended then.
 */
export async function openFile(source: AsyncIterable<Uint8Array>, options: OpeningOptions): Promise<OpenedFile> {
  const { stream, type: found } = await peekFileType(source, options.claim);
  try {
    const type = options.wanted ?? typeForFile(found.mimetype);
    requireShown(found.mimetype, type);
    const made = await madeInto({ stream, type, ...found }, options);
    const described = deferred<FileDescription>();
    described.promise.catch(() => undefined);
    const observed = streamOf(observe(made, described));
    observed.once('close', () => {
      stream.destroy();
      described.reject(new Error('The file was not read to its end'));
    });
    return {
      type,
      mimetype: made.mimetype,
      // What was made into something else is not what its name says.
      fileName: made.mimetype === found.mimetype ? (options.claim.filename ?? null) : null,
      stream: observed,
      described: described.promise,
    };
  } catch (error) {
    stream.destroy();
    throw error;
  }
}

async function madeInto(file: Typed, { voiceNotes, signal }: OpeningOptions): Promise<Typed> {
  if (file.type === 'voice' && file.mimetype !== voiceNoteType) {
    return { ...file, stream: voiceNotes.convert(file.stream, signal), mimetype: voiceNoteType };
  }
  if (file.type === 'sticker' && file.mimetype !== stickerType) {
    const sticker = await stickerOf(await buffer(atMost(file.stream, mostPictureBytes))).catch(notReadable);
    return { ...file, stream: Readable.from([sticker]), mimetype: stickerType, isAnimated: false };
  }
  return file;
}

async function* observe(
  file: Typed,
  described: { resolve(description: FileDescription): void },
): AsyncGenerator<Uint8Array> {
  const hasPicture = file.type === 'image' || file.type === 'sticker';
  const meter = ['video', 'audio', 'voice'].includes(file.type) ? createSoundMeter(file.mimetype) : undefined;
  let picture: Uint8Array[] | undefined = hasPicture ? [] : undefined;
  let bytes = 0;
  try {
    for await (const chunk of file.stream) {
      bytes += chunk.length;
      if (bytes > mostPictureBytes) picture = undefined;
      picture?.push(chunk);
      await meter?.add(chunk);
      yield chunk;
    }
    if (bytes === 0) throw empty();
    described.resolve({
      ...plain,
      isAnimated: file.isAnimated,
      seconds: (await meter?.end()) ?? null,
      ...(picture && (await describePicture(Buffer.concat(picture)))),
    });
  } finally {
    meter?.cancel();
  }
}

async function* atMost(chunks: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > most) throw new Error('The picture is too large to be made into a sticker');
    yield chunk;
  }
}

function notReadable(cause: unknown): never {
  if (cause instanceof AppError) throw cause;
  throw new AppError('media.not_convertible', {
    status: 422,
    detail: 'No sticker could be made of this picture.',
    cause,
  });
}

function empty(): AppError {
  return new AppError('media.empty', { status: 422, detail: 'The file is empty.' });
}
