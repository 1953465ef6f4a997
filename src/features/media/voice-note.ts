import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../../platform/clock.ts';
import { AppError } from '../../platform/errors.ts';

/** Makes voice notes (Opus in Ogg) of other sounds, with ffmpeg. */
export interface VoiceNotes {
  isAvailable(): Promise<boolean>;
  /** What is made of a file while it is read. Its errors: `media.needs_ffmpeg`, `media.not_convertible`. */
  convert(source: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array>;
}

/** Where programs are; nothing else of the server's environment is ffmpeg's business. */
const programFolders = '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin';
const longestMs = 120_000;
const mostBytes = 16 * 1024 * 1024;
// Through `cache` it can seek, as recordings need whose index comes last. No other protocol: a file may name what it wants.
const input = ['-protocol_whitelist', 'pipe,cache', '-i', 'cache:pipe:0', '-map', '0:a:0', '-map_metadata', '-1'];
const output = '-ac 1 -ar 48000 -c:a libopus -b:a 32k -application voip -f ogg pipe:1'.split(' ');
const conversion = ['-hide_banner', '-loglevel', 'error', '-threads', '1', ...input, ...output];

export function createVoiceNotes({ program = 'ffmpeg', clock }: { program?: string; clock: Clock }): VoiceNotes {
  let available: Promise<boolean> | undefined;

  function run(parameters: readonly string[]): ChildProcess {
    return spawn(program, parameters, { env: { PATH: programFolders }, stdio: ['pipe', 'pipe', 'ignore'] });
  }

  async function isThere(): Promise<boolean> {
    const child = run(['-version']);
    child.stdout?.resume();
    return (await exitOf(child)) === 0;
  }

  return {
    isAvailable: () => (available ??= isThere()),
    async *convert(source, signal) {
      const child = run(conversion);
      const exit = exitOf(child);
      const over = new AbortController();
      clock.sleep(longestMs, over.signal).then(
        () => child.kill('SIGKILL'),
        () => undefined,
      );
      const { stdin, stdout } = child;
      if (!stdin || !stdout) throw new Error('ffmpeg has no pipes');
      // It may have read enough before the end.
      let failure: { error: unknown } | undefined;
      const feeding = pipeline(
        failing(source, (error) => (failure = { error })),
        stdin,
        { signal },
      ).catch(() => undefined);
      let bytes = 0;
      try {
        for await (const chunk of stdout as AsyncIterable<Uint8Array>) {
          bytes += chunk.length;
          if (bytes > mostBytes) throw notConvertible();
          yield chunk;
        }
        const code = await exit;
        signal.throwIfAborted();
        if (failure) throw failure.error;
        if (code === undefined) throw needsFfmpeg();
        if (code !== 0 || bytes === 0) throw notConvertible();
      } finally {
        over.abort();
        child.kill('SIGKILL');
        await feeding;
      }
    },
  };
}

/** Undefined where the program cannot be run. */
async function exitOf(child: ChildProcess): Promise<number | null | undefined> {
  const started = once(child, 'spawn').catch(() => undefined);
  const ended = once(child, 'close') as Promise<[number | null]>;
  if ((await started) === undefined) {
    ended.catch(() => undefined);
    return undefined;
  }
  return (await ended)[0];
}

async function* failing(source: AsyncIterable<Uint8Array>, tell: (error: unknown) => void): AsyncGenerator<Uint8Array> {
  try {
    yield* source;
  } catch (error) {
    tell(error);
    throw error;
  }
}

export function needsFfmpeg(): AppError {
  return new AppError('media.needs_ffmpeg', {
    status: 422,
    detail:
      'A voice note is Opus in Ogg. To make one of another sound, this server needs ffmpeg: install it, or send the file as audio.',
  });
}

function notConvertible(): AppError {
  return new AppError('media.not_convertible', {
    status: 422,
    detail: 'No voice note could be made of this file. Send it as audio or as a document.',
  });
}

export function streamOf(chunks: AsyncIterable<Uint8Array>): Readable {
  return Readable.from(chunks, { objectMode: false });
}
