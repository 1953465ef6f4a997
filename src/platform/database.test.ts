import { Socket } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { useWordDatabase } from '../../test/doubles/word-database.ts';
import { waitFor } from '../../test/doubles/wait-for.ts';
import { isUnavailable, type Transaction } from './database.ts';
import { deferred } from './deferred.ts';

const rig = useWordDatabase();

afterEach(() => vi.restoreAllMocks());

describe('values', () => {
  test('rows, the first row and the number of affected rows', async () => {
    expect(await rig.db.execute(`INSERT INTO word VALUES ('a', 1), ('b', 2)`)).toBe(2);
    expect(await rig.db.rows('SELECT word FROM word ORDER BY word')).toEqual([{ word: 'a' }, { word: 'b' }]);
    expect(await rig.db.one('SELECT number FROM word WHERE word = $1', ['b'])).toEqual({ number: 2 });
    expect(await rig.db.one('SELECT number FROM word WHERE word = $1', ['c'])).toBeUndefined();
  });

  test('a bigint is a number where that is exact and a bigint where it is not', async () => {
    expect(await rig.db.one(`SELECT 9007199254740991::int8 AS safe, -9007199254740993::int8 AS large`)).toEqual({
      safe: 9_007_199_254_740_991,
      large: -9_007_199_254_740_993n,
    });
  });

  test('numeric and date are text, a timestamp is a Date, bytes are a Buffer, json is parsed', async () => {
    const row = await rig.db.one(
      `SELECT 1.10::numeric AS price, '2026-03-01'::date AS day, '2026-03-01T00:00:00Z'::timestamptz AS at,
              $1::bytea AS bytes, '{"a":[1]}'::jsonb AS json, ARRAY['x','y'] AS list`,
      [Buffer.from([0, 255])],
    );
    expect(row).toEqual({
      price: '1.10',
      day: '2026-03-01',
      at: new Date('2026-03-01T00:00:00Z'),
      bytes: Buffer.from([0, 255]),
      json: { a: [1] },
      list: ['x', 'y'],
    });
  });
});

describe('transactions', () => {
  test('what happened in it is there after the commit, and only then is the work done that waits for it', async () => {
    const told: (object | undefined)[] = [];
    const order: string[] = [];
    const result = await rig.db.transaction(async (tx) => {
      tx.afterCommit(() => order.push('after commit'));
      await tx.execute(`INSERT INTO word VALUES ('a', 1)`);
      told.push(await rig.db.one(`SELECT 1 FROM word`));
      order.push('end of work');
      return 'result';
    });
    expect(result).toBe('result');
    expect(told).toEqual([undefined]);
    expect(order).toEqual(['end of work', 'after commit']);
    expect(await rig.db.rows(`SELECT word FROM word`)).toHaveLength(1);
  });

  test('the work before the commit runs once that of the transaction is done, and belongs to it', async () => {
    const inserts = (tx: Transaction, word: string) => async (): Promise<void> => {
      await tx.execute('INSERT INTO word (word) VALUES ($1)', [word]);
    };
    await rig.db.transaction(async (tx) => {
      tx.beforeCommit(inserts(tx, 'second'));
      tx.beforeCommit(inserts(tx, 'third'));
      await inserts(tx, 'first')();
    });
    const fails: [string, (tx: Transaction) => () => Promise<void>][] = [
      ['not yet', () => () => Promise.reject(new Error('not yet'))],
      ['word_once', (tx) => inserts(tx, 'undone')],
    ];
    for (const [reason, last] of fails) {
      const undone = rig.db.transaction(async (tx) => {
        tx.beforeCommit(last(tx));
        await inserts(tx, 'undone')();
      });
      await expect(undone).rejects.toThrow(reason);
    }
    expect(await rig.db.rows('SELECT word FROM word ORDER BY ctid')).toEqual([
      { word: 'first' },
      { word: 'second' },
      { word: 'third' },
    ]);
  });

  test('an error rolls back, is passed on as it is, and nothing runs after', async () => {
    const ran: string[] = [];
    const failure = new Error('no');
    const outcome = rig.db.transaction(async (tx) => {
      tx.afterCommit(() => ran.push('after commit'));
      await tx.execute(`INSERT INTO word VALUES ('a', 1)`);
      throw failure;
    });
    await expect(outcome).rejects.toBe(failure);
    expect(ran).toEqual([]);
    expect(await rig.db.rows(`SELECT word FROM word`)).toEqual([]);
  });

  test('a swallowed failure of a statement does not pass for a commit', async () => {
    const outcome = rig.db.transaction(async (tx) => {
      await tx.execute(`INSERT INTO word VALUES ('a', 1)`);
      await tx.execute(`SELECT 1 / 0`).catch(() => undefined);
    });
    await expect(outcome).rejects.toThrow('rolled back');
    expect(await rig.db.rows(`SELECT word FROM word`)).toEqual([]);
  });

  test('an error in the work after a commit is logged and does not fail the transaction', async () => {
    const database = await rig.opensNow();
    const work = database.transaction((tx) => {
      tx.afterCommit(() => {
        throw new Error('listener');
      });
      return Promise.resolve('done');
    });
    expect(await work).toBe('done');
    expect(rig.log.lines).toContainEqual({
      level: 'error',
      message: 'Work after a commit failed',
      context: { error: 'listener' },
    });
  });

  test('a transaction that is over takes no more statements', async () => {
    let kept: { execute(sql: string): Promise<number> } | undefined;
    await rig.db.transaction((tx) => {
      kept = tx;
      return Promise.resolve();
    });
    await expect(kept?.execute('SELECT 1')).rejects.toThrow('over');
  });

  test('statements of one transaction given at once run one after the other', async () => {
    const found = await rig.db.transaction((tx) =>
      Promise.all([1, 2, 3].map((number) => tx.one(`SELECT ${String(number)} AS number, pg_backend_pid() AS pid`))),
    );
    expect(found.map((row) => (row as { number: number }).number)).toEqual([1, 2, 3]);
    expect(new Set(found.map((row) => (row as { pid: number }).pid)).size).toBe(1);
  });

  test('the server itself ends a statement that takes too long, and the connection stays good', async () => {
    const outcome = rig.db.transaction((tx) => tx.execute('SELECT pg_sleep(600)'), { statementTimeoutMs: 50 });
    await expect(outcome).rejects.toMatchObject({ message: expect.stringMatching(/timeout/) as string });
    expect(await rig.db.one(`SELECT current_setting('statement_timeout') AS timeout`)).toEqual({ timeout: '0' });
  });
});

test('what is begun together is one call of the system', async () => {
  const database = await rig.opensNow();
  const writing = [vi.spyOn(Socket.prototype, '_write'), vi.spyOn(Socket.prototype, '_writev')] as const;
  const isOurs = (socket: unknown): boolean => (socket as Socket).remotePort === rig.proxy.connection().port;
  await database.transaction(async (tx) => {
    await Promise.all([1, 2, 3].map((number) => tx.one('SELECT $1::int AS number', [number])));
    tx.beforeCommit(async () => void (await tx.execute(`INSERT INTO word VALUES ('a', 1)`)));
  });
  expect(writing.flatMap(({ mock }) => mock.contexts).filter(isOurs)).toHaveLength(2);
});

test('once COMMIT is on its way nothing more belongs to the transaction', async () => {
  const late = rig.db.transaction(
    async (tx) => {
      await tx.execute(`INSERT INTO word VALUES ('a', 1)`);
      await tx.execute(`INSERT INTO word VALUES ('b', 2)`);
    },
    { eager: true, atOnce: true },
  );
  await expect(late).rejects.toThrow('This transaction is over');
  expect(await rig.db.rows('SELECT word FROM word')).toEqual([{ word: 'a' }]);
  const before = rig.db.transaction(
    (tx) => {
      tx.beforeCommit(() => Promise.resolve());
      return Promise.resolve();
    },
    { eager: true, atOnce: true },
  );
  await expect(before).rejects.toThrow('nothing can be put before it');
});

describe('the pool', () => {
  test('begins with one connection and grows to five, not more', async () => {
    const database = await rig.opensNow();
    expect(rig.proxy.open).toBe(1);
    const busy = Array.from({ length: 12 }, () => database.execute('SELECT pg_sleep(0.1)'));
    await Promise.all(busy);
    expect(rig.proxy.open).toBe(5);
    expect(rig.proxy.tried).toBe(5);
  });

  test('idle connections are closed again, but one', async () => {
    const database = await rig.opensNow({ idleLimitMs: 20 });
    await Promise.all(Array.from({ length: 5 }, () => database.execute('SELECT pg_sleep(0.05)')));
    await waitFor(() => rig.proxy.open === 1);
    expect(await database.one('SELECT 1 AS one')).toEqual({ one: 1 });
  });

  test('where the server allows fewer connections, callers share them', async () => {
    await rig.db.execute(`CREATE ROLE few LOGIN PASSWORD 'few' CONNECTION LIMIT 2`);
    const database = await rig.opensNow({
      connection: () => ({ ...rig.proxy.connection(), user: 'few', password: 'few' }),
    });
    const rows = await Promise.all(Array.from({ length: 20 }, () => database.one('SELECT 1 AS one, pg_sleep(0.01)')));
    expect(rows).toHaveLength(20);
    await waitFor(() => rig.proxy.open <= 2);
    await database.stop();
    await rig.db.execute('DROP ROLE few');
  });

  test('with no connection at all, callers wait while the server is full', async () => {
    const database = await rig.opensNow();
    rig.proxy.cut();
    await waitFor(() => rig.proxy.open === 0);
    rig.proxy.refuse('53300', 3);
    const tried = rig.proxy.tried;
    await waitFor(() => rig.log.lines.length > 0);
    expect(await database.one('SELECT 1 AS one')).toEqual({ one: 1 });
    expect(rig.proxy.tried - tried).toBeGreaterThan(3);
  });

  test('and are told to come again when that takes too long', async () => {
    const database = await rig.opensNow({ fullWaitMs: 100 });
    rig.proxy.cut();
    await waitFor(() => rig.proxy.open === 0);
    rig.proxy.refuse('53300', Number.POSITIVE_INFINITY);
    await waitFor(() => rig.log.lines.length > 0);
    await expect(database.one('SELECT 1')).rejects.toMatchObject({
      code: 'database.unavailable',
      status: 503,
      retryable: true,
      retryAfterSeconds: 2,
      cause: { code: '53300' },
    });
  });

  test('an urgent transaction goes before those that wait for a connection', async () => {
    const database = await rig.opensNow({ maxConnections: 1 });
    const order: string[] = [];
    const first = deferred<undefined>();
    const work = (name: string) => async (): Promise<void> => void order.push(name);
    const holding = database.transaction(() => first.promise);
    const waiting = [
      database.transaction(work('one')),
      database.transaction(work('urgent'), { urgent: true }),
      database.transaction(work('two')),
      database.transaction(work('urgent too'), { urgent: true }),
    ];
    first.resolve(undefined);
    await Promise.all([holding, ...waiting]);
    expect(order).toEqual(['urgent', 'urgent too', 'one', 'two']);
  });

  test('a caller does not wait for ever for a connection that others keep', async () => {
    const database = await rig.opensNow({ maxConnections: 1, busyWaitMs: 20 });
    await database.transaction(async () => {
      await expect(database.one('SELECT 1')).rejects.toMatchObject({ code: 'database.unavailable' });
    });
    expect(await database.one('SELECT 1 AS one')).toEqual({ one: 1 });
  });

  test('stop lets running statements finish and refuses new ones', async () => {
    const database = await rig.opensNow();
    const running = database.one(`SELECT 'finished' AS outcome FROM pg_sleep(0.2)`);
    await waitFor(() => rig.proxy.sent.some((message) => message.includes('pg_sleep')));
    const stopping = database.stop();
    await expect(database.one('SELECT 1')).rejects.toMatchObject({ code: 'database.unavailable' });
    expect(await running).toEqual({ outcome: 'finished' });
    await stopping;
    await waitFor(() => rig.proxy.open === 0);
  });

  test('stop does not wait for ever', async () => {
    const database = await rig.opensNow({ drainMs: 20 });
    const running = database.one('SELECT pg_sleep(600)').catch((error: unknown) => error);
    await waitFor(() => rig.proxy.sent.some((message) => message.includes('pg_sleep')));
    await database.stop();
    expect(isUnavailable(await running)).toBe(true);
  });
});
