import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lockFile } from './file-lock.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'));
});

afterAll(() => rm(folder, { recursive: true }));

test('a lock is given once, and again after its release', async () => {
  const path = join(folder, 'lock');
  const first = await lockFile(path);
  expect(await lockFile(path)).toBeUndefined();
  await first?.release();
  const second = await lockFile(path);
  expect(second).toBeDefined();
  await second?.release();
});

test('of many that ask at the same moment one gets it', async () => {
  const path = join(folder, 'race');
  const all = await Promise.all(Array.from({ length: 20 }, () => lockFile(path)));
  const got = all.filter((lock) => lock !== undefined);
  expect(got).toHaveLength(1);
  await got[0]?.release();
});
