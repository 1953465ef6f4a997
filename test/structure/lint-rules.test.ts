import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scratchTree } from './scratch-tree.ts';

interface Diagnostic {
  code: string;
  filename: string;
}

const load = 'export const load = async (): Promise<number> => 1;\n';

/** One file of src for each mistake; its name, the rule that must find it, its text. */
const planted: readonly (readonly [file: string, rule: string, text: string])[] = [
  ['floating', 'no-floating-promises', `${load}export const run = (): void => {\n  load();\n};\n`],
  [
    'misused',
    'no-misused-promises',
    `${load}export const run = (): void => [1].forEach(async () => void (await load()));\n`,
  ],
  ['condition', 'no-misused-promises', `${load}export const run = (): number => (load() ? 1 : 2);\n`],
  [
    'unsafe-assignment',
    'no-unsafe-assignment',
    "export const run = (): void => {\n  const found = JSON.parse('1');\n  void found;\n};\n",
  ],
  ['unsafe-member', 'no-unsafe-member-access', "export const run = (): void => void JSON.parse('{}').name;\n"],
  ['unsafe-call', 'no-unsafe-call', "export const run = (): void => void JSON.parse('{}')();\n"],
  ['unsafe-return', 'no-unsafe-return', "export const run = (): number => JSON.parse('1');\n"],
  [
    'unsafe-argument',
    'no-unsafe-argument',
    "export const run = (): boolean => Number.isFinite(Math.abs(JSON.parse('1')));\n",
  ],
  ['any', 'no-explicit-any', 'export const run = (value: any): void => void value;\n'],
  ['non-null', 'no-non-null-assertion', 'export const run = (value?: string): number => value!.length;\n'],
  ['console', 'no-console', "export const run = (): void => console.log('hello');\n"],
  ['default', 'no-default-export', 'export default 1;\n'],
  [
    'exhaustive',
    'switch-exhaustiveness-check',
    "export function run(kind: 'a' | 'b'): number {\n  switch (kind) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n}\n",
  ],
];

function lint(files: Record<string, string>): Promise<{ diagnostics: readonly Diagnostic[]; failed: boolean }> {
  const tree = scratchTree(files, ['.oxlintrc.json', 'tsconfig.json']);
  const args = ['--type-aware', '--deny-warnings', '--format', 'json'];
  return new Promise((done, reject) => {
    execFile(resolve('node_modules/.bin/oxlint'), args, { cwd: tree.folder }, (error, stdout, stderr) => {
      tree.remove();
      if (!stdout.startsWith('{')) reject(new Error(`${stdout}${stderr}`, { cause: error }));
      else done({ ...(JSON.parse(stdout) as { diagnostics: Diagnostic[] }), failed: error !== null });
    });
  });
}

describe('a mistake in src fails the lint', () => {
  const linted = lint(Object.fromEntries(planted.map(([file, , text]) => [`src/${file}.ts`, text])));

  test.each(planted)('%s: %s', async (file, rule) => {
    const { diagnostics, failed } = await linted;
    const found = diagnostics.filter(({ filename }) => filename.endsWith(`src/${file}.ts`)).map(({ code }) => code);
    expect(failed).toBe(true);
    expect(found).toContainEqual(expect.stringContaining(`(${rule})`));
  });
});

test('correct code passes, and scripts and tests may print', async () => {
  const printing = "console.log('hello');\n";
  const { diagnostics, failed } = await lint({ 'src/load.ts': load, 'scripts/a.ts': printing, 'test/b.ts': printing });
  expect(diagnostics).toEqual([]);
  expect(failed).toBe(false);
});
