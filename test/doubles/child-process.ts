import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { renameSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { buildSync } from 'esbuild';

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

const root = resolve(import.meta.dirname, '../..');
const bundles = new Map<string, string>();

/** What to run of a file in TypeScript: its bundle starts in a tenth of the time that it takes with a loader. */
function bundleOf(file: string): string {
  const known = bundles.get(file);
  if (known !== undefined) return known;
  // In the project, where its packages are found; another process may be about to run the same.
  const path = resolve(root, 'dist/children', `${basename(file, '.ts')}.mjs`);
  const beside = `${path}.${process.pid}`;
  buildSync({
    entryPoints: [file],
    outfile: beside,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'warning',
  });
  renameSync(beside, path);
  bundles.set(file, path);
  return path;
}

/** Runs a file, named from this folder, in a process of its own: TypeScript, or what is ready to run. */
export function runChild(
  file: string,
  parameters: readonly string[],
  { program = process.execPath, keepErrors = false, ...options }: ChildOptions = {},
): Child {
  const path = resolve(import.meta.dirname, file);
  const child = spawn(program, [path.endsWith('.ts') ? bundleOf(path) : path, ...parameters], {
    cwd: root,
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
