import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDelayProxy } from '../../test/doubles/delay-proxy.ts';
import { leaseOn } from '../../test/doubles/leases.ts';
import { createPostgresProxy, type PostgresProxy } from '../../test/doubles/postgres-proxy.ts';
import { createRecordingLog } from '../../test/doubles/recording-log.ts';
import { openTestDatabase, type TestDatabase } from '../../test/doubles/test-database.ts';
import { systemClock as clock } from './clock.ts';
import { type ChangeKind, type CommitWriter, createCommitWriter, type Lane } from './commit-writer.ts';
import { createDatabase, type Database } from './database.ts';

const log = createRecordingLog();
let database: TestDatabase;
let proxy: PostgresProxy;
let faraway: Database;
let writer: CommitWriter;
let owners = 0;
/** How many rows each call of a kind was given. */
const applied: number[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
  await database.execute(
    'CREATE TABLE written (position serial, owner text, kind text, value text CHECK (length(value) < 50))',
  );
  proxy = await createPostgresProxy(database.connection);
  faraway = createDatabase({ connection: () => proxy.connection(), clock, log });
  await faraway.start();
  writer = createCommitWriter({ database: faraway, clock, log });
});
afterAll(async () => {
  await faraway.stop();
  await proxy.close();
  await database.close();
});

function kind(name: string, options: Partial<ChangeKind<string>> = {}): ChangeKind<string> {
  return {
    name,
    ...options,
    async apply(tx, changes) {
      applied.push(changes.length);
      const sql = `
        INSERT INTO written (owner, kind, value) SELECT owner, $1, value
        FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS g(owner, value, place) ORDER BY place`;
      await tx.execute(sql, [name, changes.map(({ owner }) => owner), changes.map(({ row }) => row)]);
    },
  };
}
const poison = 'x'.repeat(60);
/** Of the present run of the suite. */
let letters: ChangeKind<string>;
let numbers: ChangeKind<string>;
let early: ChangeKind<string>;
let apart: ChangeKind<string>;

async function newLane(): Promise<Lane> {
  owners += 1;
  return writer.lane(await leaseOn(database, `owner ${owners}`));
}
function commit(lane: Lane, ...values: string[]): number {
  const batch = lane.batch();
  for (const value of values) batch.add(letters, value);
  return lane.commit(batch);
}
async function written(lane: Lane): Promise<string[]> {
  const sql = 'SELECT value FROM written WHERE owner = $1 ORDER BY position';
  return (await database.rows<{ value: string }>(sql, [lane.owner])).map(({ value }) => value);
}

describe.each([
  ['whose answers are read', {}],
  ['that need no answer', { needsNoAnswer: true }],
] as const)('changes %s', (_kinds, options) => {
  beforeAll(() => {
    letters = kind('letters', options);
    numbers = kind('numbers', options);
    early = kind('early', { ...options, order: -1 });
    apart = kind('apart', { ...options, alone: true });
  });

  test('a batch is durable when the lane has settled, each kind in one call with its rows in order', async () => {
    const lane = await newLane();
    const batch = lane.batch();
    batch.add(letters, 'a');
    batch.add(numbers, '1');
    batch.add(letters, 'b');
    batch.add(early, 'first');
    lane.commit(batch);
    expect(await written(lane)).toEqual([]);
    await lane.settled();
    expect(await written(lane)).toEqual(['first', 'a', 'b', '1']);
  });

  test('what gave way in a deadlock is written once more', async () => {
    const lane = await newLane();
    let deadlocks = 0;
    const unlucky: ChangeKind<string> = {
      name: 'unlucky',
      ...options,
      async apply(tx) {
        deadlocks += 1;
        if (deadlocks > 2) return;
        await tx.execute(`DO $$ BEGIN RAISE 'Both waited' USING ERRCODE = '40P01'; END $$`);
      },
    };
    const batch = lane.batch();
    batch.add(unlucky, 'x');
    batch.add(letters, 'a');
    lane.commit(batch);
    await lane.settled();
    expect(deadlocks).toBe(3);
    expect(await written(lane)).toEqual(['a']);
  });

  test('a commit returns at once with its number, and tells when that is durable', async () => {
    const lane = await newLane();
    const told: [number, number][] = [];
    lane.onDurable(() => told.push([lane.durable, lane.last]));
    const numbersGiven = [commit(lane, 'a'), commit(lane, 'b'), commit(lane)];
    expect([numbersGiven, lane.durable]).toEqual([[1, 2, 2], 0]);
    await lane.settled();
    expect(told).toEqual([
      [1, 2],
      [2, 2],
    ]);
  });

  test('batches of many owners that come together are one transaction', async () => {
    const lanes = await Promise.all(Array.from({ length: 20 }, newLane));
    const before = proxy.sent.length;
    applied.length = 0;
    for (const lane of lanes) commit(lane, 'together');
    await Promise.all(lanes.map((lane) => lane.settled()));
    const statements = proxy.sent.slice(before);
    expect(statements.filter((text) => text.includes('BEGIN'))).toHaveLength(1);
    expect(applied).toEqual([lanes.length]);
    for (const lane of lanes) expect(await written(lane)).toEqual(['together']);
  });

  test('batches of one owner are stored in the order of the calls', async () => {
    const lane = await newLane();
    const values = Array.from({ length: 50 }, (_, index) => String(index));
    for (const value of values) {
      commit(lane, value);
      if (Number(value) % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await lane.settled();
    expect(await written(lane)).toEqual(values);
  });

  test('what depends on everything before it is stored by itself, in its place', async () => {
    const lane = await newLane();
    commit(lane, 'before');
    const batch = lane.batch();
    batch.add(apart, 'alone');
    lane.commit(batch);
    commit(lane, 'after');
    await lane.settled();
    expect(await written(lane)).toEqual(['before', 'alone', 'after']);
  });

  test('a batch is stored whole or not at all, and with it nothing that follows', async () => {
    const lane = await newLane();
    const refusals: string[] = [];
    commit(lane, 'before');
    const batch = lane.batch();
    batch.add(numbers, 'good');
    batch.add(letters, poison);
    batch.afterRefusal(() => refusals.push('refused'));
    lane.commit(batch);
    commit(lane, 'after');
    await expect(lane.settled()).rejects.toThrow('written_value_check');
    expect(lane.broken.aborted).toBe(true);
    commit(lane, 'later');
    expect(await written(lane)).toEqual(['before']);
    expect(refusals).toEqual(['refused']);
  });

  test('a refused batch keeps nobody else from going on', async () => {
    const [sick, healthy] = [await newLane(), await newLane()];
    commit(sick, poison);
    commit(healthy, 'beside it');
    await Promise.all([healthy.settled(), expect(sick.settled()).rejects.toThrow()]);
    expect([await written(sick), await written(healthy)]).toEqual([[], ['beside it']]);
  });

  test('in the name of an older generation nothing is stored: five hundred tries', async () => {
    const name = 'changes hands';
    const stale = await leaseOn(database, name);
    await leaseOn(database, name);
    const beside = await newLane();
    for (let round = 0; round < 500; round += 1) {
      const lane = writer.lane(stale);
      commit(lane, `stale ${round}`);
      if (round % 50 === 0) commit(beside, `round ${round}`);
      await expect(lane.settled()).rejects.toThrow('Another process owns this now');
    }
    await beside.settled();
    expect(await written(writer.lane(stale))).toEqual([]);
    expect(await written(beside)).toHaveLength(10);
  });

  test('while the database is away batches are held, and stored in order once it is back', async () => {
    const lane = await newLane();
    await proxy.close();
    for (const value of ['1', '2', '3']) commit(lane, value);
    let settled = false;
    const all = lane.settled().then(() => (settled = true));
    await clock.sleep(300);
    expect(settled).toBe(false);
    await proxy.listen();
    await all;
    expect(await written(lane)).toEqual(['1', '2', '3']);
  });

  test('a lane that is closed gives up what is held, and no other', async () => {
    const [closing, patient] = [await newLane(), await newLane()];
    await proxy.close();
    commit(closing, 'given up');
    commit(patient, 'kept');
    const gaveUp = expect(closing.settled()).rejects.toThrow('stopping');
    closing.close('stopping');
    await gaveUp;
    await proxy.listen();
    await patient.settled();
    expect([await written(closing), await written(patient)]).toEqual([[], ['kept']]);
  });

  test('a batch is of its own lane', async () => {
    const [lane, other] = [await newLane(), await newLane()];
    expect(() => lane.commit(other.batch())).toThrow('another lane');
  });
});

test('what needs no answer is committed in one round trip, anything else in two', async () => {
  const far = await createDelayProxy({ target: database.connection, delayMs: 10 });
  const farDatabase = createDatabase({ connection: () => far.connection, clock, log });
  await farDatabase.start();
  const farWriter = createCommitWriter({ database: farDatabase, clock, log });
  const lane = farWriter.lane(await leaseOn(database, 'far away'));
  const roundTrips: number[] = [];
  for (const each of [kind('blind', { needsNoAnswer: true }), kind('read')]) {
    const before = far.roundTrips;
    const batch = lane.batch();
    batch.add(each, each.name);
    lane.commit(batch);
    await lane.settled();
    roundTrips.push(far.roundTrips - before);
  }
  expect(roundTrips).toEqual([1, 2]);
  expect(await written(lane)).toEqual(['blind', 'read']);
  await farDatabase.stop();
  await far.close();
});
