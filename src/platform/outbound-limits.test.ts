import type { RequestListener } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { publicInternet } from '../../test/doubles/public-internet.ts';
import { startRawTarget, startTarget, type TargetServer } from '../../test/doubles/target-server.ts';
import { waitFor } from '../../test/doubles/wait-for.ts';
import { readText } from './outbound-http.ts';

let target: TargetServer;
afterEach(() => target.stop());

const { client, allClosed } = publicInternet(() => target);
const url = 'http://files.example/picture.jpg?token=s3cret';

/** Says nothing of its length, sends without end and tells how much was taken from it. */
const endless =
  (chunk: Buffer, headers: Record<string, string> = {}): RequestListener =>
  (_request, response) => {
    response.writeHead(200, headers);
    const send = (): void => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', send);
    send();
  };

test('a length beyond the limit is refused before anything is read', async () => {
  target = await startTarget((_request, response) =>
    response.writeHead(200, { 'content-length': 65_000_001 }).flushHeaders(),
  );
  await expect(client().request(url, { maxBodyBytes: 64_000_000 })).rejects.toMatchObject({
    code: 'outbound.too_large',
    retryable: false,
    message: 'The answer of files.example is larger than 64 MB.',
  });
  await allClosed();
});

test('an answer without end, and one longer than it said, end at the limit', async () => {
  target = await startTarget(endless(Buffer.alloc(10_000)));
  const response = await client().request(url, { maxBodyBytes: 25_000 });
  let bytes = 0;
  const reading = (async () => {
    for await (const chunk of response.body) bytes += (chunk as Buffer).length;
  })();
  await expect(reading).rejects.toMatchObject({ code: 'outbound.too_large' });
  expect(bytes).toBeLessThanOrEqual(25_000);
  await allClosed();
  await target.stop();

  target = await startRawTarget((socket) =>
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n${'x'.repeat(9_000)}`),
  );
  expect(await readText(await client().request(url))).toBe('xxxx');
  await allClosed();
});

test('`cut` takes the beginning and lets go of the rest, whatever was announced', async () => {
  target = await startTarget(endless(Buffer.from('0123456789'.repeat(1_000)), { 'content-length': '9000000000' }));
  const response = await client().request(url, { maxBodyBytes: 15_005, whenTooLarge: 'cut' });
  const text = await readText(response);
  expect(text).toHaveLength(15_005);
  expect(text.endsWith('01234')).toBe(true);
  await allClosed();
});

test('a body of just the limit is whole', async () => {
  target = await startTarget((_request, response) => response.end('x'.repeat(5_000)));
  for (const whenTooLarge of ['refuse', 'cut'] as const) {
    expect(await readText(await client().request(url, { maxBodyBytes: 5_000, whenTooLarge }))).toHaveLength(5_000);
  }
  await expect(client().request(url, { maxBodyBytes: 4_999 })).rejects.toMatchObject({ code: 'outbound.too_large' });
});

test.each([
  ['Content-Length: 10', 'hello'],
  ['Transfer-Encoding: chunked', '5\r\nhello\r\n'],
])('a body that ends before it should is an error: %s', async (header, body) => {
  target = await startRawTarget((socket) => socket.end(`HTTP/1.1 200 OK\r\n${header}\r\n\r\n${body}`));
  const response = await client().request(url);
  await expect(readText(response)).rejects.toMatchObject({
    code: 'outbound.unreachable',
    retryable: true,
    message: 'files.example closed the connection before its answer was complete.',
  });
  await allClosed();
});

test.each([
  ['gzip', gzipSync],
  ['br', brotliCompressSync],
  ['deflate', deflateSync],
] as const)(
  'an answer packed as %s without being asked is unpacked, and a bomb goes off at the limit',
  async (name, pack) => {
    let body = pack('hello '.repeat(1_000));
    target = await startTarget((_request, response) => response.writeHead(200, { 'content-encoding': name }).end(body));
    expect(await readText(await client().request(url))).toBe('hello '.repeat(1_000));
    body = pack(Buffer.alloc(20_000_000));
    expect(body.length).toBeLessThan(100_000);
    const bomb = await client().request(url, { maxBodyBytes: 100_000 });
    await expect(readText(bomb)).rejects.toMatchObject({ code: 'outbound.too_large' });
    const cut = await client().request(url, { maxBodyBytes: 16_000, whenTooLarge: 'cut' });
    expect(await readText(cut)).toHaveLength(16_000);
    body = pack(Buffer.from(Array.from({ length: 60_000 }, (_, index) => (index * index * 7_919) % 251)));
    const part = await client().request(url, { maxBodyBytes: 16_000, whenTooLarge: 'cut' });
    expect((await readText(part)).length).toBeGreaterThan(0);
    body = Buffer.from('this is not packed at all, whatever the header says');
    await expect(readText(await client().request(url))).rejects.toMatchObject({ code: 'outbound.invalid_answer' });
    body = pack('hello '.repeat(1_000)).subarray(0, 12);
    await expect(readText(await client().request(url))).rejects.toMatchObject({ code: 'outbound.invalid_answer' });
    await allClosed();
  },
);

test('an unknown packing, and one within another, are refused', async () => {
  let encoding = 'zstd';
  target = await startTarget((_request, response) =>
    response.writeHead(200, { 'content-encoding': encoding }).end('?'),
  );
  for (encoding of ['zstd', 'gzip, gzip', 'constructor']) {
    await expect(client().request(url)).rejects.toMatchObject({ code: 'outbound.invalid_answer' });
  }
  await allClosed();
});

test('headers without end are refused', async () => {
  target = await startRawTarget((socket) => {
    socket.write('HTTP/1.1 200 OK\r\n');
    for (let index = 0; index < 200; index += 1) socket.write(`x-${index}: ${'y'.repeat(1_000)}\r\n`);
  });
  await expect(client().request(url)).rejects.toMatchObject({ code: 'outbound.too_large' });
  await allClosed();
});

test('a reader that waits holds the sender back', async () => {
  const chunk = Buffer.alloc(100_000);
  let sent = 0;
  target = await startTarget((_request, response) => {
    const send = (): void => {
      while (!response.destroyed && sent < 500e6) {
        sent += chunk.length;
        if (!response.write(chunk)) return;
      }
    };
    response.on('drain', send);
    send();
  });
  const response = await client().request(url, { maxBodyBytes: 1e9 });
  await waitFor(() => response.body.readableLength > 0);
  let before = -1;
  // The buffers of the system fill up, and then nothing moves.
  await waitFor(() => {
    const stands = sent === before;
    before = sent;
    return stands;
  });
  expect(sent).toBeLessThan(100e6);
  expect(response.body.readableLength).toBeLessThan(1_000_000);
  response.body.destroy();
  await allClosed();
});

test('an answer is whole for a reader who begins after the other side has closed', async () => {
  let isClosed = false;
  // As many as are held for a reader.
  const bytes = Buffer.alloc(65_536, 'x');
  target = await startRawTarget((socket) => {
    socket.end(Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${bytes.length}\r\n\r\n`), bytes]));
    socket.once('finish', () => (isClosed = true));
  });
  const response = await client().request(url);
  await waitFor(() => isClosed);
  // Whatever the end of the connection makes of an answer that is held back, it does within a few turns.
  for (let turn = 0; turn < 10; turn += 1) await new Promise((next) => setImmediate(next));
  expect(await readText(response)).toHaveLength(bytes.length);
  await allClosed();
});
