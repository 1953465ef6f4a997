import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import { ownerOf } from './restore.ts';
import type { SimulatorStore, StateChange } from './options.ts';

/** One batch a line, `[key, base64 or null]` each. */
type Line = readonly (readonly [key: string, value: string | null])[];

const compactWhenStale = 20_000;

function encode(changes: readonly StateChange[]): string {
  const line: Line = changes.map(({ key, value }) => [key, value && Buffer.from(value).toString('base64')]);
  return `${JSON.stringify(line)}\n`;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

async function readLines(path: string): Promise<readonly Line[]> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (isMissing(error)) return '';
    throw error;
  });
  // The last line is whole only when a newline follows it.
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
}

function apply(rows: Map<string, string>, line: Line): void {
  for (const [key, value] of line) {
    if (value === null) rows.delete(key);
    else rows.set(key, value);
  }
}

function decoded(rows: ReadonlyMap<string, string>): readonly { key: string; value: Uint8Array }[] {
  return Array.from(rows, ([key, value]) => ({ key, value: Buffer.from(value, 'base64') }));
}

/**
 * State in one file: a line for each batch, so that a batch is there as a whole or, when it was cut short by a kill, not
 * at all. It is written anew (beside, then renamed) when it is loaded and when most of it is out of date.
 */
export function createStateFile(path: string): SimulatorStore {
  const rows = new Map<string, string>();
  let written = 0;

  async function compact(): Promise<void> {
    const beside = `${path}.new`;
    await writeFile(beside, rows.size > 0 ? `${JSON.stringify([...rows])}\n` : '');
    await rename(beside, path);
    written = rows.size;
  }

  return {
    async load() {
      for (const line of await readLines(path)) apply(rows, line);
      await compact();
      return decoded(rows);
    },
    async write(changes) {
      const line = encode(changes);
      await appendFile(path, line);
      apply(rows, JSON.parse(line) as Line);
      written += changes.length;
      if (written > rows.size + compactWhenStale) await compact();
    },
  };
}

/**
 * Begins with what the file holds, of these phones where they are given, and leaves it as it is; what comes after is kept in
 * memory only.
 */
export function createFrozenState(path: string, phones?: readonly string[]): SimulatorStore {
  const isWanted = ([key]: Line[number]): boolean => phones?.includes(ownerOf(key)) ?? true;
  return {
    async load() {
      const rows = new Map<string, string>();
      for (const line of await readLines(path)) apply(rows, line.filter(isWanted));
      return decoded(rows);
    },
    write: () => Promise.resolve(),
  };
}
