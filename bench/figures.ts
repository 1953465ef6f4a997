import { spreadOf } from './measure.ts';

export type Goal = { most: number } | { least: number } | { leastRatio: number };

export interface Figure {
  work: string;
  unit: string;
  ours: number;
  /** The least that does the same, in the same run; absent where there is nothing like it. */
  bare?: number | undefined;
  /** For ours, or for its ratio to bare. */
  goal?: Goal;
}

/** p50 and p99 of samples in ms, and the most that they should be. */
export function spreadFigures(
  work: string,
  ours: readonly number[],
  bare: readonly number[],
  most?: { p50: number; p99: number },
): Figure[] {
  const [here, there] = [spreadOf(ours), spreadOf(bare)];
  return (['p50', 'p99'] as const).map((share) => ({
    work: `${work}, ${share}`,
    unit: 'ms',
    ours: here[share],
    bare: there[share],
    ...(most && { goal: { most: most[share] } }),
  }));
}

/** One line a figure: ours, bare, their ratio, and whether the goal was met. */
export function printFigures(figures: readonly Figure[], bareName = 'bare Baileys'): void {
  console.table(
    figures.map((figure) => {
      const { work, unit, ours, bare } = figure;
      return {
        work,
        ours: `${short(ours)} ${unit}`,
        [bareName]: bare === undefined ? '' : `${short(bare)} ${unit}`,
        ratio: bare === undefined ? '' : (ours / bare).toFixed(2),
        goal: verdict(figure),
      };
    }),
  );
}

function verdict({ ours, bare = NaN, goal }: Figure): string {
  if (goal === undefined) return '';
  const said = (words: string, met: boolean): string => `${words}: ${met ? 'met' : 'missed'}`;
  if ('most' in goal) return said(`at most ${goal.most}`, ours <= goal.most);
  if ('least' in goal) return said(`at least ${goal.least}`, ours >= goal.least);
  return said(`ratio at least ${goal.leastRatio}`, ours / bare >= goal.leastRatio);
}

function short(value: number): string {
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}
