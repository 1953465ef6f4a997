import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { recordDials, startTarget, startTlsTarget, type TargetServer } from '../../test/doubles/target-server.ts';
import { waitFor } from '../../test/doubles/wait-for.ts';
import { createManualClock } from '../../test/doubles/manual-clock.ts';
import { type Clock, systemClock } from './clock.ts';
import { createOutboundHttp, type OutboundHttp, readText } from './outbound-http.ts';

interface Seen {
  method: string | undefined;
  host: string | undefined;
  path: string | undefined;
  headers: IncomingHttpHeaders;
}

let plain: TargetServer;
let secure: TargetServer & { authority: string };
let seen: Seen[] = [];
/** By host and path: where it redirects to, with which status. */
let redirects: Record<string, readonly [status: number, location: string | undefined]> = {};

const answer: RequestListener = ({ method, headers, url }, response) => {
  seen.push({ method, host: headers.host, path: url, headers });
  const redirect = redirects[`${headers.host}${url}`];
  if (!redirect) return response.end('found');
  const [status, location] = redirect;
  return response.writeHead(status, location === undefined ? {} : { location }).end('elsewhere');
};

beforeEach(async () => {
  seen = [];
  redirects = {};
  plain = await startTarget(answer);
  secure = await startTlsTarget(answer, 'secure.example');
});
afterEach(async () => {
  await plain.stop();
  await secure.stop();
});

const wire = recordDials((_address, port) => (port === 443 ? secure : plain));
function client(clock: Clock = systemClock): OutboundHttp {
  return createOutboundHttp({
    allowedHosts: [],
    userAgent: 'test',
    clock,
    dial: wire.dial,
    resolve: async () => ['93.184.216.34'],
    certificateAuthorities: secure.authority,
  });
}
const paths = (): string[] => seen.map(({ method, host, path }) => `${method} ${host}${path}`);

test('the caller gets the redirect when it does not ask for more', async () => {
  redirects = { 'a.example/': [301, 'http://b.example/'] };
  const response = await client().request('http://a.example/');
  expect([response.status, response.headers.get('location')]).toEqual([301, 'http://b.example/']);
  expect(await readText(response)).toBe('elsewhere');
  expect(paths()).toEqual(['GET a.example/']);
});

test('redirects are followed as often as was asked for, relative ones too', async () => {
  redirects = {
    'a.example/x/1': [302, '2?q'],
    'a.example/x/2?q': [307, '//b.example/3'],
    'b.example/3': [308, 'https://secure.example/4'],
  };
  const response = await client().request('http://a.example/x/1', { maxRedirects: 3 });
  expect([response.status, response.url.href]).toEqual([200, 'https://secure.example/4']);
  expect(await readText(response)).toBe('found');
  expect(paths()).toEqual(['GET a.example/x/1', 'GET a.example/x/2?q', 'GET b.example/3', 'GET secure.example/4']);
  await expect(client().request('http://a.example/x/1', { maxRedirects: 2 })).rejects.toMatchObject({
    code: 'outbound.redirected',
    message: 'b.example redirects more than 2 times.',
  });
  await waitFor(() => plain.open + secure.open === 0 && wire.sockets.every((socket) => socket.destroyed));
});

test('a circle ends', async () => {
  redirects = { 'a.example/': [302, '/'] };
  const asked = client().request('http://a.example/', { maxRedirects: 5 });
  await expect(asked).rejects.toMatchObject({ code: 'outbound.redirected' });
  expect(seen).toHaveLength(6);
});

test('never from https to http', async () => {
  redirects = { 'secure.example/': [302, 'http://secure.example/'] };
  const asked = client().request('https://secure.example/', { maxRedirects: 5 });
  await expect(asked).rejects.toMatchObject({ message: 'secure.example redirects from https:// to http://.' });
  expect(paths()).toEqual(['GET secure.example/']);
});

test('credentials and custom headers stay with the origin they were meant for, and do not come back', async () => {
  redirects = {
    'a.example/1': [302, '/2'],
    'a.example/2': [302, 'http://a.example:8080/3'],
    'a.example:8080/3': [302, 'http://a.example/4'],
  };
  const headers = { Authorization: 'Bearer s3cret', Cookie: 'a=b', 'X-Api-Key': 's3cret', Accept: 'image/png' };
  await readText(await client().request('http://a.example/1', { headers, maxRedirects: 5 }));
  const given = seen.map((request) =>
    ['authorization', 'cookie', 'x-api-key'].filter((name) => name in request.headers),
  );
  expect(given.map(({ length }) => length)).toEqual([3, 3, 0, 0]);
  expect(seen.map((request) => request.headers.accept)).toEqual(Array.from({ length: 4 }, () => 'image/png'));

  seen = [];
  redirects = { 'secure.example/': [302, 'https://secure.example/safe'] };
  await readText(await client().request('http://secure.example/', { headers, maxRedirects: 1 }));
  expect(seen.map((request) => 'cookie' in request.headers)).toEqual([true, false]);
});

test('what has a body is not sent again elsewhere', async () => {
  redirects = { 'a.example/': [307, 'http://b.example/'] };
  const response = await client().request('http://a.example/', { method: 'POST', body: 'text', maxRedirects: 5 });
  expect(response.status).toBe(307);
  expect(paths()).toEqual(['POST a.example/']);
});

test('what names no place is an answer like any other', async () => {
  redirects = { 'a.example/': [302, undefined], 'a.example/304': [304, '/'], 'a.example/bad': [302, 'http://['] };
  expect((await client().request('http://a.example/', { maxRedirects: 5 })).status).toBe(302);
  expect((await client().request('http://a.example/304', { maxRedirects: 5 })).status).toBe(304);
  const bad = client().request('http://a.example/bad', { maxRedirects: 5 });
  await expect(bad).rejects.toMatchObject({ code: 'outbound.redirected' });
});

test('the whole time is for all of them together', async () => {
  const clock = createManualClock();
  redirects = { 'a.example/': [302, '/'] };
  const asked = client(clock).request('http://a.example/', { maxRedirects: 1_000_000, totalTimeoutMs: 5_000 });
  const refused = expect(asked).rejects.toMatchObject({ code: 'outbound.timeout' });
  await waitFor(() => seen.length > 3);
  await clock.advance(5_000);
  await refused;
});
