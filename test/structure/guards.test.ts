import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { guards, otherRows } from '../faults/guards.ts';
import { rows } from '../faults/rows.ts';

const root = join(import.meta.dirname, '../..');

test.each(guards)('the mutation check finds $name once, and the rows that protect it', ({ edits, rows: claimed }) => {
  const counts = edits.map(({ file, text }) => readFileSync(join(root, file), 'utf8').split(text).length - 1);
  expect(counts).toEqual(edits.map(() => 1));
  const known = rows.map(({ row }) => row);
  expect(known).toEqual(expect.arrayContaining([...claimed, ...otherRows]));
});
