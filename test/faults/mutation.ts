// `npm run test:mutation`: takes one guard at a time out of a copy of the sources. The rows that claim to protect it must
// fail then, and others must not.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import type { Edit, Guard } from './guard.ts';
import { guards, otherRows, othersPlayed } from './guards.ts';

const root = join(import.meta.dirname, '../..');
const copied = ['src', 'views', 'public', 'test', 'scripts', 'schema.sql', 'package.json', 'tsconfig.json'];

async function copySources(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mutation-'));
  for (const name of copied) await cp(join(root, name), join(folder, name), { recursive: true });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  await mkdir(join(folder, 'dist'));
  await symlink(join(root, 'dist/public'), join(folder, 'dist/public'));
  return folder;
}

/** Throws unless the text stands there exactly once. */
async function apply(folder: string, { file, text: before, replacement }: Edit): Promise<void> {
  const path = join(folder, file);
  const parts = (await readFile(path, 'utf8')).split(before);
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times: ${before}`);
  await writeFile(path, parts.join(replacement));
}

/** Which of these rows passed; the output as it was. */
async function play(folder: string, rows: readonly number[], seed: number) {
  const args = ['--import', 'tsx', 'test/faults/run.ts', '--seed', `${seed}`, '--seeds', '1', '--only', rows.join(',')];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = Promise.all([text(child.stdout), text(child.stderr)]);
  await once(child, 'exit');
  const output = (await said).join('');
  const verdicts = new Map(
    Array.from(output.matchAll(/^(passed|FAILED) (\d+) /gm), ([, verdict, row]) => [Number(row), verdict === 'passed']),
  );
  return { output, passed: (row: number) => verdicts.get(row) };
}

/** What is wrong with the protection of a guard. */
async function mistakesOf(folder: string, { edits, rows }: Guard, seed: number): Promise<string[]> {
  for (const edit of edits) await apply(folder, edit);
  const others = otherRows.filter((row) => !rows.includes(row)).slice(0, othersPlayed);
  const { output, passed } = await play(folder, [...rows, ...others], seed);
  const blind = rows.filter((row) => passed(row) !== false).map((row) => `row ${row} does not fail without it`);
  const broken = others.filter((row) => passed(row) !== true).map((row) => `row ${row} fails, too`);
  const mistakes = [...blind, ...broken];
  return mistakes.length === 0 ? [] : [...mistakes, ...output.trimEnd().split('\n')];
}

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '7' }, only: { type: 'string' } },
});
const { only } = values;
const wanted = guards.filter(({ name }) => only === undefined || name.includes(only));
const counts = { passed: 0, failed: 0 };
for (const guard of wanted) {
  const folder = await copySources();
  try {
    const mistakes = await mistakesOf(folder, guard, Number(values.seed));
    const isProtected = mistakes.length === 0;
    counts[isProtected ? 'passed' : 'failed'] += 1;
    console.log(`${isProtected ? 'passed' : 'FAILED'} ${guard.name} (rows ${guard.rows.join(', ')})`);
    for (const line of mistakes) console.log(`       ${line}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1;
