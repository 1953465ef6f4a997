import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createRecordingLog } from '../../test/doubles/recording-log.ts';
import { longLease } from '../../test/doubles/leases.ts';
import { openTestDatabase, type TestDatabase } from '../../test/doubles/test-database.ts';
import { waitFor } from '../../test/doubles/wait-for.ts';
import { type Clock, systemClock } from './clock.ts';
import { deferred } from './deferred.ts';
import { type Epoch, holdLeases } from './lease.store.ts';
import { createLeases, type Leases, type LeasesOptions } from './leases.ts';
import { createPostgresProxy } from '../../test/doubles/postgres-proxy.ts';
import { createDatabase, type Database } from './database.ts';

const log = createRecordingLog();
const timings = { lifeMs: 1_200, renewMs: 400, marginMs: 400, lookMs: 100 };
let database: TestDatabase;
const started: Leases[] = [];

beforeAll(async () => (database = await openTestDatabase()));
afterAll(() => database.close());
beforeEach(() => database.execute('DELETE FROM account_leases'));
// Generations begin anew with the rows: one that went on renewing would keep the names of the next test.
afterEach(() => Promise.all(started.splice(0).map((leases) => leases.stop())));

async function newProcess(options: Partial<LeasesOptions> & { on?: Database } = {}): Promise<Leases> {
  const { on = database, ...others } = options;
  const leases = createLeases({ database: on, timings, clock: systemClock, log, ...others });
  await leases.start();
  started.push(leases);
  return leases;
}
async function owners(): Promise<number> {
  return (await database.rows('SELECT DISTINCT owner FROM account_leases')).length;
}

test('of two processes that ask at once each name goes to one', async () => {
  const [first, second] = [await newProcess(), await newProcess()];
  const names = Array.from({ length: 20 }, (_, index) => `acc_${index}`);
  const taken = await Promise.all([first.take(names), second.take(names.toReversed())]);
  expect(
    taken
      .flat()
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(names.toSorted());
});

test('while its owner lives a name changes hands only when the owner lets go', async () => {
  const [first, second] = [await newProcess(), await newProcess()];
  await first.take(['a', 'b']);
  await systemClock.sleep(timings.lifeMs * 2);
  expect(await second.take(['a', 'b'])).toEqual([]);
  const [lease] = [first.held('a')];
  await first.release(['a']);
  expect([lease?.holds, lease?.lost.aborted, first.held('a')]).toEqual([false, true, undefined]);
  expect((await second.take(['a', 'b'])).map(({ name, epoch }) => [name, epoch])).toEqual([['a', 2]]);
});

test('a stop lets go of everything', async () => {
  const [first, second] = [await newProcess(), await newProcess()];
  await first.take(['a', 'b']);
  await first.stop();
  expect(await second.take(['a', 'b'])).toHaveLength(2);
});

test('a process that dies loses its names when their time is over, and its generation with them', async () => {
  const dead = createLeases({ database, timings, clock: systemClock, log });
  const [old] = await dead.take(['a']);
  const heir = await newProcess();
  await waitFor(async () => (await heir.take(['a'])).length > 0);
  const held = await database.transaction((tx) => holdLeases(tx, [{ name: 'a', epoch: old?.epoch ?? 0 }]));
  expect(held.size).toBe(0);
});

test('a process that is alone takes all, whoever holds them', async () => {
  const [first, second] = [await newProcess(), await newProcess()];
  await first.take(['a']);
  await second.seize(['a', 'b']);
  expect(await owners()).toBe(1);
  await waitFor(() => first.held('a') === undefined);
  expect(second.held('a')?.epoch).toBe(2);
});

test('without the database a lease is given up before its end, and taken again in a new generation', async () => {
  const proxy = await createPostgresProxy(database.connection);
  const faraway = createDatabase({ connection: () => proxy.connection(), clock: systemClock, log });
  await faraway.start();
  let passedMs = 0;
  const clock: Clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + passedMs };
  const long = { lifeMs: 600_000, renewMs: 100, marginMs: 400, lookMs: 100 };
  const leases = await newProcess({ on: faraway, clock, timings: long });
  const [lease] = await leases.take(['a']);
  await proxy.close();
  // The database's own clock stands: as long as it takes to look, the lease is not over there.
  passedMs = long.lifeMs - long.marginMs;
  await waitFor(() => lease?.lost.aborted === true);
  const alive = await database.one('SELECT expires_at > now() AS alive FROM account_leases');
  expect(alive).toEqual({ alive: true });
  await proxy.listen();
  await waitFor(async () => (await leases.take(['a'])).length > 0);
  expect(leases.held('a')?.epoch).toBe(2);
  await leases.stop();
  await faraway.stop();
  await proxy.close();
});

test('a renewal that failed is tried again in time, so that a short outage costs no name', async () => {
  const proxy = await createPostgresProxy(database.connection);
  const faraway = createDatabase({ connection: () => proxy.connection(), clock: systemClock, log });
  await faraway.start();
  const patient = { lifeMs: 3_000, renewMs: 1_000, marginMs: 500, lookMs: 100 };
  const leases = createLeases({ database: faraway, timings: patient, clock: systemClock, log });
  await leases.start();
  started.push(leases);
  const [lease] = await leases.take(['a']);
  const endSql = 'SELECT expires_at AS at FROM account_leases';
  const before = await database.one<{ at: Date }>(endSql);
  const triedBefore = proxy.tried;
  proxy.refuse('57P03', 5);
  proxy.cut();
  await waitFor(() => proxy.tried >= triedBefore + 5);
  await waitFor(async () => ((await database.one<{ at: Date }>(endSql))?.at ?? 0) > (before?.at ?? 0));
  expect([lease?.holds, lease?.epoch]).toEqual([true, 1]);
  await leases.stop();
  await faraway.stop();
  await proxy.close();
});

const waitingSql = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;

interface Standing {
  /** Somebody in the database waits for its lock. */
  awaited(): Promise<boolean>;
  /** Lets go of everything. */
  end(): Promise<void>;
}

/** Somebody who stands still in the midst of a transaction, with the lease's row locked. */
async function standStill(lease: Epoch): Promise<Standing> {
  const locked = deferred<void>();
  const ending = deferred<void>();
  const transaction = database.transaction(async (tx) => {
    await holdLeases(tx, [lease]);
    locked.resolve();
    await ending.promise;
  });
  await locked.promise;
  return {
    awaited: async () => (await database.rows(waitingSql)).length > 0,
    async end() {
      ending.resolve();
      await transaction;
    },
  };
}

test('what lasted longer to take than its time is not held, and is taken anew', async () => {
  let passedMs = 0;
  const clock: Clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + passedMs };
  await (await newProcess()).seize(['a']);
  await database.execute(`UPDATE account_leases SET expires_at = '-infinity'`);
  const frozen = await standStill({ name: 'a', epoch: 1 });
  const heir = await newProcess({ clock, timings: longLease });
  const taking = heir.take(['a']);
  await waitFor(() => frozen.awaited());
  passedMs = longLease.lifeMs;
  await frozen.end();
  expect(await taking).toEqual([]);
  expect(heir.held('a')).toBeUndefined();
  expect((await heir.take(['a'])).map(({ epoch, holds }) => [epoch, holds])).toEqual([[3, true]]);
});

test('a renewal that is answered after the end does not bring the lease back', async () => {
  let passedMs = 0;
  const clock: Clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + passedMs };
  const slow = { lifeMs: 600_000, renewMs: 1_000, marginMs: 100_000, lookMs: 100 };
  const leases = await newProcess({ clock, timings: slow });
  const [lease] = await leases.take(['a']);
  const takenMs = clock.monotonicMs();
  const frozen = await standStill({ name: 'a', epoch: 1 });
  await waitFor(() => frozen.awaited());
  const expiry = 'SELECT expires_at AS at FROM account_leases';
  const before = await database.one<{ at: Date }>(expiry);
  // What is asked for by now would last longer.
  passedMs = slow.lifeMs - slow.marginMs - (clock.monotonicMs() - takenMs);
  const held = [lease?.holds];
  await frozen.end();
  await waitFor(async () => ((await database.one<{ at: Date }>(expiry))?.at ?? 0) > (before?.at ?? 0));
  await waitFor(() => lease?.lost.aborted === true);
  expect([...held, lease?.holds]).toEqual([false, false]);
});

test('a wall clock that jumps changes nothing', async () => {
  let offsetMs = 0;
  const jumping: Clock = { ...systemClock, now: () => new Date(systemClock.now().getTime() + offsetMs) };
  const [leases, other] = [await newProcess({ clock: jumping }), await newProcess()];
  const [lease] = await leases.take(['a']);
  for (const hours of [1, -1]) {
    offsetMs = hours * 3_600_000;
    await systemClock.sleep(timings.renewMs * 2);
    expect(lease?.holds).toBe(true);
    expect(await other.take(['a'])).toEqual([]);
  }
});

test('names taken in a transaction count once it is committed', async () => {
  const leases = await newProcess();
  await expect(
    database.transaction(async (tx) => {
      await leases.take(['a'], tx);
      throw new Error('rolled back');
    }),
  ).rejects.toThrow('rolled back');
  expect(leases.held('a')).toBeUndefined();
  await database.transaction((tx) => leases.take(['a'], tx));
  expect(leases.held('a')?.epoch).toBe(1);
});

test('a name that is gone for good is forgotten', async () => {
  const leases = await newProcess();
  const [lease] = await leases.take(['a']);
  await database.transaction((tx) => leases.forget(tx, 'a'));
  expect([lease?.lost.aborted, await owners()]).toEqual([true, 0]);
});
