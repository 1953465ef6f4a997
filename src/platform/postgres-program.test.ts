import { cp, lstat, mkdtemp, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { copyPostgresProgram, findPostgresProgram, makeSymbolicLinks } from './postgres-program.ts';
import { canRun } from './unix-users.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'program-'));
});

afterAll(() => rm(folder, { recursive: true }));

test.each(['freebsd-x64', 'linux-arm64'])(
  'where there is no Postgres for %s, the way out is named',
  async (platform) => {
    await expect(findPostgresProgram(platform)).rejects.toMatchObject({
      code: 'database.no_embedded_postgres',
      detail: expect.stringContaining('Set DATABASE_URL') as string,
    });
  },
);

test('links that the install script did not make are made, and initdb runs', async () => {
  const program = await findPostgresProgram();
  const native = join(folder, 'native');
  await cp(program.folder, native, {
    recursive: true,
    verbatimSymlinks: true,
    filter: async (source) => !(await lstat(source)).isSymbolicLink(),
  });
  const initdb = join(native, 'bin', 'initdb');
  expect(await canRun(undefined, initdb, ['--version'])).toBe(false);
  await makeSymbolicLinks(native);
  await makeSymbolicLinks(native);
  expect(await readlink(join(native, 'lib', 'libpq.so.5'))).toBe('libpq.so.5.18');
  expect(await canRun(undefined, initdb, ['--version'])).toBe(true);
});

test('a copy runs, and is made once', async () => {
  const program = await findPostgresProgram();
  const copy = await copyPostgresProgram(program, folder);
  const made = await lstat(copy.folder);
  expect(await canRun(undefined, join(copy.folder, 'bin', 'postgres'), ['--version'])).toBe(true);
  await copyPostgresProgram(program, folder);
  expect((await lstat(copy.folder)).ino).toBe(made.ino);
});
