import { once } from 'node:events';
import { PassThrough } from 'node:stream';

/** Reads along with a file that sounds or moves. */
export interface SoundMeter {
  /** Resolves when there is room for more. */
  add(chunk: Uint8Array): Promise<void>;
  /** Whole seconds; null where the file does not tell. */
  end(): Promise<number | null>;
  cancel(): void;
}

export function createSoundMeter(mimetype: string): SoundMeter {
  const copy = new PassThrough();
  copy.on('error', () => undefined);
  const measured = measure(copy, mimetype);
  return {
    async add(chunk) {
      if (copy.destroyed || copy.write(chunk)) return;
      // The parser may have seen enough and read no more.
      await Promise.race([once(copy, 'drain'), once(copy, 'close'), measured]);
    },
    async end() {
      copy.end();
      const seconds = await measured;
      return seconds === null ? null : Math.max(1, Math.round(seconds));
    },
    cancel: () => void copy.destroy(),
  };
}

async function measure(copy: PassThrough, mimetype: string): Promise<number | null> {
  try {
    const { parseStream } = await import('music-metadata');
    const { format } = await parseStream(
      copy,
      { mimeType: mimetype.split(';', 1)[0] ?? mimetype },
      { duration: true, skipCovers: true },
    );
    return format.duration !== undefined && Number.isFinite(format.duration) ? format.duration : null;
  } catch {
    return null;
  } finally {
    copy.destroy();
  }
}
