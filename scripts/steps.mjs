// What quickstart and verify share. Plain JavaScript without packages: both run on a fresh clone.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** A sentence for the person at the terminal, shown without a stack. */
export class Refusal extends Error {}

export function requireNode20() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) throw new Refusal(`Node 20 or newer is needed; this is ${process.versions.node}.`);
}

/**
 * Runs a program in the root with our streams; resolves with its exit code, 1 when a signal or the time limit ended it.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ timeLimitMs?: number }} [options]
 * @returns {Promise<number>}
 */
export function run(program, args, { timeLimitMs } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: 'inherit', timeout: timeLimitMs, killSignal: 'SIGKILL' });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

/** `npm ci`, development tools included, unless exactly that is installed. */
export async function installPackages() {
  const wanted = lockedVersions('package-lock.json');
  // npm writes this file last, so that an interrupted install does not count.
  const installed = lockedVersions('node_modules/.package-lock.json');
  // Optional ones depend on the platform.
  const missing = Object.keys(wanted).filter(
    (path) => path !== '' && !wanted[path]?.optional && installed[path]?.version !== wanted[path]?.version,
  );
  if (missing.length === 0) return;
  console.log('Installing packages (npm ci) …');
  // Asks no registry for advisories, nor about what is in the cache: a fifth of the processor time.
  const options = ['--include=dev', '--prefer-offline', '--no-audit', '--no-fund'];
  if ((await run('npm', ['ci', ...options])) !== 0) throw new Refusal('npm ci failed; its output is above.');
}

/**
 * @param {string} file
 * @returns {Record<string, { version?: string, optional?: boolean } | undefined>}
 */
function lockedVersions(file) {
  if (!existsSync(`${root}${file}`)) return {};
  const lock = /** @type {{ packages?: ReturnType<typeof lockedVersions> }} */ (
    JSON.parse(readFileSync(`${root}${file}`, 'utf8'))
  );
  return lock.packages ?? {};
}

export async function build() {
  if ((await run(process.execPath, ['scripts/build.mjs'])) !== 0) throw new Refusal('The build failed.');
}
