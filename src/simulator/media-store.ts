import { createReadStream } from 'node:fs';
import { mkdtemp, open, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where the network keeps files: what is uploaded to its media host, and what phones publish. Names are plain words. */
export interface MediaStore {
  /** Stores a file as a whole, or, when the chunks end with an error, nothing. */
  write(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void>;
  /** The bytes from `start` to before `end`. */
  read(path: string, range: { start: number; end: number }): AsyncIterable<Uint8Array>;
  /** Undefined where there is no such file. */
  size(path: string): Promise<number | undefined>;
  remove(path: string): Promise<void>;
}

export interface MediaFolder extends MediaStore {
  /** Removes everything. */
  close(): Promise<void>;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** Files in a temporary folder, which is made with the first of them. */
export function createMediaFolder(): MediaFolder {
  let made: Promise<string> | undefined;
  const folder = (): Promise<string> => (made ??= mkdtemp(join(tmpdir(), 'simulated-media-')));
  const place = async (path: string): Promise<string> => join(await folder(), path);

  return {
    async write(path, chunks) {
      const target = await place(path);
      const beside = `${target}.part`;
      const file = await open(beside, 'w');
      try {
        for await (const chunk of chunks) await file.writeFile(chunk);
        await file.close();
        await rename(beside, target);
      } catch (error) {
        await file.close();
        await rm(beside, { force: true });
        throw error;
      }
    },
    async *read(path, { start, end }) {
      if (end <= start) return;
      for await (const chunk of createReadStream(await place(path), { start, end: end - 1 })) yield chunk as Buffer;
    },
    async size(path) {
      if (!made) return undefined;
      try {
        return (await stat(await place(path))).size;
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    async remove(path) {
      if (made) await rm(await place(path), { force: true });
    },
    async close() {
      if (made) await rm(await made, { recursive: true, force: true });
      made = undefined;
    },
  };
}
