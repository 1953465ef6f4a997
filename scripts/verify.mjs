// `npm run verify`: everything that must hold before a change is accepted, from a fresh clone. The last line counts.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Refusal, installPackages, requireNode20, run } from './steps.mjs';
import { countTests } from './verify-count.mjs';

const testTimeLimitMs = 20 * 60_000;

/**
 * Debian packages that tests need, each named as its program. With the program `instead` they only take longer.
 * @type {readonly { name: string, instead?: string }[]}
 */
const debianPackages = [{ name: 'chromium-headless-shell', instead: 'chromium' }, { name: 'ffmpeg' }];
/** Nobody waits for a mirror that cannot be reached. */
const aptOptions = ['-qq', '-o', 'Acquire::Retries=0', '-o', 'Acquire::http::Timeout=15'];

/** @param {string} program */
function isThere(program) {
  return spawnSync('which', [program]).status === 0;
}

async function installDebianPackages() {
  const missing = debianPackages.filter(({ name }) => !isThere(name));
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name);
  const isRoot = process.getuid?.() === 0;
  const installed =
    isRoot &&
    (await run('apt-get', ['update', ...aptOptions])) === 0 &&
    (await run('apt-get', ['install', '-y', '--no-install-recommends', ...aptOptions, ...names])) === 0;
  if (installed) return;
  const needed = missing.filter(({ instead }) => instead === undefined || !isThere(instead));
  if (needed.length === 0) return;
  throw new Refusal(`The tests need these Debian packages: ${needed.map(({ name }) => name).join(', ')}.`);
}

/** They begin with a build. */
async function runTests() {
  const folder = mkdtempSync(join(tmpdir(), 'verify-'));
  const file = join(folder, 'report.json');
  try {
    const args = [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--allowOnly=false',
      '--reporter=default',
      '--reporter=json',
    ];
    const exitCode = await run(process.execPath, [...args, `--outputFile.json=${file}`], {
      timeLimitMs: testTimeLimitMs,
    });
    return countTests(readReport(file), exitCode);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} file */
function readReport(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

const total = { passed: 0, failed: 0 };
try {
  requireNode20();
  await installPackages();
  await installDebianPackages();
  if ((await run(process.execPath, ['--import', 'tsx', 'scripts/check.ts'])) !== 0) total.failed += 1;
  const tests = await runTests();
  total.passed += tests.passed;
  total.failed += tests.failed;
  if (tests.skipped > 0) console.log(`${tests.skipped} tests skipped`);
} catch (error) {
  total.failed += 1;
  console.error(error instanceof Refusal ? error.message : error);
}
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
console.log(`${total.passed} passed, ${total.failed} failed`);
