import { Readable } from 'node:stream';
import { fileTypeFromBuffer } from 'file-type';
import { beginsWithFrames, compoundFileType, type FileClaim, mp4Type, zipType } from './file-containers.ts';

export type { FileClaim } from './file-containers.ts';

export interface FileType {
  /** Lower case; with a parameter only for `audio/ogg; codecs=opus`. */
  mimetype: string;
  /** Whether it is a WebP or PNG that moves. */
  isAnimated: boolean;
}

export interface PeekedFile {
  type: FileType;
  /** All bytes, those that were looked at among them. Destroying it ends the source, whose errors are its own. */
  stream: Readable;
}

/** Enough for the headers of every format here, and for the list of parts that Word writes first. */
const sampleBytes = 16_384;
const unknown = 'application/octet-stream';

/**
 * The type of a file, told by its bytes. What is claimed decides only between formats that share a container.
 *
 * Text is always `text/plain`, SVG, HTML and XML with it: they may hold scripts, and under that name no browser runs them and
 * nobody takes them for a picture. A few kinds of text that hold none keep their name (contacts, calendars, RTF). Other
 * formats that are recognised are named although WhatsApp may not show them, so that a refusal can say what they are.
 */
export async function fileTypeOf(start: Uint8Array, claim: FileClaim = {}): Promise<FileType> {
  const sample = Buffer.from(start.buffer, start.byteOffset, Math.min(start.byteLength, sampleBytes));
  // Random bytes, or bytes made for it, may take any way through the parser.
  const found = (await fileTypeFromBuffer(sample).catch(() => undefined))?.mime ?? unknown;
  const isWhole = start.byteLength < sampleBytes;
  const mimetype = isText(sample, isWhole) ? textType(found) : binaryType(found, sample, claim);
  return { mimetype, isAnimated: mimetype === 'image/webp' ? isAnimatedWebp(sample) : found === 'image/apng' };
}

/** Looks at the beginning of a stream without losing it. Throws what the source throws meanwhile, which is then ended. */
export async function peekFileType(source: AsyncIterable<Uint8Array>, claim: FileClaim = {}): Promise<PeekedFile> {
  const iterator = source[Symbol.asyncIterator]();
  const letGo = (): void => {
    if (source instanceof Readable) source.destroy();
    else iterator.return?.().catch(() => undefined);
  };
  const seen: Uint8Array[] = [];
  try {
    for (let bytes = 0; bytes < sampleBytes;) {
      const next = await iterator.next();
      if (next.done) break;
      seen.push(next.value);
      bytes += next.value.byteLength;
    }
    const type = await fileTypeOf(Buffer.concat(seen), claim);
    return { type, stream: continued(seen, iterator, letGo) };
  } catch (error) {
    letGo();
    throw error;
  }
}

function continued(seen: Uint8Array[], iterator: AsyncIterator<Uint8Array>, letGo: () => void): Readable {
  const stream = new Readable({
    read() {
      const again = seen.shift();
      if (again) {
        this.push(again);
        return;
      }
      iterator.next().then(
        ({ done, value }) => this.push(done ? null : value),
        (error: unknown) => this.destroy(error instanceof Error ? error : new Error('The source failed')),
      );
    },
    destroy(error, done) {
      letGo();
      done(error);
    },
  });
  // The source may fail while nobody reads; whoever reads later gets the error all the same.
  return stream.on('error', () => undefined);
}

/** Valid UTF-8 without control characters, other than those that lay out a text. */
function isText(sample: Buffer, isWhole: boolean): boolean {
  if (sample.length === 0) return false;
  try {
    // A sample may end within a character.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(sample, { stream: !isWhole });
    // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
    return !/[\u0000-\u0008\u000b\u000e-\u001a\u001c-\u001f\u007f]/.test(text);
  } catch {
    return false;
  }
}

/** Formats that may be text from end to end; everything else that a text looks like, such as "BM", is chance. */
const textual = /^(application\/(pdf|rtf|postscript|eps)|text\/(vcard|calendar|vtt))$/;

function textType(found: string): string {
  return textual.test(found) ? found : 'text/plain';
}

function binaryType(found: string, sample: Buffer, claim: FileClaim): string {
  switch (found) {
    case 'image/apng':
      return 'image/png';
    case 'audio/x-m4a':
      return 'audio/mp4';
    case 'video/mp4':
    case 'video/x-m4v':
      return mp4Type(sample, claim);
    case 'application/zip':
      return zipType(sample, claim);
    case 'application/x-cfb':
      return compoundFileType(sample, claim);
    case 'audio/mpeg':
    case 'audio/aac':
      // Two bytes are what it looks for, and UTF-16 begins with them.
      return sample.toString('latin1', 0, 3) === 'ID3' || beginsWithFrames(sample) ? found : unknown;
    case 'application/ogg':
    case 'application/xml':
      return unknown;
    default:
      return found;
  }
}

/** The extended header of WebP has a bit for it (RFC 9649, section 2.7.1). */
function isAnimatedWebp(sample: Buffer): boolean {
  return sample.toString('latin1', 12, 16) === 'VP8X' && ((sample[20] ?? 0) & 0x02) !== 0;
}
