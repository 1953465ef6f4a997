import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** What journeys start is what people start: the built server, built once for the whole run. */
export function setup(): void {
  execFileSync(process.execPath, [join(import.meta.dirname, '../../scripts/build.mjs')], { stdio: 'pipe' });
}
