// `npm run verify`: everything that must hold before a change is accepted, from a fresh clone. The last line counts.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Refusal, build, installPackages, requireNode20, run } from './steps.mjs';
import { countTests } from './verify-count.mjs';

const testTimeLimitMs = 20 * 60_000;

/**
 * Debian packages that tests need, with the program by which each is recognised.
 * @type {readonly { name: string, program: string }[]}
 */
const debianPackages = [
  { name: 'chromium', program: 'chromium' },
  { name: 'ffmpeg', program: 'ffmpeg' },
];

async function installDebianPackages() {
  const missing = debianPackages.filter(({ program }) => spawnSync('which', [program]).status !== 0);
  if (missing.length === 0) return;
  const names = missing.map(({ name }) => name);
  const isRoot = process.getuid?.() === 0;
  const installed =
    isRoot &&
    (await run('apt-get', ['update', '-qq'])) === 0 &&
    (await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...names])) === 0;
  if (!installed) throw new Refusal(`The tests need these Debian packages: ${names.join(', ')}.`);
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
  await build();
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
