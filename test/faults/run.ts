// `npm run test:faults`: the promises about ownership, crashes, the database, webhooks and abuse, played against the product.
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { startTestPostgres } from '../doubles/test-postgres.ts';
import { buildFaults } from './build.ts';
import { playAll } from './play-all.ts';
import { outcomeLines, table } from './report.ts';
import { rows } from './rows.ts';
import { createSuite } from './suite.ts';

const { values } = parseArgs({
  options: {
    long: { type: 'boolean', default: false },
    seed: { type: 'string' },
    only: { type: 'string' },
    /** How many seeds each row gets, instead of its own number. */
    seeds: { type: 'string' },
    lanes: { type: 'string', default: '2' },
  },
});
const seed = values.seed === undefined ? randomInt(1, 1_000_000) : Number(values.seed);
const only = values.only?.split(',').map(Number);
const wanted = rows.filter(({ row }) => only === undefined || only.includes(row));

// Ends the processes that were started, too.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
console.log(`Seed ${seed}`);
await buildFaults();
const postgres = await startTestPostgres();
const suite = createSuite(postgres.connection, values.long);
try {
  const outcomes = await playAll(wanted, suite, {
    seed,
    long: values.long,
    seeds: values.seeds === undefined ? undefined : Number(values.seeds),
    lanes: Number(values.lanes),
    onOutcome: (outcome) => console.log(outcomeLines(outcome).join('\n')),
  });
  const failed = outcomes.filter(({ mistakes }) => mistakes.length > 0).length;
  console.log(['', ...table(outcomes)].join('\n'));
  console.log(`${outcomes.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && outcomes.length > 0 ? 0 : 1;
} finally {
  await suite.close();
  await postgres.stop();
}
