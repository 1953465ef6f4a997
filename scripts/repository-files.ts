import { existsSync, readdirSync } from 'node:fs';

/** Paths below a folder of the repository whose name fits, sorted; none when the folder does not exist. */
export function filesUnder(folder: string, name: RegExp): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .toSorted();
}
