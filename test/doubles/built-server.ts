import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The lines on standard error. */
  errors: string[];
  output: string;
}

export interface BuiltServer {
  readonly process: ChildProcess;
  /** Resolves with the address once it takes requests; rejects when it ends before. */
  listening(): Promise<string>;
  /** Resolves once it has ended and everything it said was read. */
  readonly ended: Promise<Ending>;
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<Ending>;
}

/** `npm start` on a free port, in a folder that has no `.env`, with nothing of our environment. */
export function runBuiltServer(folder: string, environment: Record<string, string>): BuiltServer {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['--enable-source-maps', join(root, 'dist/main.js')], {
    cwd: folder,
    env: { PATH, HOME, HOST: '127.0.0.1', PORT: '0', DATA_DIR: join(folder, 'data'), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  let look = (): void => undefined;
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    output += part;
    look();
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => (errors += part));
  const ended = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    errors: errors.split('\n').filter((line) => line !== ''),
    output,
  }));
  return {
    process: child,
    ended,
    listening: () =>
      new Promise((resolve, reject) => {
        look = () => {
          const address = /^Listening on (\S+)\n/m.exec(output)?.[1];
          if (address !== undefined) resolve(address);
        };
        look();
        void ended.then(({ code }) => reject(new Error(`Ended with ${code} before it listened: ${errors}${output}`)));
      }),
    async end(signal) {
      child.kill(signal);
      return ended;
    },
  };
}
