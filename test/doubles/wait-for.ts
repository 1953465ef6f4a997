import { systemClock } from '../../src/platform/clock.ts';

/** Resolves once the fact holds; the test's own time-out bounds it. */
export async function waitFor(fact: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await fact())) await systemClock.sleep(10);
}
