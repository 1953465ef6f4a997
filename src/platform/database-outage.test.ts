import { describe, expect, test } from 'vitest';
import { useWordDatabase } from '../../test/doubles/word-database.ts';
import { waitFor } from '../../test/doubles/wait-for.ts';
import { isUnavailable } from './database.ts';

const rig = useWordDatabase();

describe('a database that goes away', () => {
  test('20 times all backends are terminated: no crash, no other error, and each time it works again', async () => {
    const database = await rig.opensNow();
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
      terminated += await rig.db.execute(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ANY($1) AND backend_type = 'client backend'`,
        [await rig.backends()],
      );
    }
    await waitFor(works);
    expect(terminated).toBeGreaterThanOrEqual(20);
  });

  test('a statement whose connection is cut answers database.unavailable, with the cause', async () => {
    const database = await rig.opensNow();
    const running = database.one('SELECT pg_sleep(600)').catch((error: unknown) => error);
    await waitFor(() => rig.proxy.sent.some((message) => message.includes('pg_sleep')));
    rig.proxy.cut();
    const error = await running;
    expect(error).toMatchObject({ code: 'database.unavailable', status: 503, retryable: true });
    expect((error as Error).cause).toBeInstanceOf(Error);
    expect(isUnavailable(error)).toBe(true);
    expect(await database.one('SELECT 1 AS one')).toEqual({ one: 1 });
  });

  test('a transaction whose connection is cut fails as unavailable, and nothing runs after', async () => {
    const database = await rig.opensNow();
    const ran: string[] = [];
    const outcome = database.transaction(async (tx) => {
      tx.afterCommit(() => ran.push('after commit'));
      await tx.execute(`INSERT INTO word VALUES ('a', 1)`);
      rig.proxy.cut();
      await tx.execute(`INSERT INTO word VALUES ('b', 2)`);
    });
    await expect(outcome).rejects.toMatchObject({ code: 'database.unavailable' });
    expect(ran).toEqual([]);
    expect(await rig.db.rows('SELECT word FROM word')).toEqual([]);
  });

  test('while it is down, callers are told at once; when it is back, it works', async () => {
    const database = await rig.opensNow();
    await rig.proxy.close();
    await expect(database.one('SELECT 1')).rejects.toMatchObject({ code: 'database.unavailable' });
    await expect(database.transaction(() => Promise.resolve())).rejects.toMatchObject({ code: 'database.unavailable' });
    await rig.proxy.listen();
    expect(await database.one('SELECT 1 AS one')).toEqual({ one: 1 });
  });

  test.each(['57P01', '57P02', '57P03', '08006', '08P01'])('%s is unavailable', async (sqlstate) => {
    const database = await rig.opensNow();
    rig.proxy.cut();
    await waitFor(() => rig.log.lines.length > 0 && rig.proxy.open === 0);
    rig.proxy.refuse(sqlstate, 1);
    await expect(database.one('SELECT 1')).rejects.toMatchObject({
      code: 'database.unavailable',
      cause: { code: sqlstate },
    });
    expect(await database.one('SELECT 1 AS one')).toEqual({ one: 1 });
  });

  test('a network that carries nothing more ends in unavailable, not in a wait for ever', async () => {
    const database = await rig.opensNow({ statementTimeoutMs: 100, connectTimeoutMs: 100 });
    rig.proxy.freeze();
    await expect(database.one('SELECT 1')).rejects.toMatchObject({ code: 'database.unavailable' });
    await expect(database.one('SELECT 1')).rejects.toMatchObject({ code: 'database.unavailable' });
  });

  test('read-only is unavailable, and reading still works', async () => {
    await rig.db.execute(`ALTER DATABASE ${rig.db.connection.database} SET default_transaction_read_only = on`);
    const database = await rig.opensNow();
    await expect(database.execute(`INSERT INTO word VALUES ('a', 1)`)).rejects.toMatchObject({
      code: 'database.unavailable',
      cause: { code: '25006' },
    });
    expect(await database.one('SELECT 1 AS one')).toEqual({ one: 1 });
    await rig.db.execute(`ALTER DATABASE ${rig.db.connection.database} RESET default_transaction_read_only`);
  });
});

describe('start', () => {
  test('waits for a server that is down, and for one that is starting up', async () => {
    await rig.proxy.close();
    const database = rig.open({ random: () => 0.1 });
    const starting = database.start();
    await waitFor(() => rig.log.lines.some(({ context }) => context['code'] === 'ECONNREFUSED'));
    rig.proxy.refuse('57P03', 2);
    await rig.proxy.listen();
    await starting;
    expect(rig.log.lines.filter(({ context }) => context['code'] === '57P03')).toHaveLength(2);
    expect(await database.one('SELECT 1 AS one')).toEqual({ one: 1 });
  });

  test('gives up after its limit with one sentence that names the address', async () => {
    await rig.proxy.close();
    const { port } = rig.proxy.connection();
    await expect(rig.open({ startLimitMs: 200 }).start()).rejects.toMatchObject({
      code: 'database.unreachable',
      detail: expect.stringContaining(`127.0.0.1:${String(port)} could not be reached`) as string,
    });
  });

  test('a host name that does not exist is waited for as well', async () => {
    const connection = () => ({ ...rig.proxy.connection(), host: 'database.invalid' });
    await expect(rig.open({ connection, startLimitMs: 50 }).start()).rejects.toMatchObject({
      code: 'database.unreachable',
    });
  });

  test('stop ends the waiting', async () => {
    await rig.proxy.close();
    const database = rig.open({ random: () => 0.999 });
    const starting = database.start().catch((error: unknown) => error);
    await waitFor(() => rig.log.lines.length > 0);
    await database.stop();
    expect(await starting).toBeInstanceOf(Error);
  });

  test('a wrong password fails at once', async () => {
    const database = rig.open({ connection: () => ({ ...rig.proxy.connection(), password: 'wrong' }) });
    await expect(database.start()).rejects.toMatchObject({
      code: 'database.login_refused',
      detail: expect.stringMatching(/refused the password of user "switchboard"; correct it in DATABASE_URL/) as string,
    });
    expect(rig.proxy.tried).toBe(1);
  });

  test('an unknown database fails at once', async () => {
    const database = rig.open({ connection: () => ({ ...rig.proxy.connection(), database: 'nowhere' }) });
    await expect(database.start()).rejects.toMatchObject({
      code: 'database.unknown',
      detail: expect.stringContaining('no database "nowhere"') as string,
    });
    expect(rig.proxy.tried).toBe(1);
  });

  test('a server without TLS is named when DATABASE_URL asks for TLS', async () => {
    const connection = () => ({ ...rig.proxy.connection(), tls: { verify: 'certificate' as const } });
    await expect(rig.open({ connection }).start()).rejects.toMatchObject({ code: 'database.tls_not_offered' });
  });
});

test('a transaction pooler may stand in between: nothing of the session is used', async () => {
  const database = await rig.opensNow();
  await database.one('SELECT $1::int AS number', [1]);
  await database.transaction((tx) => tx.execute('INSERT INTO word VALUES ($1, $2)', ['a', 1]));
  await database.stop();
  const parsed = rig.proxy.sent.filter((message) => message.startsWith('P '));
  const simple = rig.proxy.sent.filter((message) => message.startsWith('Q '));
  const startup = rig.proxy.sent.filter((message) => message.startsWith('startup '));
  // An unnamed statement leaves nothing between the type and its text.
  expect(parsed.map((message) => message.split(' ')[1])).toEqual(['SELECT', 'INSERT']);
  expect(simple).toEqual([
    'Q SELECT pg_backend_pid() AS pid',
    `Q SELECT current_setting('server_version_num')::int AS version`,
    'Q BEGIN; SET LOCAL statement_timeout = 30000; SET LOCAL idle_in_transaction_session_timeout = 10000',
    'Q COMMIT',
  ]);
  expect(startup.join()).not.toMatch(/timeout|search_path|options/);
});
