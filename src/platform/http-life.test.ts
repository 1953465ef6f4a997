import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { startHttpServer, type TestServer } from '../../test/doubles/http-server.ts';
import { waitFor } from '../../test/doubles/wait-for.ts';
import { deferred } from './deferred.ts';
import { isAppError } from './errors.ts';
import { defineRoute } from './route.ts';
import { object, required, text } from './schema.ts';

let release = deferred<undefined>();
let entered = deferred<undefined>();
let lastSignal: AbortSignal | undefined;

const routes = [
  defineRoute({
    method: 'GET',
    path: '/ping',
    root: true,
    rate: 'exempt',
    summary: 'Alive',
    tag: 'System',
    access: 'anonymous',
    produces: ['text/plain'],
    stream: async (_input, response) => {
      response.type('text/plain').send('pong');
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/slow',
    summary: 'Answers when the test says so',
    tag: 'Test',
    access: 'anonymous',
    answer: text({ max: 10 }),
    handle: async ({ signal }) => {
      lastSignal = signal;
      entered.resolve(undefined);
      await release.promise;
      return { data: 'done' };
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/echo',
    summary: 'Takes a body',
    tag: 'Test',
    access: 'anonymous',
    body: object({ name: required(text({ max: 100 })) }),
    answer: text({ max: 100 }),
    handle: async ({ body }) => ({ data: body.name }),
  }),
  defineRoute({
    method: 'POST',
    path: '/upload',
    summary: 'Takes JSON or text',
    tag: 'Test',
    access: 'anonymous',
    body: object({ name: required(text({ max: 100 })) }),
    upload: {
      contentType: 'text/plain',
      limitBytes: 1_000,
      read: async (request) => {
        let name = '';
        for await (const chunk of request) name += String(chunk);
        return { name };
      },
    },
    answer: text({ max: 100 }),
    handle: async ({ body }) => ({ data: body.name }),
  }),
  defineRoute({
    method: 'GET',
    path: '/live',
    summary: 'Server-sent events until the client or the server ends it',
    tag: 'Test',
    access: 'anonymous',
    produces: ['text/event-stream'],
    stream: async ({ signal }, response) => {
      lastSignal = signal;
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('event: hello\ndata: 1\n\n');
      if (signal.aborted) return;
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/torn',
    summary: 'Fails in the middle',
    tag: 'Test',
    access: 'anonymous',
    produces: ['text/plain'],
    stream: async (_input, response) => {
      response.write('half');
      await pause(1);
      throw new Error('torn');
    },
  }),
];

const running: TestServer[] = [];
async function start(...[overrides]: [Parameters<typeof startHttpServer>[1]?]): Promise<TestServer> {
  release = deferred<undefined>();
  entered = deferred<undefined>();
  lastSignal = undefined;
  const server = await startHttpServer(routes, overrides);
  running.push(server);
  return server;
}
afterEach(async () => {
  release.resolve(undefined);
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

/** A bare connection, to send what no client library would. */
function rawConnection(server: TestServer): { socket: Socket; received: () => string; closed: Promise<void> } {
  let received = '';
  const socket = connect(Number(new URL(server.address).port), '127.0.0.1');
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString();
  });
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return { socket, received: () => received, closed };
}

describe('stopping', () => {
  test('a running request finishes, new connections are refused', async () => {
    const server = await start();
    const { address } = server;
    const slow = server.call('GET', '/api/slow');
    await entered.promise;
    const stopped = server.stop();
    await waitFor(() => !server.server.listening);
    await expect(fetch(`${address}/ping`)).rejects.toThrow();
    release.resolve(undefined);
    expect((await slow).json).toEqual({ success: true, data: 'done' });
    await stopped;
  });

  test('a request that does not finish is aborted after the limit', async () => {
    const server = await start({ limits: { stopTimeoutMs: 50 } });
    const slow = server.call('GET', '/api/slow').then(
      () => 'answered',
      () => 'cut',
    );
    await entered.promise;
    await server.stop();
    expect(lastSignal?.aborted).toBe(true);
    expect(await slow).toBe('cut');
  });

  test('streams are told to end at once, and idle connections do not hold it up', async () => {
    const server = await start({ limits: { stopTimeoutMs: 60_000 } });
    await server.call('GET', '/ping');
    const live = server.call('GET', '/api/live');
    await waitFor(() => lastSignal !== undefined);
    const idle = rawConnection(server);
    await new Promise<void>((resolve) => idle.socket.once('connect', () => resolve()));
    await server.stop();
    expect((await live).text).toBe('event: hello\ndata: 1\n\n');
    await idle.closed;
  });

  test('stopping twice is stopping once', async () => {
    const server = await start();
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
  });
});

test('a port in use is one sentence that names PORT', async () => {
  const first = await start();
  const port = Number(new URL(first.address).port);
  const error: unknown = await startHttpServer([], { port }).catch((caught: unknown) => caught);
  expect(isAppError(error, 'http.cannot_listen') && error.detail).toBe(
    `Port ${port} is already in use: set PORT to a free one, or end the program that uses it.`,
  );
});

test('the signal aborts when the client goes away', async () => {
  const server = await start();
  const client = new AbortController();
  const call = fetch(`${server.address}/api/live`, { signal: client.signal });
  await call;
  await waitFor(() => lastSignal !== undefined);
  client.abort();
  await waitFor(() => lastSignal?.aborted === true);
});

test('a stream that fails in the middle is cut, so that nobody takes half for all', async () => {
  const server = await start();
  await expect(server.call('GET', '/api/torn')).rejects.toThrow();
  expect(server.lines.some(({ level }) => level === 'error')).toBe(true);
});

describe('slow and broken clients', () => {
  test('headers that do not come are answered with 408 and the connection ends', async () => {
    const server = await start({ limits: { headerTimeoutMs: 300 } });
    const { socket, received, closed } = rawConnection(server);
    socket.write('GET /ping HTTP/1.1\r\nHost: x\r\n');
    await closed;
    expect(received()).toMatch(/^HTTP\/1\.1 408 /);
    expect(received()).toContain('"code":"request.timeout"');
  });

  test('a body that does not come is answered with 408 and the connection ends', async () => {
    const server = await start({ limits: { requestTimeoutMs: 100 } });
    const { socket, received, closed } = rawConnection(server);
    socket.write(
      'POST /api/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"na',
    );
    await closed;
    expect(received()).toMatch(/^HTTP\/1\.1 408 /);
    expect(received()).toContain('"code":"request.timeout"');
  });

  test('an upload may take longer than other bodies while its bytes keep coming', async () => {
    const server = await start({ limits: { requestTimeoutMs: 300, uploadTimeoutMs: 60_000 } });
    const head = 'POST /api/upload HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 8\r\n\r\n';
    const steady = rawConnection(server);
    steady.socket.write(head);
    for (const letter of 'abcdefgh') {
      await pause(100);
      steady.socket.write(letter);
    }
    await waitFor(() => steady.received().includes('"data":"abcdefgh"'));
    const stalled = rawConnection(server);
    stalled.socket.write(`${head}abc`);
    await stalled.closed;
    expect(stalled.received()).toMatch(/^HTTP\/1\.1 408 /);
    const asJson = await server.call('POST', '/api/upload', { body: { name: 'json' } });
    expect(asJson.json['data']).toBe('json');
    const large = await server.call('POST', '/api/upload', {
      body: 'x'.repeat(1_001),
      headers: { 'content-type': 'text/plain' },
    });
    expect([large.status, large.json['detail']]).toEqual([413, 'The body is larger than 1 kB.']);
    steady.socket.destroy();
  });

  test('an answer that takes too long is 503 and the work is told', async () => {
    const server = await start({ limits: { requestTimeoutMs: 100 } });
    const reply = await server.call('GET', '/api/slow');
    expect([reply.status, reply.json['code']]).toEqual([503, 'request.timeout']);
    expect(lastSignal?.aborted).toBe(true);
  });

  test('what is not HTTP gets a problem and a request id', async () => {
    const server = await start();
    const { socket, received, closed } = rawConnection(server);
    socket.write('\x16\x03\x01 nonsense\r\n\r\n');
    await closed;
    expect(received()).toMatch(/^HTTP\/1\.1 400 /);
    expect(received()).toMatch(/X-Request-Id: req_/);
    const large = rawConnection(server);
    large.socket.write(`GET /ping HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`);
    await large.closed;
    expect(large.received()).toMatch(/^HTTP\/1\.1 431 /);
  });

  test('a body without end is refused before it is read', async () => {
    const server = await start();
    const { socket, received } = rawConnection(server);
    socket.write(
      'POST /api/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99000000\r\n\r\n{',
    );
    await waitFor(() => received().includes('request.too_large'));
    const chunked = rawConnection(server);
    chunked.socket.write(
      'POST /api/echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    chunked.socket.write(chunk + chunk);
    await waitFor(() => chunked.received().includes('request.too_large'));
    socket.destroy();
    chunked.socket.destroy();
  });

  test('300 connections that send nothing keep nobody waiting', async () => {
    const server = await start();
    const slow = Array.from({ length: 300 }, () => rawConnection(server));
    await Promise.all(
      slow.map(({ socket }) => new Promise<void>((resolve) => socket.once('connect', () => resolve()))),
    );
    for (const { socket } of slow) socket.write('GET / HTTP/1.1\r\nX: ');
    expect((await server.call('GET', '/ping')).text).toBe('pong');
    for (const { socket } of slow) socket.destroy();
  });
});
