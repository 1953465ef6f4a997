import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { AppError } from './errors.ts';

/** A lock on a file. It belongs to the open file: it lives until each process that inherited `fd` has closed it or died. */
export interface FileLock {
  readonly fd: number;
  /** Closes our copy of `fd`. */
  release(): Promise<void>;
}

const openFlags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW;
/** `O_EXLOCK | O_NONBLOCK` of macOS, where opening a file can lock it. */
const exclusiveOnMac = 0x20 | 0x4;

async function flock(file: FileHandle): Promise<boolean> {
  const child = spawn('flock', ['--exclusive', '--nonblock', '3'], { stdio: ['ignore', 'ignore', 'ignore', file.fd] });
  try {
    const [code] = (await once(child, 'exit')) as [number | null];
    return code === 0;
  } catch (cause) {
    throw new AppError('file_lock.no_flock', {
      detail: 'The program flock (package util-linux) is needed to run the embedded database; or set DATABASE_URL.',
      cause,
    });
  }
}

/** Creates the file when it is missing. Undefined when another process holds the lock. */
export async function lockFile(path: string, owner?: { uid: number; gid: number }): Promise<FileLock | undefined> {
  let file: FileHandle;
  try {
    file = await open(path, process.platform === 'darwin' ? openFlags | exclusiveOnMac : openFlags, 0o600);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return undefined;
    throw error;
  }
  if (owner) await file.chown(owner.uid, owner.gid);
  if (process.platform !== 'darwin' && !(await flock(file))) {
    await file.close();
    return undefined;
  }
  return { fd: file.fd, release: () => file.close() };
}
