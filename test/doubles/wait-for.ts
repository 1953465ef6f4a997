import { systemClock } from '../../src/platform/clock.ts';

/** Often enough not to be waited for, and seldom enough to leave the machine to what is waited for. */
const lookMs = 25;

/** Resolves once the fact holds; the test's own time-out bounds it. */
export async function waitFor(fact: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await fact())) await systemClock.sleep(lookMs);
}
