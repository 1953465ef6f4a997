import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { openTestDatabase, type TestDatabase } from '../../../test/doubles/test-database.ts';
import { createSandboxMediaStore } from './sandbox-media.store.ts';

let database: TestDatabase;
const pieceLength = 262_144;

beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(() => database.execute('DELETE FROM sandbox_media'));
afterAll(() => database.close());

async function* inSlices(bytes: Buffer, length: number) {
  for (let at = 0; at < bytes.length; at += length) yield await Promise.resolve(bytes.subarray(at, at + length));
}
async function hashOf(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) {
    expect(chunk.length).toBeLessThanOrEqual(pieceLength);
    hash.update(chunk);
  }
  return hash.digest('hex');
}
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const paths = async (): Promise<string[]> =>
  (await database.rows<{ path: string }>('SELECT DISTINCT path FROM sandbox_media ORDER BY path')).map(
    ({ path }) => path,
  );

test.for([
  [1, 1],
  [pieceLength, pieceLength],
  [pieceLength * 2, 1000],
  [pieceLength * 2 + 17, 70_000],
  [1_000_000, 900_000],
])('a file of %i bytes that comes by %i is read back, as a whole and in part', async ([length = 0, slice = 1]) => {
  const store = createSandboxMediaStore(database);
  const bytes = randomBytes(length);
  await store.write('file', inSlices(bytes, slice));
  expect(await store.size('file')).toBe(length);
  expect(await hashOf(store.read('file', { start: 0, end: length }))).toBe(sha256(bytes));
  const [start, end] = [Math.floor(length / 3), Math.ceil((length * 2) / 3)];
  expect(await hashOf(store.read('file', { start, end }))).toBe(sha256(bytes.subarray(start, end)));
  const { most } =
    (await database.one<{ most: number }>('SELECT max(octet_length(bytes)) AS most FROM sandbox_media')) ?? {};
  expect(most).toBe(Math.min(length, pieceLength));
  await store.remove('file');
  expect(await store.size('file')).toBeUndefined();
  await expect(hashOf(store.read('file', { start: 0, end: length }))).rejects.toThrow('gone');
});

test('a file that is not finished leaves nothing, and the one before it stays', async () => {
  const store = createSandboxMediaStore(database);
  const bytes = randomBytes(10);
  await store.write('file', inSlices(bytes, 10));
  async function* broken() {
    yield await Promise.resolve(randomBytes(pieceLength + 1));
    expect(await store.size('file')).toBe(10);
    throw new Error('hung up');
  }
  await expect(store.write('file', broken())).rejects.toThrow('hung up');
  expect(await hashOf(store.read('file', { start: 0, end: 10 }))).toBe(sha256(bytes));
  expect(await paths()).toEqual(['file']);
  const other = randomBytes(20);
  await store.write('file', inSlices(other, 7));
  expect(await hashOf(store.read('file', { start: 0, end: 20 }))).toBe(sha256(other));
});

test('what does not fit any more pushes out the oldest, and what never fits is refused', async () => {
  const store = createSandboxMediaStore(database, 1000);
  for (const name of ['one', 'two', 'three', 'four']) await store.write(name, inSlices(randomBytes(300), 100));
  expect(await paths()).toEqual(['four', 'three', 'two']);
  await store.write('two', inSlices(randomBytes(300), 300));
  await store.write('five', inSlices(randomBytes(300), 300));
  expect(await paths()).toEqual(['five', 'four', 'two']);
  await expect(store.write('huge', inSlices(randomBytes(1001), 500))).rejects.toThrow('larger than all');
  expect(await paths()).toEqual(['five', 'four', 'two']);
});
