import type { Outcome } from './stage.ts';

function counted({ counts }: Outcome): string {
  return counts.map(([name, value]) => `${name} ${Number.isInteger(value) ? value : value.toFixed(1)}`).join(', ');
}

/** One run of one row, with what went wrong. */
export function outcomeLines(outcome: Outcome): string[] {
  const { scenario, seed, mistakes, words, ms } = outcome;
  const verdict = mistakes.length === 0 ? 'passed' : 'FAILED';
  const head = `${verdict} ${scenario.row} ${scenario.name} (seed ${seed}, ${(ms / 1000).toFixed(1)} s)`;
  const counts = counted(outcome);
  const details = [...mistakes, ...words].map((line) => `       ${line}`);
  return [counts === '' ? head : `${head}: ${counts}`, ...details];
}

/** All rows in order, each with its runs added up. */
export function table(outcomes: readonly Outcome[]): string[] {
  const played = new Set(outcomes.map(({ scenario }) => scenario.row));
  const runsOf = (row: number) => outcomes.filter(({ scenario }) => scenario.row === row);
  const lines = Array.from(played, (row) => [row, rowLine(runsOf(row))] as const);
  return lines.sort(([one], [other]) => one - other).map(([, line]) => line);
}

function rowLine(runs: readonly Outcome[]): string {
  const [first] = runs;
  if (!first) return '';
  const { row, name, without } = first.scenario;
  const failed = runs.filter(({ mistakes }) => mistakes.length > 0).length;
  const sums = new Map<string, number>();
  for (const [count, value] of runs.flatMap(({ counts }) => counts)) sums.set(count, (sums.get(count) ?? 0) + value);
  const parts = [
    runs.length === 1 ? '' : `${runs.length} seeds`,
    ...Array.from(sums, ([count, value]) => `${count} ${Number.isInteger(value) ? value : value.toFixed(1)}`),
    without === undefined ? '' : `not built yet: ${without}`,
  ].filter((part) => part !== '');
  const verdict = failed === 0 ? 'passed ' : 'FAILED ';
  return `${place(row)} ${verdict} ${name}${parts.length === 0 ? '' : ` (${parts.join(', ')})`}`;
}

function place(row: number): string {
  return row.toString().padStart(3);
}
