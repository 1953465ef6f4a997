import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A temporary folder that anybody may enter: started by root, the embedded database runs as another user. */
export async function newDataFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'switchboard-'));
  await chmod(folder, 0o755);
  return folder;
}
