import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export interface ScratchTree {
  folder: string;
  remove(): void;
}

/** A folder outside the repository with these files, copies of the tools' own settings and the installed packages. */
export function scratchTree(files: Readonly<Record<string, string>>, settings: readonly string[]): ScratchTree {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'structure-'));
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  for (const name of settings) cpSync(name, join(folder, name));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}
