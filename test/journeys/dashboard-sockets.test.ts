import { io, type Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { cookieHeader, signIn } from '../doubles/person.ts';
import { type RunningApp, startApp } from '../doubles/running-app.ts';

const attempts = 100;
const sockets: Socket[] = [];
let app: RunningApp;
let cookie: string;

beforeAll(async () => {
  app = await startApp({ admin: true });
  cookie = cookieHeader(await signIn(app.address));
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.disconnect();
});
afterAll(() => app.stop());

/** As a browser opens it: the server decides by these headers before anything is connected. */
function connect(headers: { origin?: string; cookie?: string }): Promise<Socket | undefined> {
  const socket = io(app.address, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    extraHeaders: { origin: app.address, ...headers },
  });
  sockets.push(socket);
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(socket));
    socket.once('connect_error', () => resolve(undefined));
  });
}

async function connected(headers: { origin?: string; cookie?: string }): Promise<number> {
  const all = await Promise.all(Array.from({ length: attempts }, () => connect(headers)));
  return all.filter((socket) => socket !== undefined).length;
}

test('a page of ours connects with its session; of a hundred from a foreign page or without a session none does', async () => {
  expect(await connect({ cookie })).toBeDefined();
  expect(await connected({ cookie, origin: 'https://elsewhere.example' })).toBe(0);
  expect(await connected({ cookie, origin: 'null' })).toBe(0);
  expect(await connected({})).toBe(0);
  expect(await connected({ cookie: `${cookie.slice(0, -1)}${cookie.endsWith('A') ? 'B' : 'A'}` })).toBe(0);
});

test('of a hundred with the cookie of a session that has ended none connects', async () => {
  const ended = cookieHeader(await signIn(app.address));
  expect(await connect({ cookie: ended })).toBeDefined();
  const rows = await app.database.execute(
    `UPDATE session SET expire = now() - interval '1 second'
     WHERE sid = (SELECT sid FROM session ORDER BY sess #>> '{person,createdAt}' DESC LIMIT 1)`,
  );
  expect(rows).toBe(1);
  expect(await connected({ cookie: ended })).toBe(0);
});

test('a frame of 200 kB ends its socket and nothing else', async () => {
  const neighbour = await connect({ cookie });
  const greedy = await Promise.all(Array.from({ length: attempts }, () => connect({ cookie })));
  const ends = greedy.map((socket) => new Promise((resolve) => socket?.once('disconnect', resolve)));
  for (const socket of greedy) socket?.emit('join', { join: ['x'.repeat(200_000)] });
  await Promise.all(ends);
  expect(greedy.filter((socket) => socket?.connected)).toEqual([]);
  expect(neighbour?.connected).toBe(true);
  expect((await app.call('GET', '/ping')).status).toBe(200);
});

test('the slower transport, by plain requests, is not there', async () => {
  const answer = await fetch(`${app.address}/socket.io/?EIO=4&transport=polling`, { headers: { cookie } });
  expect(answer.status).toBe(400);
});
