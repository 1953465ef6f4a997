import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:https';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createMediaLibrary } from './media-library.ts';
import { createMediaFolder, type MediaFolder, type MediaStore } from './media-store.ts';
import { createSimulator } from './simulator.ts';

const seed = Buffer.alloc(32, 7);

let folder: MediaFolder;
beforeEach(() => (folder = createMediaFolder()));
afterEach(() => folder.close());

async function* pieces(...all: readonly Buffer[]) {
  for (const piece of all) yield await Promise.resolve(piece);
}
async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

test('a folder keeps files as a whole or not at all, and gives parts of them', async () => {
  expect(await folder.size('film')).toBeUndefined();
  await folder.write('film', pieces(Buffer.from('abc'), Buffer.from('defg')));
  expect(await folder.size('film')).toBe(7);
  expect((await bytesOf(folder.read('film', { start: 2, end: 5 }))).toString()).toBe('cde');
  expect(await bytesOf(folder.read('film', { start: 7, end: 7 }))).toHaveLength(0);
  async function* broken() {
    yield* pieces(Buffer.from('xyz'));
    throw new Error('hung up');
  }
  await expect(folder.write('film', broken())).rejects.toThrow('hung up');
  expect((await bytesOf(folder.read('film', { start: 0, end: 7 }))).toString()).toBe('abcdefg');
  await folder.remove('film');
  expect(await folder.size('film')).toBeUndefined();
  await folder.write('film', pieces(Buffer.from('again')));
  await folder.close();
  expect(await folder.size('film')).toBeUndefined();
});

test('what is uploaded goes on to the store before it has come to its end', async () => {
  const body = randomBytes(200_000);
  let arrived = (_bytes: Uint8Array): void => undefined;
  const first = new Promise<Uint8Array>((resolve) => (arrived = resolve));
  const store: MediaStore = {
    ...folder,
    async write(path, chunks) {
      async function* watched() {
        for await (const chunk of chunks) {
          arrived(chunk);
          yield chunk;
        }
      }
      await folder.write(path, watched());
    },
  };
  const simulator = createSimulator({ seed, media: store });
  await simulator.start();
  try {
    const [hostname, port] = simulator.mediaHost.split(':');
    const token = createMediaLibrary(store, seed).uploadToken('9990000000001');
    const path = `/mms/video/${createHash('sha256').update(body).digest('base64url')}?auth=${token}`;
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const upload = request({ hostname, port, path, method: 'POST', ca: simulator.mediaCa }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      upload.on('error', reject);
      upload.write(body.subarray(0, 100_000));
      void first.then((bytes) => {
        expect(bytes.length).toBeGreaterThan(0);
        upload.end(body.subarray(100_000));
      });
    });
    expect(status).toBe(200);
  } finally {
    await simulator.stop();
  }
});

test('a network that is started again from the same seed is trusted with the certificate of the first', async () => {
  const first = createSimulator({ seed });
  await first.start();
  const { mediaCa } = first;
  await first.stop();
  const second = createSimulator({ seed });
  await second.start();
  try {
    const ask = (ca: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const [hostname, port] = second.mediaHost.split(':');
        const asked = request({ hostname, port, path: '/nothing', ca, agent: false }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        asked.on('error', reject).end();
      });
    expect(await ask(mediaCa)).toBe(404);
    const stranger = createSimulator({ seed: Buffer.alloc(32, 8) });
    await stranger.start();
    const { mediaCa: foreign } = stranger;
    await stranger.stop();
    await expect(ask(foreign)).rejects.toThrow('certificate');
  } finally {
    await second.stop();
  }
});
