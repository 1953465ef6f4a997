// `npm run verify`: everything that must hold before a change is accepted, from a fresh clone. The last line counts.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Refusal, installPackages, requireNode20, run } from './steps.mjs';
import { countTests } from './verify-count.mjs';

const testTimeLimitMs = 20 * 60_000;

/**
 * Debian packages that tests need, each named as its program, the better of two first.
 * @type {readonly (readonly string[])[]}
 */
const debianPackages = [['chromium-headless-shell', 'chromium'], ['ffmpeg'], ['python3']];
/** Nobody waits for a mirror that cannot be reached. */
const aptOptions = ['-qq', '-o', 'Acquire::Retries=0', '-o', 'Acquire::http::Timeout=15'];

/** @param {string} program */
function isThere(program) {
  return spawnSync('which', [program]).status === 0;
}

async function installDebianPackages() {
  const wanted = debianPackages.filter(([best = '']) => !isThere(best));
  if (wanted.length === 0) return;
  const mayInstall = process.getuid?.() === 0 && (await run('apt-get', ['update', ...aptOptions])) === 0;
  for (const names of wanted) {
    for (const name of names) {
      if (isThere(name)) break;
      if (mayInstall) await run('apt-get', ['install', '-y', '--no-install-recommends', ...aptOptions, name]);
    }
  }
  const missing = wanted.filter((names) => !names.some(isThere));
  if (missing.length === 0) return;
  throw new Refusal(`The tests need these Debian packages: ${missing.map((names) => names.at(-1)).join(', ')}.`);
}

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
