import { type Outcome, play, type Scenario } from './stage.ts';
import type { Suite } from './suite.ts';

export interface PlayOptions {
  /** Of the first run of each row; the following ones count on from it. */
  readonly seed: number;
  readonly long: boolean;
  /** Instead of each row's own number of seeds. */
  readonly seeds?: number | undefined;
  /** How many scenarios play side by side. */
  readonly lanes: number;
  readonly onOutcome: (outcome: Outcome) => void;
}

/** With how many seeds a scenario runs. */
export function seedsOf({ seeds = { short: 1, long: 10 } }: Scenario, long: boolean): number {
  return long ? seeds.long : seeds.short;
}

/** Plays scenarios in this order, some side by side. */
export async function playAll(
  scenarios: readonly Scenario[],
  suite: Suite,
  { seed, seeds, long, lanes, onOutcome }: PlayOptions,
): Promise<readonly Outcome[]> {
  const waiting = scenarios.flatMap((scenario) =>
    Array.from({ length: seeds ?? seedsOf(scenario, long) }, (_, index) => ({ scenario, seed: seed + index })),
  );
  const outcomes: Outcome[] = [];
  async function playWaiting(): Promise<void> {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const outcome = await play(next.scenario, suite, next.seed, long);
      outcomes.push(outcome);
      onOutcome(outcome);
    }
  }
  await Promise.all(Array.from({ length: lanes }, playWaiting));
  return outcomes;
}
