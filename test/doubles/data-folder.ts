import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { folderInMemory } from './memory-folder.ts';
import { postgresProcessesIn } from './postgres-processes.ts';
import { waitFor } from './wait-for.ts';

/** A temporary folder that anybody may enter: started by root, the embedded database runs as another user. */
export async function newDataFolder(below = folderInMemory()): Promise<string> {
  const folder = await mkdtemp(join(below, 'switchboard-'));
  await chmod(folder, 0o755);
  return folder;
}

/** Removes it once no database works in it any more: one whose server was killed takes a moment to end. */
export async function removeDataFolder(folder: string): Promise<void> {
  await waitFor(async () => (await postgresProcessesIn(folder)).length === 0);
  await rm(folder, { recursive: true, force: true });
}
