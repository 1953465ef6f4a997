import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { useEmbeddedServers } from '../../test/doubles/embedded-servers.ts';
import { postgresProcessesIn } from '../../test/doubles/postgres-processes.ts';
import { waitFor } from '../../test/doubles/wait-for.ts';
import { systemClock as clock } from './clock.ts';
import { createDatabase } from './database.ts';

const rig = useEmbeddedServers();

test('it stores what is written and has it again after a stop', async () => {
  const dataDirectory = rig.newDataDirectory();
  const first = rig.open(dataDirectory);
  await first.start();
  await first.db.execute('CREATE TABLE kept (word text)');
  await first.db.execute('INSERT INTO kept VALUES ($1)', ['blåbær']);
  await first.stop();
  expect(await postgresProcessesIn(dataDirectory)).toEqual([]);
  const second = rig.open(dataDirectory);
  await second.start();
  const row = await second.db.one('SELECT word FROM kept');
  await second.stop();
  expect(row).toEqual({ word: 'blåbær' });
});

test('it is small and closed: no TCP port, few connections, a folder nobody else may enter', async () => {
  const { start, stop, server, db } = rig.open(rig.usedDataDirectory());
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
  const { start, stop, server, db } = rig.open(join(rig.newDataDirectory(), 'long'.repeat(30)));
  await start();
  const { host } = server.connection();
  const row = await db.one('SELECT 1 AS one');
  await stop();
  expect(host).toMatch(/^\/tmp\/switchboard-/);
  expect(row).toEqual({ one: 1 });
  await rm(host, { recursive: true });
});

test('a password in the pool that the server does not know is refused at once, in one sentence', async () => {
  const { server, start, stop, log } = rig.open(rig.usedDataDirectory());
  await start();
  const connection = () => ({ ...server.connection(), password: 'wrong' });
  const stranger = createDatabase({ connection, clock, log });
  await expect(stranger.start()).rejects.toMatchObject({ code: 'database.login_refused' });
  await stranger.stop();
  await stop();
});

test('neither statements nor their values reach the log', async () => {
  const { start, stop, db, log } = rig.open(rig.usedDataDirectory());
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
  const dataDirectory = rig.usedDataDirectory();
  const { start, stop, db, log } = rig.open(dataDirectory);
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
  const dataDirectory = rig.usedDataDirectory();
  const { start, stop, db, log } = rig.open(dataDirectory);
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
  await expect(rig.open('/dev/null/data').start()).rejects.toMatchObject({
    code: 'database.folder_not_writable',
    detail: expect.stringContaining('The folder /dev/null/data cannot be made') as string,
  });
});

test('stop during a start leaves nothing running', async () => {
  const dataDirectory = rig.newDataDirectory();
  const { server } = rig.open(dataDirectory);
  const starting = server.start().catch(() => undefined);
  await server.stop();
  await starting;
  expect(await postgresProcessesIn(dataDirectory)).toEqual([]);
});
