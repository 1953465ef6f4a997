import { systemClock as clock } from '../../src/platform/clock.ts';
import type { Database } from '../../src/platform/database.ts';
import { createLeases, type Lease } from '../../src/platform/leases.ts';
import { createRecordingLog } from './recording-log.ts';

/** No test waits for its end. */
export const longLease = { lifeMs: 600_000, renewMs: 100_000, marginMs: 100_000, lookMs: 1_000 };

/** A lease that this process holds, whoever held the name before. */
export async function leaseOn(database: Database, name: string): Promise<Lease> {
  const leases = createLeases({ database, timings: longLease, clock, log: createRecordingLog() });
  const [lease] = await leases.seize([name]);
  if (!lease) throw new Error(`${name} could not be had`);
  return lease;
}
