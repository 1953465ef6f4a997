import { readdir, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';

/** Pids of the Postgres processes that work in `home`: those whose working directory is below it. */
export async function postgresProcessesIn(home: string): Promise<number[]> {
  const folder = await realpath(home).catch(() => home);
  const found: number[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const cwd = await readlink(join('/proc', entry, 'cwd')).catch(() => '');
    if (cwd.startsWith(`${folder}/`) || cwd === folder) found.push(Number(entry));
  }
  return found;
}
