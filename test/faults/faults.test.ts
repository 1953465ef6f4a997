// The short form as tests. `npm run test:faults` plays the same with a seed of one's choice, and the long form.
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { buildFaults } from './build.ts';
import { seedsOf } from './play-all.ts';
import { outcomeLines } from './report.ts';
import { rows } from './rows.ts';
import { play } from './stage.ts';
import { createSuite } from './suite.ts';

const firstSeed = randomInt(1, 1_000_000);
const suite = createSuite(inject('testPostgres'), false);

beforeAll(buildFaults);
afterAll(() => suite.close());

describe.concurrent('the promises about ownership, crashes, the database, webhooks and abuse', () => {
  for (const row of rows) {
    for (let index = 0; index < seedsOf(row, false); index += 1) {
      const seed = firstSeed + index;
      test(`${row.row} ${row.name} (seed ${seed})`, async () => {
        const outcome = await play(row, suite, seed, false);
        console.log(outcomeLines(outcome).join('\n'));
        expect([...outcome.mistakes, ...outcome.words]).toEqual([]);
      });
    }
  }
});
