export interface Spread {
  p50: number;
  p99: number;
}

export async function elapsedMs(work: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await work();
  return performance.now() - before;
}

export function spreadOf(samples: readonly number[]): Spread {
  const sorted = samples.toSorted((left, right) => left - right);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
  return { p50: at(0.5), p99: at(0.99) };
}

export interface Row {
  work: string;
  ours: Spread;
  /** The least that does the same, in the same run; absent where there is nothing like it. */
  baseline?: Spread;
  /** The goal for our p99, in the same unit. */
  goal?: number;
}

/** One line a row: p50 / p99 of ours and of the baseline in ms, their ratio, and whether the goal was met. */
export function printRows(rows: readonly Row[], baselineName: string): void {
  const text = ({ p50, p99 }: Spread): string => `${p50.toFixed(0)} / ${p99.toFixed(0)} ms`;
  console.table(
    rows.map(({ work, ours, baseline, goal }) => ({
      work,
      'ours, p50 / p99': text(ours),
      [baselineName]: baseline ? text(baseline) : '',
      'ratio of p50': baseline ? (ours.p50 / baseline.p50).toFixed(2) : '',
      goal: goal === undefined ? '' : `${goal} ms: ${ours.p99 <= goal ? 'met' : 'missed'}`,
    })),
  );
}
