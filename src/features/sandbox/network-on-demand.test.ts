import { afterAll, beforeAll, expect, test } from 'vitest';
import { longLease } from '../../../test/doubles/leases.ts';
import { createRecordingLog } from '../../../test/doubles/recording-log.ts';
import { openTestDatabase, type TestDatabase } from '../../../test/doubles/test-database.ts';
import { waitFor } from '../../../test/doubles/wait-for.ts';
import { systemClock as clock } from '../../platform/clock.ts';
import { createLeases, type Lease, type Leases } from '../../platform/leases.ts';
import { createSecrets } from '../../platform/secrets.ts';
import { createSimulator } from '../../simulator/simulator.ts';
import { createSandboxStores, startOnDemand, type StartedOnDemand } from './sandbox.ts';

const secrets = createSecrets({ key: 'a key of this test, 32 characters and more' });
let database: TestDatabase;

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

interface Process {
  leases: Leases;
  network: StartedOnDemand;
  made: Lease[];
}

/** `making` runs when a network has been made and has not started. */
function newProcess(alone: boolean, making: (process: Process) => void = () => undefined): Process {
  const leases = createLeases({ database, timings: longLease, clock, log: createRecordingLog() });
  const made: Lease[] = [];
  const network = startOnDemand({
    leases,
    alone,
    wanted: true,
    lookMs: 10,
    clock,
    log: createRecordingLog(),
    make(lease) {
      made.push(lease);
      making({ leases, network, made });
      return createSimulator({
        seed: secrets.derive('sandbox network', 32),
        ...createSandboxStores(database, secrets, lease),
      });
    },
  });
  return { leases, network, made };
}

test.each([true, false])('whoever asks at once gets one network, under one lease (alone: %s)', async (alone) => {
  const { leases, network, made } = newProcess(alone);
  const [first, ...others] = await Promise.all(Array.from({ length: 5 }, () => network.running()));
  expect(new Set(others)).toEqual(new Set([first]));
  expect(made).toHaveLength(1);
  expect([made[0]?.holds, leases.held('sandbox')]).toEqual([true, made[0]]);
  await network.stop();
});

test('a network whose lease is lost while it starts does not run', async () => {
  let released: Promise<void> | undefined;
  const { network, made } = newProcess(false, ({ leases }) => {
    released ??= leases.release(['sandbox']);
  });
  await expect(network.running()).rejects.toMatchObject({ code: 'account.moving', retryable: true });
  await released;
  expect((await network.running()).control.phones()).toEqual([]);
  expect(made).toHaveLength(2);
  await network.stop();
});

test('of two processes the first owns it, and the other once that has stopped', async () => {
  const [first, second] = [newProcess(false).network, newProcess(false).network];
  await first.start();
  await second.start();
  expect([first.isOwned, second.isOwned]).toEqual([true, false]);
  await first.stop();
  await waitFor(() => second.isOwned);
  expect(first.isOwned).toBe(false);
  await second.stop();
});
