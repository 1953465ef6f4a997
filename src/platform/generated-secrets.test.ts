import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runChild } from '../../test/doubles/child-process.ts';
import { createRecordingLog, type RecordingLog } from '../../test/doubles/recording-log.ts';
import { systemClock as clock } from './clock.ts';
import { loadGeneratedSecrets, type GeneratedSecrets } from './generated-secrets.ts';

let dataDirectory: string;
let log: RecordingLog;

beforeEach(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), 'secrets-'));
  log = createRecordingLog();
});

afterEach(() => rm(dataDirectory, { recursive: true }));

const load = (): Promise<GeneratedSecrets> => loadGeneratedSecrets({ dataDirectory, clock, log });

test('two independent secrets are generated once, in a private file that says to be backed up', async () => {
  const first = await load();
  expect(first.sessionSecret).not.toBe(first.encryptionKey);
  expect(first.sessionSecret.length).toBeGreaterThanOrEqual(43);
  expect(await load()).toEqual(first);
  expect((await stat(join(dataDirectory, 'secrets.json'))).mode & 0o777).toBe(0o600);
  expect(await readFile(join(dataDirectory, 'secrets.json'), 'utf8')).toContain('Back this file up');
  expect(await readdir(dataDirectory)).toEqual(['secrets.json']);
  expect(log.lines).toHaveLength(1);
  expect(JSON.stringify(log.lines)).not.toContain(first.encryptionKey);
});

test('many that start at the same moment get the same', async () => {
  const all = await Promise.all(Array.from({ length: 20 }, load));
  expect(new Set(all.map(({ encryptionKey }) => encryptionKey)).size).toBe(1);
  expect(await load()).toEqual(all[0]);
});

test('a kill at any moment leaves no half-written file', async () => {
  for (let round = 0; round < 5; round += 1) {
    const child = runChild('generated-secrets-child.ts', [dataDirectory]);
    await child.says('loading');
    await clock.sleep(round);
    await child.kill('SIGKILL');
    const secrets = await load();
    expect(secrets.encryptionKey).toMatch(/^[\w-]{43}$/);
    await rm(join(dataDirectory, 'secrets.json'));
  }
});

test('a damaged file is named, not replaced, and not quoted', async () => {
  const path = join(dataDirectory, 'secrets.json');
  await writeFile(path, '{ "sessionSecret": "canary-value", ');
  const error = await load().catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    code: 'secrets.file_unreadable',
    detail: expect.stringMatching(/is damaged; restore it/) as string,
  });
  expect(inspect(error)).not.toContain('canary-value');
  expect(await readFile(path, 'utf8')).toContain('canary-value');
});

test('a folder that cannot be used is named with the reason', async () => {
  const file = join(dataDirectory, 'file');
  const nowhere = join(dataDirectory, 'nowhere');
  await writeFile(file, '');
  await symlink(join(dataDirectory, 'missing/folder'), nowhere);
  await expect(loadGeneratedSecrets({ dataDirectory: file, clock, log })).rejects.toMatchObject({
    code: 'secrets.file_unreadable',
    detail: expect.stringMatching(/^The secrets file .*file\/secrets\.json cannot be read \(ENOTDIR: /) as string,
  });
  await expect(loadGeneratedSecrets({ dataDirectory: nowhere, clock, log })).rejects.toMatchObject({
    code: 'secrets.not_written',
    detail: expect.stringMatching(
      /the folder .*nowhere \(E\w+: .*\); let this user write there, or set DATA_DIR/,
    ) as string,
  });
});

test('beside a database a lost file is refused, and none is made', async () => {
  await load();
  await mkdir(join(dataDirectory, 'postgres'));
  await rm(join(dataDirectory, 'secrets.json'));
  await expect(load()).rejects.toMatchObject({
    code: 'secrets.file_lost',
    detail: expect.stringContaining('restore that file from its backup') as string,
  });
  expect(existsSync(join(dataDirectory, 'secrets.json'))).toBe(false);
});
