import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

export interface Child {
  readonly process: ChildProcess;
  /** All that it has said so far. */
  readonly lines: readonly string[];
  /** All that it has said on standard error, where that is kept. */
  readonly errors: readonly string[];
  /** Resolves with the first line that begins so; rejects when the child ends without it. */
  says(beginning: string): Promise<string>;
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  kill(signal: NodeJS.Signals): Promise<void>;
}

export interface ChildOptions {
  cwd?: string;
  uid?: number;
  gid?: number;
  detached?: boolean;
  env?: NodeJS.ProcessEnv;
  /** What runs the file, instead of Node. */
  program?: string;
  /** Instead of showing what it says on standard error. */
  keepErrors?: boolean;
}

const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Runs a file, named from this folder, in a process of its own: TypeScript as it is, or what is ready to run. */
export function runChild(
  file: string,
  parameters: readonly string[],
  { program = process.execPath, keepErrors = false, ...options }: ChildOptions = {},
): Child {
  const loader = file.endsWith('.ts') ? ['--import', 'tsx'] : [];
  const child = spawn(program, [...loader, resolve(import.meta.dirname, file), ...parameters], {
    cwd: resolve(import.meta.dirname, '../..'),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  const lines: string[] = [];
  const errors: string[] = [];
  if (keepErrors) createInterface({ input: child.stderr }).on('line', (line) => errors.push(line));
  else child.stderr.pipe(process.stderr);
  const listeners = new Set<() => void>();
  const notify = (): void => {
    for (const listener of listeners) listener();
  };
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => {
    lines.push(line);
    notify();
  });
  const exited = once(child, 'exit').then(([code, signal]) => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
  }));
  const ended = Promise.all([exited, once(reader, 'close')]);
  return {
    process: child,
    lines,
    errors,
    exited,
    says: (beginning) =>
      new Promise((found, reject) => {
        const look = (): boolean => {
          const line = lines.find((each) => each.startsWith(beginning));
          if (line === undefined) return false;
          listeners.delete(look);
          found(line);
          return true;
        };
        if (look()) return;
        listeners.add(look);
        void ended.then(() => {
          if (!look())
            reject(new Error(`The child ended without "${beginning}": ${[...lines, ...errors].join(' / ')}`));
        });
      }),
    kill: async (signal) => {
      child.kill(signal);
      await ended;
    },
  };
}
