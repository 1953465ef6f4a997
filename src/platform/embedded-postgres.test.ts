import { execFileSync, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runChild, type Child } from '../../test/doubles/child-process.ts';
import { postgresProcessesIn } from '../../test/doubles/postgres-processes.ts';
import { createRecordingLog } from '../../test/doubles/recording-log.ts';
import { waitFor } from '../../test/doubles/wait-for.ts';
import { systemClock as clock } from './clock.ts';
import { createDatabase } from './database.ts';
import { createEmbeddedPostgres, type EmbeddedPostgresOptions } from './embedded-postgres.ts';

const childFile = 'embedded-postgres-child.ts';
const asRoot = process.getuid?.() === 0;
let folder: string;
let nextFolder = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedded-'));
  await chmod(folder, 0o755);
  const { start, stop } = open(join(folder, 'used'));
  await start();
  await stop();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function newDataDirectory(): string {
  nextFolder += 1;
  return join(folder, `data-${String(nextFolder)}`);
}

/** One that was started before, which is quicker than another initdb. */
function usedDataDirectory(): string {
  const dataDirectory = newDataDirectory();
  execFileSync('cp', ['-a', join(folder, 'used'), dataDirectory]);
  return dataDirectory;
}

function open(dataDirectory: string, options: Partial<EmbeddedPostgresOptions> = {}) {
  const log = createRecordingLog();
  const systemDirectory = join(folder, 'system');
  const server = createEmbeddedPostgres({ dataDirectory, systemDirectory, clock, log, ...options });
  const db = createDatabase({ connection: () => server.connection(), clock, log });
  return {
    server,
    db,
    log,
    start: async () => {
      await server.start();
      await db.start();
    },
    stop: async () => {
      await db.stop();
      await server.stop();
    },
  };
}

test('it stores what is written and has it again after a stop', async () => {
  const dataDirectory = newDataDirectory();
  const first = open(dataDirectory);
  await first.start();
  await first.db.execute('CREATE TABLE kept (word text)');
  await first.db.execute('INSERT INTO kept VALUES ($1)', ['blåbær']);
  await first.stop();
  expect(await postgresProcessesIn(dataDirectory)).toEqual([]);
  const second = open(dataDirectory);
  await second.start();
  const row = await second.db.one('SELECT word FROM kept');
  await second.stop();
  expect(row).toEqual({ word: 'blåbær' });
});

test('it is small and closed: no TCP port, few connections, a folder nobody else may enter', async () => {
  const { start, stop, server, db } = open(usedDataDirectory());
  await start();
  const names = ['listen_addresses', 'max_connections', 'shared_buffers', 'log_statement', 'log_min_error_statement'];
  const settings = await db.rows<{ name: string; value: string }>(
    `SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name`,
    [names],
  );
  const { host, password } = server.connection();
  const socketFolder = await stat(host);
  const home = await stat(join(host, '..'));
  await stop();
  expect(Object.fromEntries(settings.map(({ name, value }) => [name, value]))).toEqual({
    listen_addresses: '',
    max_connections: '20',
    shared_buffers: '16MB',
    log_statement: 'none',
    log_min_error_statement: 'panic',
  });
  expect(socketFolder.mode & 0o77).toBe(0);
  expect(home.mode & 0o77).toBe(0);
  expect(password).toMatch(/^[\w-]{32}$/);
});

test('a folder whose path is too long for a socket still works', async () => {
  const { start, stop, server, db } = open(join(newDataDirectory(), 'long'.repeat(30)));
  await start();
  const { host } = server.connection();
  const row = await db.one('SELECT 1 AS one');
  await stop();
  expect(host).toMatch(/^\/tmp\/switchboard-/);
  expect(row).toEqual({ one: 1 });
  await rm(host, { recursive: true });
});

test('a password in the pool that the server does not know is refused at once, in one sentence', async () => {
  const { server, start, stop, log } = open(usedDataDirectory());
  await start();
  const connection = () => ({ ...server.connection(), password: 'wrong' });
  const stranger = createDatabase({ connection, clock, log });
  await expect(stranger.start()).rejects.toMatchObject({ code: 'database.login_refused' });
  await stranger.stop();
  await stop();
});

test('neither statements nor their values reach the log', async () => {
  const { start, stop, db, log } = open(usedDataDirectory());
  await start();
  await db.execute('CREATE TABLE word (word text PRIMARY KEY)');
  await db.execute('INSERT INTO word VALUES ($1)', ['canary-value']);
  await expect(db.execute('INSERT INTO word VALUES ($1)', ['canary-value'])).rejects.toThrow();
  await expect(db.execute(`SELECT 'canary-value'::int`)).rejects.toThrow();
  const killed = db.execute(`SELECT pg_sleep(600), 'canary-value'`).catch(() => undefined);
  await waitFor(async () => {
    const row = await db.one<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()`,
    );
    if (row) process.kill(row.pid, 'SIGKILL');
    return row !== undefined;
  });
  await killed;
  await waitFor(() => log.lines.filter(({ context }) => /ready to accept/.test(String(context['text']))).length === 2);
  await stop();
  expect(JSON.stringify(log.lines)).not.toContain('canary-value');
});

test('when the server dies, it is restarted and the pool finds it again', async () => {
  const dataDirectory = usedDataDirectory();
  const { start, stop, db, log } = open(dataDirectory);
  await start();
  const pidFile = join(dataDirectory, 'postgres', 'data', 'postmaster.pid');
  const pid = Number((await readFile(pidFile, 'utf8')).split('\n')[0]);
  process.kill(pid, 'SIGKILL');
  await waitFor(() => log.lines.some(({ message }) => message.startsWith('Postgres ended unexpectedly')));
  await waitFor(() =>
    db.one('SELECT 1').then(
      () => true,
      () => false,
    ),
  );
  await stop();
  expect(await postgresProcessesIn(dataDirectory)).toEqual([]);
});

test('when only the watchdog is killed, the server is restarted all the same', async () => {
  const dataDirectory = usedDataDirectory();
  const { start, stop, db, log } = open(dataDirectory);
  await start();
  const pidFile = join(dataDirectory, 'postgres', 'data', 'postmaster.pid');
  const pid = (await readFile(pidFile, 'utf8')).split('\n')[0] ?? '';
  const parent = /^PPid:\s+(\d+)$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
  process.kill(Number(parent), 'SIGKILL');
  await waitFor(() => log.lines.some(({ message }) => message.startsWith('Postgres ended unexpectedly')));
  await waitFor(async () => ((await readFile(pidFile, 'utf8').catch(() => pid)).split('\n')[0] ?? '') !== pid);
  await waitFor(() =>
    db.one('SELECT 1').then(
      () => true,
      () => false,
    ),
  );
  await stop();
  expect(await postgresProcessesIn(dataDirectory)).toEqual([]);
});

test('a data directory that cannot be made is named in one sentence', async () => {
  await expect(open('/dev/null/data').start()).rejects.toMatchObject({
    code: 'database.folder_not_writable',
    detail: expect.stringContaining('The folder /dev/null/data cannot be made') as string,
  });
});

test('stop during a start leaves nothing running', async () => {
  const dataDirectory = newDataDirectory();
  const { server } = open(dataDirectory);
  const starting = server.start().catch(() => undefined);
  await server.stop();
  await starting;
  expect(await postgresProcessesIn(dataDirectory)).toEqual([]);
});

describe('when the process is killed', () => {
  test('no Postgres is left, each restart works, and no acknowledged row is missing', async () => {
    const dataDirectory = newDataDirectory();
    const acknowledged: number[] = [];
    for (let kills = 0; kills < 10; kills += 1) {
      const child = runChild(childFile, [dataDirectory, 'insert']);
      await child.says('row ');
      const wanted = child.lines.length + 20 * kills;
      await waitFor(() => child.lines.length > wanted);
      await child.kill('SIGKILL');
      for (const line of child.lines) if (line.startsWith('row ')) acknowledged.push(Number(line.slice(4)));
    }
    await waitFor(async () => (await postgresProcessesIn(dataDirectory)).length === 0);
    const { start, stop, db } = open(dataDirectory);
    await start();
    const stored = await db.rows<{ number: number }>('SELECT number FROM numbers');
    await stop();
    const numbers = new Set(stored.map(({ number }) => number));
    expect(acknowledged.length).toBeGreaterThan(900);
    expect(acknowledged.filter((number) => !numbers.has(number))).toEqual([]);
  });

  test.each([1, 2, 3, 5, 8])('in the middle of the first initdb, the next start works (%i)', async (step) => {
    const dataDirectory = newDataDirectory();
    const child = runChild(childFile, [dataDirectory]);
    await child.says('starting');
    await waitFor(async () =>
      (await readdir(join(dataDirectory, 'postgres')).catch((): string[] => [])).includes('initdb'),
    );
    await clock.sleep(step * 25);
    await child.kill('SIGKILL');
    const { start, stop, db } = open(dataDirectory);
    await start();
    const row = await db.one('SELECT 1 AS one');
    await stop();
    expect(row).toEqual({ one: 1 });
  });

  test('a pid file whose pid now belongs to another program is no obstacle', async () => {
    const dataDirectory = usedDataDirectory();
    const data = join(dataDirectory, 'postgres', 'data');
    const { uid, gid } = await stat(data);
    const stranger = spawn('sleep', ['600'], { uid, gid });
    await writeFile(join(data, 'postmaster.pid'), `${String(stranger.pid)}\n${data}\n1\n5432\n/nowhere\n\n`);
    if (asRoot) execFileSync('chown', [`${String(uid)}:${String(gid)}`, join(data, 'postmaster.pid')]);
    const { start, stop } = open(dataDirectory);
    await start();
    await stop();
    stranger.kill();
  });
});

describe('two processes on one folder', () => {
  test('the second gets one clear sentence with the folder and does not harm the first', async () => {
    const dataDirectory = usedDataDirectory();
    const first = open(dataDirectory);
    await first.start();
    const second = runChild(childFile, [dataDirectory]);
    const answer = await second.says('failed');
    expect((await second.exited).code).toBe(1);
    expect(answer).toContain('database.folder_in_use');
    expect(answer).toContain(`The folder ${dataDirectory} is in use by another running Switchboard`);
    expect(await first.db.one('SELECT 1 AS one')).toEqual({ one: 1 });
    await first.stop();
  });

  test('of several that start at the same moment exactly one runs', async () => {
    const dataDirectory = newDataDirectory();
    const children = Array.from({ length: 4 }, () => runChild(childFile, [dataDirectory]));
    const outcome = (child: Child): Promise<string> => Promise.any([child.says('ready'), child.says('failed')]);
    const outcomes = await Promise.all(children.map(outcome));
    expect(outcomes.filter((line) => line.startsWith('ready'))).toHaveLength(1);
    expect(outcomes.filter((line) => line.includes('database.folder_in_use'))).toHaveLength(3);
    await Promise.all(children.map((child) => child.kill('SIGTERM')));
    expect(await postgresProcessesIn(dataDirectory)).toEqual([]);
  });
});

test('Ctrl-C in the terminal reaches our process alone', async () => {
  const dataDirectory = usedDataDirectory();
  const { start, stop, db } = open(dataDirectory);
  await start();
  const ownGroup = execFileSync('ps', ['-o', 'pgid=', '-p', String(process.pid)], { encoding: 'utf8' }).trim();
  for (const pid of await postgresProcessesIn(dataDirectory)) {
    const group = execFileSync('ps', ['-o', 'pgid=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    expect(group).not.toBe(ownGroup);
  }
  expect(await db.one('SELECT 1 AS one')).toEqual({ one: 1 });
  await stop();
});

describe.runIf(asRoot)('as root', () => {
  test('Postgres runs as a user of its own, who owns the database folder and nothing else', async () => {
    const dataDirectory = newDataDirectory();
    await mkdir(dataDirectory);
    await writeFile(join(dataDirectory, 'neighbour'), '');
    const { start, stop } = open(dataDirectory);
    await start();
    const pids = await postgresProcessesIn(dataDirectory);
    const owners = await Promise.all(pids.map(async (pid) => (await stat(`/proc/${String(pid)}`)).uid));
    const home = await stat(join(dataDirectory, 'postgres'));
    await stop();
    expect(home.uid).not.toBe(0);
    expect(new Set(owners)).toEqual(new Set([home.uid]));
    expect((await stat(dataDirectory)).uid).toBe(0);
    expect((await stat(join(dataDirectory, 'neighbour'))).uid).toBe(0);
  });

  test('below a private folder the database is kept elsewhere, says so, and is found again after a move', async () => {
    const privateFolder = newDataDirectory();
    await mkdir(privateFolder, { mode: 0o700 });
    const first = open(join(privateFolder, 'data'));
    await first.start();
    await first.db.execute('CREATE TABLE kept AS SELECT 7 AS number');
    const { host } = first.server.connection();
    await first.stop();
    expect(host.startsWith(join(folder, 'system'))).toBe(true);
    expect(first.log.lines).toContainEqual(
      expect.objectContaining({
        level: 'info',
        message: expect.stringContaining('kept outside of DATA_DIR') as string,
      }),
    );
    execFileSync('mv', [join(privateFolder, 'data'), join(privateFolder, 'moved')]);
    const second = open(join(privateFolder, 'moved'));
    await second.start();
    const row = await second.db.one('SELECT number FROM kept');
    await second.stop();
    expect(row).toEqual({ number: 7 });
  });

  test('a folder that came back from a backup as root is given back to its user', async () => {
    const dataDirectory = usedDataDirectory();
    execFileSync('chown', ['-R', '0:0', join(dataDirectory, 'postgres')]);
    const { start, stop } = open(dataDirectory);
    await start();
    await stop();
  });

  test('a database of an ordinary user runs as that user', async () => {
    const dataDirectory = newDataDirectory();
    await mkdir(dataDirectory);
    await mkdir(join(dataDirectory, 'postgres'), { mode: 0o700 });
    execFileSync('chown', ['65534:65534', join(dataDirectory, 'postgres')]);
    const { start, stop } = open(dataDirectory);
    await start();
    await stop();
    expect((await stat(join(dataDirectory, 'postgres', 'data'))).uid).toBe(65_534);
  });
});
