import type { RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { createManualClock } from '../../test/doubles/manual-clock.ts';
import { publicInternet } from '../../test/doubles/public-internet.ts';
import { startTarget, startTlsTarget, type TargetServer } from '../../test/doubles/target-server.ts';
import { waitFor } from '../../test/doubles/wait-for.ts';
import { type Clock, systemClock } from './clock.ts';
import { type OutboundHttp, type OutboundHttpOptions, readText } from './outbound-http.ts';

let target: TargetServer;
afterEach(() => target.stop());

const internet = publicInternet(() => target);
const url = 'http://hooks.example/in';

function keeping(options: Partial<OutboundHttpOptions> = {}): OutboundHttp {
  return internet.client({ keepConnectionsMs: 60_000, ...options });
}

function post(http: OutboundHttp, body = 'hello'): Promise<string> {
  return http.request(url, { method: 'POST', body }).then(readText);
}

/** Where its requests came in, as many as there were. */
function recording(answer: RequestListener): { answer: RequestListener; sockets: Socket[] } {
  const sockets: Socket[] = [];
  return {
    sockets,
    answer(request, response) {
      sockets.push(request.socket);
      request.resume().once('end', () => answer(request, response));
    },
  };
}

test('one request after the other takes the same connection; those at a time have one each', async () => {
  const { answer, sockets } = recording((_, response) => response.end('taken'));
  target = await startTarget(answer);
  const http = keeping();
  for (let count = 0; count < 20; count += 1) expect(await post(http)).toBe('taken');
  expect(target.connections).toBe(1);
  expect(sockets.every((socket) => socket.listenerCount('close') < 10)).toBe(true);
  await Promise.all([post(http), post(http), post(http)]);
  expect(target.connections).toBe(3);
  await post(internet.client());
  expect(target.connections).toBe(4);
});

test('so it is behind TLS, and each origin has its own', async () => {
  const { answer } = recording((request, response) => response.end(request.headers.host));
  const secure = await startTlsTarget(answer, 'hooks.example');
  target = secure;
  const http = keeping({ certificateAuthorities: secure.authority });
  const ask = (address: string): Promise<string> => http.request(address).then(readText);
  for (const path of ['a', 'b', 'c']) expect(await ask(`https://hooks.example/${path}`)).toBe('hooks.example');
  expect(target.connections).toBe(1);
  await ask('https://hooks.example:8443/');
  expect(target.connections).toBe(2);
});

test('a connection that the other side has closed, also at that very moment, costs no request', async () => {
  const closing = new Set<Socket>();
  const { answer, sockets } = recording((request, response) => {
    if (closing.has(request.socket)) return void request.socket.destroy();
    response.end('taken');
  });
  target = await startTarget(answer);
  const http = keeping();
  await post(http);
  sockets[0]?.destroy();
  expect(await post(http)).toBe('taken');
  expect(target.connections).toBe(2);

  const [, second] = sockets;
  if (second) closing.add(second);
  expect(await post(http)).toBe('taken');
  expect(sockets).toHaveLength(4);
  expect(target.connections).toBe(3);
});

test('a new connection that is closed without an answer is an error, and so is a silence on a kept one', async () => {
  let isSilent = false;
  const { answer, sockets } = recording((request, response) => {
    if (sockets.length === 1) return void request.socket.destroy();
    if (!isSilent) response.end('taken');
  });
  target = await startTarget(answer);
  const http = keeping();
  await expect(post(http)).rejects.toMatchObject({ code: 'outbound.unreachable' });
  await post(http);
  isSilent = true;
  await expect(http.request(url, { method: 'POST', body: '', totalTimeoutMs: 50 })).rejects.toMatchObject({
    code: 'outbound.timeout',
  });
  expect(target.connections).toBe(2);
  await internet.allClosed();
});

test.each<[string, RequestListener]>([
  ['that says so', (_, response) => response.writeHead(200, { Connection: 'close' }).end('taken')],
  ['with more than is read of it', (_, response) => response.end('x'.repeat(100))],
])('a connection is not kept after an answer %s', async (_, respond) => {
  const { answer } = recording(respond);
  target = await startTarget(answer);
  const http = keeping();
  const ask = () => http.request(url, { maxBodyBytes: 10, whenTooLarge: 'cut' }).then(readText);
  await ask();
  await internet.allClosed();
  await ask();
  expect(target.connections).toBe(2);
});

test('what comes without a question ends a kept connection, and what is no answer is asked for again elsewhere', async () => {
  const { answer, sockets } = recording((request, response) => {
    if (sockets.filter((socket) => socket === request.socket).length === 2) return void request.socket.end('nonsense');
    response.end('taken');
  });
  target = await startTarget(answer);
  const http = keeping();
  await post(http);
  sockets[0]?.write('HTTP/1.1 200 OK\r\n\r\n');
  await internet.allClosed();
  await post(http);
  expect(await post(http)).toBe('taken');
  expect(target.connections).toBe(3);
});

test('a stream never goes over a kept connection, because it could not be sent again', async () => {
  const { answer } = recording((_, response) => response.end('taken'));
  target = await startTarget(answer);
  const http = keeping();
  await post(http);
  const body = { stream: Readable.from([Buffer.from('hello')]), bytes: 5 };
  expect(await http.request(url, { method: 'POST', body }).then(readText)).toBe('taken');
  expect(target.connections).toBe(2);
});

test('what is not used for a while is closed', async () => {
  const { answer } = recording((_, response) => response.end('taken'));
  target = await startTarget(answer);
  await post(keeping({ keepConnectionsMs: 10 }));
  await internet.allClosed();
});

test('after a minute a name is looked up again, and refused where it leads to a private address by then', async () => {
  const { answer } = recording((_, response) => response.end('taken'));
  target = await startTarget(answer);
  const manual = createManualClock();
  const clock: Clock = { ...systemClock, monotonicMs: () => manual.monotonicMs() };
  let address = '93.184.216.34';
  const http = keeping({ clock, resolve: async () => [address] });
  await post(http);
  address = '10.0.0.7';
  await post(http);
  await manual.advance(61_000);
  // The last that was asked over it; then it is too old.
  await post(http);
  await waitFor(() => target.open === 0);
  await expect(post(http)).rejects.toMatchObject({ code: 'outbound.private_address' });
  expect(target.connections).toBe(1);
});
