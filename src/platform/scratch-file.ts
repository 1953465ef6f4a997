import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** A file without a name, which is gone with the process however that ends. Only for what is encrypted already. */
export interface ScratchFile {
  /** Of what was written, in bytes. */
  readonly bytes: number;
  write(chunks: AsyncIterable<Uint8Array>): Promise<void>;
  /** All of it, from the beginning; as often as one likes. */
  read(): Readable;
  close(): Promise<void>;
}

/** Makes one and closes it when `work` is done with it. */
export async function withScratchFile<T>(work: (file: ScratchFile) => Promise<T>): Promise<T> {
  const path = join(tmpdir(), `switchboard-scratch-${randomUUID()}`);
  const handle = await open(path, 'wx+', 0o600);
  const file = scratchFile(handle);
  try {
    await unlink(path);
    return await work(file);
  } finally {
    await file.close();
  }
}

function scratchFile(handle: FileHandle): ScratchFile {
  let bytes = 0;
  return {
    get bytes() {
      return bytes;
    },
    async write(chunks) {
      for await (const chunk of chunks) {
        for (let at = 0; at < chunk.length;) {
          const { bytesWritten } = await handle.write(chunk, at, chunk.length - at, bytes);
          at += bytesWritten;
          bytes += bytesWritten;
        }
      }
    },
    read: () => handle.createReadStream({ start: 0, autoClose: false }),
    close: () => handle.close(),
  };
}
