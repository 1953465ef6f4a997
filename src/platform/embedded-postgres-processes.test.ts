import { execFileSync, spawn } from 'node:child_process';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runChild, type Child } from '../../test/doubles/child-process.ts';
import { useEmbeddedServers } from '../../test/doubles/embedded-servers.ts';
import { postgresProcessesIn } from '../../test/doubles/postgres-processes.ts';
import { waitFor } from '../../test/doubles/wait-for.ts';
import { systemClock as clock } from './clock.ts';

const childFile = 'embedded-postgres-child.ts';
const asRoot = process.getuid?.() === 0;
const rig = useEmbeddedServers();

describe('when the process is killed', () => {
  test('no Postgres is left, each restart works, and no acknowledged row is missing', async () => {
    const dataDirectory = rig.newDataDirectory();
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
    const { start, stop, db } = rig.open(dataDirectory);
    await start();
    const stored = await db.rows<{ number: number }>('SELECT number FROM numbers');
    await stop();
    const numbers = new Set(stored.map(({ number }) => number));
    expect(acknowledged.length).toBeGreaterThan(900);
    expect(acknowledged.filter((number) => !numbers.has(number))).toEqual([]);
  });

  test.each([1, 2, 3, 5, 8])('in the middle of the first initdb, the next start works (%i)', async (step) => {
    const dataDirectory = rig.newDataDirectory();
    const child = runChild(childFile, [dataDirectory]);
    await child.says('starting');
    await waitFor(async () =>
      (await readdir(join(dataDirectory, 'postgres')).catch((): string[] => [])).includes('initdb'),
    );
    await clock.sleep(step * 25);
    await child.kill('SIGKILL');
    const { start, stop, db } = rig.open(dataDirectory);
    await start();
    const row = await db.one('SELECT 1 AS one');
    await stop();
    expect(row).toEqual({ one: 1 });
  });

  test('a pid file whose pid now belongs to another program is no obstacle', async () => {
    const dataDirectory = rig.usedDataDirectory();
    const data = join(dataDirectory, 'postgres', 'data');
    const { uid, gid } = await stat(data);
    const stranger = spawn('sleep', ['600'], { uid, gid });
    await writeFile(join(data, 'postmaster.pid'), `${String(stranger.pid)}\n${data}\n1\n5432\n/nowhere\n\n`);
    if (asRoot) execFileSync('chown', [`${String(uid)}:${String(gid)}`, join(data, 'postmaster.pid')]);
    const { start, stop } = rig.open(dataDirectory);
    await start();
    await stop();
    stranger.kill();
  });
});

describe('two processes on one folder', () => {
  test('the second gets one clear sentence with the folder and does not harm the first', async () => {
    const dataDirectory = rig.usedDataDirectory();
    const first = rig.open(dataDirectory);
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
    const dataDirectory = rig.newDataDirectory();
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
  const dataDirectory = rig.usedDataDirectory();
  const { start, stop, db } = rig.open(dataDirectory);
  await start();
  const ownGroup = execFileSync('ps', ['-o', 'pgid=', '-p', String(process.pid)], { encoding: 'utf8' }).trim();
  for (const pid of await postgresProcessesIn(dataDirectory)) {
    const group = execFileSync('ps', ['-o', 'pgid=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    expect(group).not.toBe(ownGroup);
  }
  expect(await db.one('SELECT 1 AS one')).toEqual({ one: 1 });
  await stop();
});
