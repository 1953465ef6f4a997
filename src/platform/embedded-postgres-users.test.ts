import { execFileSync } from 'node:child_process';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { useEmbeddedServers } from '../../test/doubles/embedded-servers.ts';
import { postgresProcessesIn } from '../../test/doubles/postgres-processes.ts';

const asRoot = process.getuid?.() === 0;
const rig = useEmbeddedServers();

describe.runIf(asRoot)('as root', () => {
  test('Postgres runs as a user of its own, who owns the database folder and nothing else', async () => {
    const dataDirectory = rig.newDataDirectory();
    await mkdir(dataDirectory);
    await writeFile(join(dataDirectory, 'neighbour'), '');
    const { start, stop } = rig.open(dataDirectory);
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
    const privateFolder = rig.newDataDirectory();
    await mkdir(privateFolder, { mode: 0o700 });
    const first = rig.open(join(privateFolder, 'data'));
    await first.start();
    await first.db.execute('CREATE TABLE kept AS SELECT 7 AS number');
    const { host } = first.server.connection();
    await first.stop();
    expect(host.startsWith(rig.systemDirectory)).toBe(true);
    expect(first.log.lines).toContainEqual(
      expect.objectContaining({
        level: 'info',
        message: expect.stringContaining('kept outside of DATA_DIR') as string,
      }),
    );
    execFileSync('mv', [join(privateFolder, 'data'), join(privateFolder, 'moved')]);
    const second = rig.open(join(privateFolder, 'moved'));
    await second.start();
    const row = await second.db.one('SELECT number FROM kept');
    await second.stop();
    expect(row).toEqual({ number: 7 });
  });

  test('a folder that came back from a backup as root is given back to its user', async () => {
    const dataDirectory = rig.usedDataDirectory();
    execFileSync('chown', ['-R', '0:0', join(dataDirectory, 'postgres')]);
    const { start, stop } = rig.open(dataDirectory);
    await start();
    await stop();
  });

  test('a database of an ordinary user runs as that user', async () => {
    const dataDirectory = rig.newDataDirectory();
    await mkdir(dataDirectory);
    await mkdir(join(dataDirectory, 'postgres'), { mode: 0o700 });
    execFileSync('chown', ['65534:65534', join(dataDirectory, 'postgres')]);
    const { start, stop } = rig.open(dataDirectory);
    await start();
    await stop();
    expect((await stat(join(dataDirectory, 'postgres', 'data'))).uid).toBe(65_534);
  });
});
