import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
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

/**
 * State in one file: a line for each batch, so that a batch is there as a whole or, when it was cut short by a kill, not
 * at all. It is written anew (beside, then renamed) when it is loaded and when most of it is out of date.
 */
export function createStateFile(path: string): SimulatorStore {
  const rows = new Map<string, string>();
  let written = 0;

  function apply(line: Line): void {
    for (const [key, value] of line) {
      if (value === null) rows.delete(key);
      else rows.set(key, value);
    }
    written += line.length;
  }
  async function compact(): Promise<void> {
    const beside = `${path}.new`;
    await writeFile(beside, rows.size > 0 ? `${JSON.stringify([...rows])}\n` : '');
    await rename(beside, path);
    written = rows.size;
  }

  return {
    async load() {
      const text = await readFile(path, 'utf8').catch((error: unknown) => {
        if (isMissing(error)) return '';
        throw error;
      });
      // The last line is whole only when a newline follows it.
      for (const line of text.split('\n').slice(0, -1)) apply(JSON.parse(line) as Line);
      await compact();
      return Array.from(rows, ([key, value]) => ({ key, value: Buffer.from(value, 'base64') }));
    },
    async write(changes) {
      const line = encode(changes);
      await appendFile(path, line);
      apply(JSON.parse(line) as Line);
      if (written > rows.size + compactWhenStale) await compact();
    },
  };
}
