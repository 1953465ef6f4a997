import { pipeline, type Readable, Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { invalidAnswer, tooLarge } from './outbound-errors.ts';

export interface BodyLimits {
  /** Of the answer's body, as it comes and once more when it is decompressed. */
  maxBodyBytes: number;
  /** `cut` ends a longer body there as if it were all of it. */
  whenTooLarge: 'refuse' | 'cut';
}

type MakeDecoder = (finishFlush: 'whole' | 'part') => Transform;

const { Z_FINISH, Z_SYNC_FLUSH, BROTLI_OPERATION_FINISH, BROTLI_OPERATION_FLUSH } = constants;
const ofDeflate = (part: 'whole' | 'part') => ({ finishFlush: part === 'whole' ? Z_FINISH : Z_SYNC_FLUSH });
const ofBrotli = (part: 'whole' | 'part') => ({
  finishFlush: part === 'whole' ? BROTLI_OPERATION_FINISH : BROTLI_OPERATION_FLUSH,
});

const decoders: ReadonlyMap<string, MakeDecoder> = new Map<string, MakeDecoder>([
  ['gzip', (part) => createGunzip(ofDeflate(part))],
  ['x-gzip', (part) => createGunzip(ofDeflate(part))],
  ['deflate', (part) => createInflate(ofDeflate(part))],
  ['br', (part) => createBrotliDecompress(ofBrotli(part))],
]);

/**
 * The body behind a `Content-Encoding`, for servers that compress without being asked. Never more than a few blocks of it
 * are unpacked ahead of the reader, and nothing beyond the limit is handed on. Throws `outbound.invalid_answer` for an
 * encoding that is not known, several at once among them; the stream fails with it when the bytes are not what they claim.
 */
export function decoded(wire: Readable, encoding: string, limits: BodyLimits, host: string): Readable {
  const decoder = decoders.get(encoding)?.(limits.whenTooLarge === 'cut' ? 'part' : 'whole');
  if (!decoder) throw invalidAnswer(host, 'is compressed in a way that was not asked for');
  const limited = limit(limits, host);
  limited.on('error', () => undefined);
  decoder.once('error', () => limited.destroy(invalidAnswer(host, 'is not compressed as it says')));
  // What is cut off is let go only after its beginning was read.
  limited.once('end', () => {
    limited.destroy();
    wire.destroy();
  });
  pipeline(wire, decoder, limited, () => undefined);
  return limited;
}

function limit({ maxBodyBytes, whenTooLarge }: BodyLimits, host: string): Transform {
  let left = maxBodyBytes;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (chunk.length > left && whenTooLarge === 'refuse') return done(tooLarge(host, maxBodyBytes));
      this.push(chunk.subarray(0, left));
      left -= chunk.length;
      // Without `done` nothing more is asked for.
      if (left <= 0 && whenTooLarge === 'cut') return void this.push(null);
      return done();
    },
  });
}
