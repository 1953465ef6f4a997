import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { guards } from '../faults/guards.ts';
import { rows } from '../faults/rows.ts';

const root = join(import.meta.dirname, '../..');

test.each(guards)('what `npm run test:mutation` takes away is there: $name', ({ edits, rows: claimed }) => {
  for (const { file, text } of edits) expect(readFileSync(join(root, file), 'utf8').split(text)).toHaveLength(2);
  for (const row of claimed) expect(rows.map((each) => each.row)).toContain(row);
});
