// `npm run check`: everything that can be said about the code without running it.
import { cpus } from 'node:os';
import { type Outcome, type Step, program } from './check-step.ts';
import {
  deadCode,
  documentedEvents,
  environmentExample,
  importDirections,
  lockFile,
  longFiles,
  markdownWidth,
} from './check-steps.ts';

/** TypeScript 7, which takes a sixth of the time; `typescript` is 6, because the import directions are read with its API. */
const tsc = '../typescript-native/bin/tsc';

const steps: readonly Step[] = [
  { name: 'types', run: () => program(tsc, []) },
  { name: 'types of what browsers run', run: () => program(tsc, ['--project', 'public']) },
  { name: 'types of what tests run in pages', run: () => program(tsc, ['--project', 'test/in-page']) },
  { name: 'lint', run: () => program('oxlint', ['--type-aware', '--deny-warnings']) },
  { name: 'import directions', run: importDirections },
  { name: 'dead code', run: deadCode },
  { name: 'format', run: () => program('oxfmt', ['--check']) },
  { name: 'lock file', run: lockFile },
  { name: 'Markdown width', run: markdownWidth },
  { name: '.env.example', run: environmentExample },
  { name: 'docs/events.md', run: documentedEvents },
  { name: 'long files', run: longFiles },
];

async function runStep(step: Step): Promise<boolean> {
  const startedAt = performance.now();
  const outcome: Outcome = await step.run().catch((error: unknown) => ({ passed: false, output: String(error) }));
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${outcome.passed ? 'ok    ' : 'FAILED'} ${step.name} (${seconds} s)`);
  if (outcome.output !== '') console.log(outcome.output.trimEnd());
  return outcome.passed;
}

const waiting = [...steps];
let failed = 0;

async function runWaiting(): Promise<void> {
  for (let step = waiting.shift(); step; step = waiting.shift()) if (!(await runStep(step))) failed += 1;
}

await Promise.all(Array.from({ length: Math.min(2, cpus().length) }, runWaiting));
console.log(failed === 0 ? 'check: all steps passed' : `check: ${failed} of ${steps.length} steps failed`);
process.exitCode = failed === 0 ? 0 : 1;
