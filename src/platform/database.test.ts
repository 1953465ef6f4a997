import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createPostgresProxy, type PostgresProxy } from '../../test/doubles/postgres-proxy.ts';
import { createRecordingLog, type RecordingLog } from '../../test/doubles/recording-log.ts';
import { openTestDatabase, type TestDatabase } from '../../test/doubles/test-database.ts';
import { waitFor } from '../../test/doubles/wait-for.ts';
import { systemClock as clock } from './clock.ts';
import { createDatabase, isUnavailable, type Database, type DatabaseOptions } from './database.ts';

let db: TestDatabase;
let proxy: PostgresProxy;
let log: RecordingLog;
const opened: Database[] = [];

beforeAll(async () => {
  db = await openTestDatabase({ empty: true });
  await db.execute(
    'CREATE TABLE word (word text CONSTRAINT word_once UNIQUE, number int CONSTRAINT number_once UNIQUE)',
  );
});

afterAll(() => db.close());

beforeEach(async () => {
  proxy = await createPostgresProxy(db.connection);
  log = createRecordingLog();
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.stop()));
  await proxy.close();
  await db.execute('TRUNCATE word');
});

/** A pool on the same database, through the proxy. */
function open(options: Partial<DatabaseOptions> = {}): Database {
  const database = createDatabase({ connection: () => proxy.connection(), clock, log, drainMs: 1_000, ...options });
  opened.push(database);
  return database;
}

async function opensNow(options: Partial<DatabaseOptions> = {}): Promise<Database> {
  const database = open(options);
  await database.start();
  return database;
}

const backends = async (): Promise<number[]> => {
  const found = await db.rows<{ pid: number }>(
    'SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
  );
  return found.map(({ pid }) => pid);
};

describe('values', () => {
  test('rows, the first row and the number of affected rows', async () => {
    expect(await db.execute(`INSERT INTO word VALUES ('a', 1), ('b', 2)`)).toBe(2);
    expect(await db.rows('SELECT word FROM word ORDER BY word')).toEqual([{ word: 'a' }, { word: 'b' }]);
    expect(await db.one('SELECT number FROM word WHERE word = $1', ['b'])).toEqual({ number: 2 });
    expect(await db.one('SELECT number FROM word WHERE word = $1', ['c'])).toBeUndefined();
  });

  test('a bigint is a number where that is exact and a bigint where it is not', async () => {
    expect(await db.one(`SELECT 9007199254740991::int8 AS safe, -9007199254740993::int8 AS large`)).toEqual({
      safe: 9_007_199_254_740_991,
      large: -9_007_199_254_740_993n,
    });
  });

  test('numeric and date are text, a timestamp is a Date, bytes are a Buffer, json is parsed', async () => {
    const row = await db.one(
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
    const result = await db.transaction(async (tx) => {
      tx.afterCommit(() => order.push('after commit'));
      await tx.execute(`INSERT INTO word VALUES ('a', 1)`);
      told.push(await db.one(`SELECT 1 FROM word`));
      order.push('end of work');
      return 'result';
    });
    expect(result).toBe('result');
    expect(told).toEqual([undefined]);
    expect(order).toEqual(['end of work', 'after commit']);
    expect(await db.rows(`SELECT word FROM word`)).toHaveLength(1);
  });

  test('an error rolls back, is passed on as it is, and nothing runs after', async () => {
    const ran: string[] = [];
    const failure = new Error('no');
    const outcome = db.transaction(async (tx) => {
      tx.afterCommit(() => ran.push('after commit'));
      await tx.execute(`INSERT INTO word VALUES ('a', 1)`);
      throw failure;
    });
    await expect(outcome).rejects.toBe(failure);
    expect(ran).toEqual([]);
    expect(await db.rows(`SELECT word FROM word`)).toEqual([]);
  });

  test('a swallowed failure of a statement does not pass for a commit', async () => {
    const outcome = db.transaction(async (tx) => {
      await tx.execute(`INSERT INTO word VALUES ('a', 1)`);
      await tx.execute(`SELECT 1 / 0`).catch(() => undefined);
    });
    await expect(outcome).rejects.toThrow('rolled back');
    expect(await db.rows(`SELECT word FROM word`)).toEqual([]);
  });

  test('an error in the work after a commit is logged and does not fail the transaction', async () => {
    const database = await opensNow();
    const work = database.transaction((tx) => {
      tx.afterCommit(() => {
        throw new Error('listener');
      });
      return Promise.resolve('done');
    });
    expect(await work).toBe('done');
    expect(log.lines).toContainEqual({
      level: 'error',
      message: 'Work after a commit failed',
      context: { error: 'listener' },
    });
  });

  test('a transaction that is over takes no more statements', async () => {
    let kept: { execute(sql: string): Promise<number> } | undefined;
    await db.transaction((tx) => {
      kept = tx;
      return Promise.resolve();
    });
    await expect(kept?.execute('SELECT 1')).rejects.toThrow('over');
  });

  test('statements of one transaction given at once run one after the other', async () => {
    const found = await db.transaction((tx) =>
      Promise.all([1, 2, 3].map((number) => tx.one(`SELECT ${String(number)} AS number, pg_backend_pid() AS pid`))),
    );
    expect(found.map((row) => (row as { number: number }).number)).toEqual([1, 2, 3]);
    expect(new Set(found.map((row) => (row as { pid: number }).pid)).size).toBe(1);
  });

  test('the server itself ends a statement that takes too long, and the connection stays good', async () => {
    const outcome = db.transaction((tx) => tx.execute('SELECT pg_sleep(600)'), { statementTimeoutMs: 50 });
    await expect(outcome).rejects.toMatchObject({ message: expect.stringMatching(/timeout/) as string });
    expect(await db.one(`SELECT current_setting('statement_timeout') AS timeout`)).toEqual({ timeout: '0' });
  });
});

describe('the pool', () => {
  test('begins with one connection and grows to five, not more', async () => {
    const database = await opensNow();
    expect(proxy.open).toBe(1);
    const busy = Array.from({ length: 12 }, () => database.execute('SELECT pg_sleep(0.1)'));
    await Promise.all(busy);
    expect(proxy.open).toBe(5);
    expect(proxy.tried).toBe(5);
  });

  test('idle connections are closed again, but one', async () => {
    const database = await opensNow({ idleLimitMs: 20 });
    await Promise.all(Array.from({ length: 5 }, () => database.execute('SELECT pg_sleep(0.05)')));
    await waitFor(() => proxy.open === 1);
    expect(await database.one('SELECT 1 AS one')).toEqual({ one: 1 });
  });

  test('where the server allows fewer connections, callers share them', async () => {
    await db.execute(`CREATE ROLE few LOGIN PASSWORD 'few' CONNECTION LIMIT 2`);
    const database = await opensNow({ connection: () => ({ ...proxy.connection(), user: 'few', password: 'few' }) });
    const rows = await Promise.all(Array.from({ length: 20 }, () => database.one('SELECT 1 AS one, pg_sleep(0.01)')));
    expect(rows).toHaveLength(20);
    expect(proxy.open).toBeLessThanOrEqual(2);
    await database.stop();
    await db.execute('DROP ROLE few');
  });

  test('with no connection at all, callers wait while the server is full', async () => {
    const database = await opensNow();
    proxy.cut();
    await waitFor(() => proxy.open === 0);
    proxy.refuse('53300', 3);
    const tried = proxy.tried;
    await waitFor(() => log.lines.length > 0);
    expect(await database.one('SELECT 1 AS one')).toEqual({ one: 1 });
    expect(proxy.tried - tried).toBeGreaterThan(3);
  });

  test('and are told to come again when that takes too long', async () => {
    const database = await opensNow({ fullWaitMs: 100 });
    proxy.cut();
    await waitFor(() => proxy.open === 0);
    proxy.refuse('53300', Number.POSITIVE_INFINITY);
    await waitFor(() => log.lines.length > 0);
    await expect(database.one('SELECT 1')).rejects.toMatchObject({
      code: 'database.unavailable',
      status: 503,
      retryable: true,
      retryAfterSeconds: 2,
      cause: { code: '53300' },
    });
  });

  test('a caller does not wait for ever for a connection that others keep', async () => {
    const database = await opensNow({ maxConnections: 1, busyWaitMs: 20 });
    await database.transaction(async () => {
      await expect(database.one('SELECT 1')).rejects.toMatchObject({ code: 'database.unavailable' });
    });
    expect(await database.one('SELECT 1 AS one')).toEqual({ one: 1 });
  });

  test('stop lets running statements finish and refuses new ones', async () => {
    const database = await opensNow();
    const running = database.one(`SELECT 'finished' AS outcome FROM pg_sleep(0.2)`);
    await waitFor(() => proxy.sent.some((message) => message.includes('pg_sleep')));
    const stopping = database.stop();
    await expect(database.one('SELECT 1')).rejects.toMatchObject({ code: 'database.unavailable' });
    expect(await running).toEqual({ outcome: 'finished' });
    await stopping;
    await waitFor(() => proxy.open === 0);
  });

  test('stop does not wait for ever', async () => {
    const database = await opensNow({ drainMs: 20 });
    const running = database.one('SELECT pg_sleep(600)').catch((error: unknown) => error);
    await waitFor(() => proxy.sent.some((message) => message.includes('pg_sleep')));
    await database.stop();
    expect(isUnavailable(await running)).toBe(true);
  });
});

describe('a database that goes away', () => {
  test('20 times all backends are terminated: no crash, no other error, and each time it works again', async () => {
    const database = await opensNow();
    const works = (): Promise<boolean> =>
      database.one('SELECT pg_sleep(0.001)').then(
        () => true,
        (error: unknown) => {
          if (!isUnavailable(error)) throw error;
          return false;
        },
      );
    let terminated = 0;
    for (let round = 0; round < 20; round += 1) {
      await Promise.all([waitFor(works), waitFor(works), waitFor(works)]);
      terminated += await db.execute(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ANY($1) AND backend_type = 'client backend'`,
        [await backends()],
      );
    }
    await waitFor(works);
    expect(terminated).toBeGreaterThanOrEqual(20);
  });

  test('a statement whose connection is cut answers database.unavailable, with the cause', async () => {
    const database = await opensNow();
    const running = database.one('SELECT pg_sleep(600)').catch((error: unknown) => error);
    await waitFor(() => proxy.sent.some((message) => message.includes('pg_sleep')));
    proxy.cut();
    const error = await running;
    expect(error).toMatchObject({ code: 'database.unavailable', status: 503, retryable: true });
    expect((error as Error).cause).toBeInstanceOf(Error);
    expect(isUnavailable(error)).toBe(true);
    expect(await database.one('SELECT 1 AS one')).toEqual({ one: 1 });
  });

  test('a transaction whose connection is cut fails as unavailable, and nothing runs after', async () => {
    const database = await opensNow();
    const ran: string[] = [];
    const outcome = database.transaction(async (tx) => {
      tx.afterCommit(() => ran.push('after commit'));
      await tx.execute(`INSERT INTO word VALUES ('a', 1)`);
      proxy.cut();
      await tx.execute(`INSERT INTO word VALUES ('b', 2)`);
    });
    await expect(outcome).rejects.toMatchObject({ code: 'database.unavailable' });
    expect(ran).toEqual([]);
    expect(await db.rows('SELECT word FROM word')).toEqual([]);
  });

  test('while it is down, callers are told at once; when it is back, it works', async () => {
    const database = await opensNow();
    await proxy.close();
    await expect(database.one('SELECT 1')).rejects.toMatchObject({ code: 'database.unavailable' });
    await expect(database.transaction(() => Promise.resolve())).rejects.toMatchObject({ code: 'database.unavailable' });
    await proxy.listen();
    expect(await database.one('SELECT 1 AS one')).toEqual({ one: 1 });
  });

  test.each(['57P01', '57P02', '57P03', '08006', '08P01'])('%s is unavailable', async (sqlstate) => {
    const database = await opensNow();
    proxy.cut();
    await waitFor(() => log.lines.length > 0 && proxy.open === 0);
    proxy.refuse(sqlstate, 1);
    await expect(database.one('SELECT 1')).rejects.toMatchObject({
      code: 'database.unavailable',
      cause: { code: sqlstate },
    });
    expect(await database.one('SELECT 1 AS one')).toEqual({ one: 1 });
  });

  test('a network that carries nothing more ends in unavailable, not in a wait for ever', async () => {
    const database = await opensNow({ statementTimeoutMs: 100, connectTimeoutMs: 100 });
    proxy.freeze();
    await expect(database.one('SELECT 1')).rejects.toMatchObject({ code: 'database.unavailable' });
    await expect(database.one('SELECT 1')).rejects.toMatchObject({ code: 'database.unavailable' });
  });

  test('read-only is unavailable, and reading still works', async () => {
    await db.execute(`ALTER DATABASE ${db.connection.database} SET default_transaction_read_only = on`);
    const database = await opensNow();
    await expect(database.execute(`INSERT INTO word VALUES ('a', 1)`)).rejects.toMatchObject({
      code: 'database.unavailable',
      cause: { code: '25006' },
    });
    expect(await database.one('SELECT 1 AS one')).toEqual({ one: 1 });
    await db.execute(`ALTER DATABASE ${db.connection.database} RESET default_transaction_read_only`);
  });
});

describe('start', () => {
  test('waits for a server that is down, and for one that is starting up', async () => {
    await proxy.close();
    const database = open({ random: () => 0.1 });
    const starting = database.start();
    await waitFor(() => log.lines.some(({ context }) => context['code'] === 'ECONNREFUSED'));
    proxy.refuse('57P03', 2);
    await proxy.listen();
    await starting;
    expect(log.lines.filter(({ context }) => context['code'] === '57P03')).toHaveLength(2);
    expect(await database.one('SELECT 1 AS one')).toEqual({ one: 1 });
  });

  test('gives up after its limit with one sentence that names the address', async () => {
    await proxy.close();
    const { port } = proxy.connection();
    await expect(open({ startLimitMs: 200 }).start()).rejects.toMatchObject({
      code: 'database.unreachable',
      detail: expect.stringContaining(`127.0.0.1:${String(port)} could not be reached`) as string,
    });
  });

  test('a host name that does not exist is waited for as well', async () => {
    const connection = () => ({ ...proxy.connection(), host: 'database.invalid' });
    await expect(open({ connection, startLimitMs: 50 }).start()).rejects.toMatchObject({
      code: 'database.unreachable',
    });
  });

  test('stop ends the waiting', async () => {
    await proxy.close();
    const database = open({ random: () => 0.999 });
    const starting = database.start().catch((error: unknown) => error);
    await waitFor(() => log.lines.length > 0);
    await database.stop();
    expect(await starting).toBeInstanceOf(Error);
  });

  test('a wrong password fails at once', async () => {
    const database = open({ connection: () => ({ ...proxy.connection(), password: 'wrong' }) });
    await expect(database.start()).rejects.toMatchObject({
      code: 'database.login_refused',
      detail: expect.stringMatching(/refused the password of user "switchboard"; correct it in DATABASE_URL/) as string,
    });
    expect(proxy.tried).toBe(1);
  });

  test('an unknown database fails at once', async () => {
    const database = open({ connection: () => ({ ...proxy.connection(), database: 'nowhere' }) });
    await expect(database.start()).rejects.toMatchObject({
      code: 'database.unknown',
      detail: expect.stringContaining('no database "nowhere"') as string,
    });
    expect(proxy.tried).toBe(1);
  });

  test('a server without TLS is named when DATABASE_URL asks for TLS', async () => {
    const connection = () => ({ ...proxy.connection(), tls: { verify: 'certificate' as const } });
    await expect(open({ connection }).start()).rejects.toMatchObject({ code: 'database.tls_not_offered' });
  });
});

test('a transaction pooler may stand in between: nothing of the session is used', async () => {
  const database = await opensNow();
  await database.one('SELECT $1::int AS number', [1]);
  await database.transaction((tx) => tx.execute('INSERT INTO word VALUES ($1, $2)', ['a', 1]));
  await database.stop();
  const parsed = proxy.sent.filter((message) => message.startsWith('P '));
  const simple = proxy.sent.filter((message) => message.startsWith('Q '));
  const startup = proxy.sent.filter((message) => message.startsWith('startup '));
  // An unnamed statement leaves nothing between the type and its text.
  expect(parsed.map((message) => message.split(' ')[1])).toEqual(['SELECT', 'INSERT']);
  expect(simple).toEqual([
    `Q SELECT current_setting('server_version_num')::int AS version`,
    'Q BEGIN; SET LOCAL statement_timeout = 30000',
    'Q COMMIT',
  ]);
  expect(startup.join()).not.toMatch(/timeout|search_path|options/);
});
