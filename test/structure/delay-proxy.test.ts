import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, expect, inject, test } from 'vitest';
import { systemClock as clock } from '../../src/platform/clock.ts';
import { createDatabase } from '../../src/platform/database.ts';
import { createDelayProxy } from '../doubles/delay-proxy.ts';
import { createRecordingLog } from '../doubles/recording-log.ts';
import { waitFor } from '../doubles/wait-for.ts';

const endings: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

/** ReadyForQuery; other messages have another letter and a body. */
const ready = Buffer.from('Z\0\0\0\u0005I', 'latin1');
const row = (bytes: number): Buffer => {
  const message = Buffer.alloc(5 + bytes, 'Z');
  message.write('D', 'latin1');
  message.writeInt32BE(4 + bytes, 1);
  return message;
};

interface Ends {
  client: Socket;
  server: Socket;
  proxy: Awaited<ReturnType<typeof createDelayProxy>>;
  /** What waits in the proxy. */
  calls: { work: () => void; ms: number }[];
  /** All that waits arrives. */
  pass: () => void;
  /** All that arrived at each end. */
  arrived: { client: string; server: string };
}

/** A client and a server that say what the test wants, with the proxy between them. */
async function betweenTwo(): Promise<Ends> {
  const listener = createServer();
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const calls: Ends['calls'] = [];
  const target = { host: '127.0.0.1', port, user: '', password: '', database: '' };
  const proxy = await createDelayProxy({ target, delayMs: 20, later: (work, ms) => void calls.push({ work, ms }) });
  const client = connect(proxy.connection.port, proxy.connection.host);
  const [server] = (await once(listener, 'connection')) as [Socket];
  endings.push(
    () => listener.close(),
    () => proxy.close(),
    () => [client, server].map((each) => each.destroy()),
  );
  const arrived = { client: '', server: '' };
  client.on('data', (chunk: Buffer) => (arrived.client += chunk.toString('latin1')));
  server.on('data', (chunk: Buffer) => (arrived.server += chunk.toString('latin1')));
  return {
    client,
    server,
    proxy,
    calls,
    arrived,
    pass: () => calls.splice(0).forEach(({ work }) => work()),
  };
}

test('each chunk arrives half of the delay later, whole and in order', async () => {
  const { client, server, calls, pass, arrived } = await betweenTwo();
  client.write('first');
  await waitFor(() => calls.length === 1);
  client.write('second');
  await waitFor(() => calls.length === 2);
  expect(calls.map(({ ms }) => ms)).toEqual([10, 10]);
  expect(arrived.server).toBe('');
  pass();
  await waitFor(() => arrived.server === 'firstsecond');
  server.write('back');
  await waitFor(() => calls.length === 1);
  expect([calls[0]?.ms, arrived.client]).toEqual([10, '']);
  pass();
  await waitFor(() => arrived.client === 'back');
});

test('what a client sends before an answer is one round trip, and what it sends after it is another', async () => {
  const { client, server, proxy, calls, pass, arrived } = await betweenTwo();
  const says = async (end: Socket, bytes: Buffer): Promise<void> => {
    end.write(bytes);
    await waitFor(() => calls.length === 1);
    pass();
  };
  await says(client, Buffer.from('one'));
  await says(client, Buffer.from('two'));
  await says(server, Buffer.concat([row(200), ready, row(0), ready]));
  expect(proxy.roundTrips).toBe(1);
  await says(server, ready);
  expect(proxy.roundTrips).toBe(1);
  await says(client, Buffer.from('three'));
  const answer = Buffer.concat([row(6), ready]);
  for (const byte of answer.subarray(0, -2)) await says(server, Buffer.from([byte]));
  expect(proxy.roundTrips).toBe(1);
  await says(server, answer.subarray(-2));
  expect(proxy.roundTrips).toBe(2);
  await waitFor(() => arrived.client.endsWith(answer.toString('latin1')));
});

test('the end of one side reaches the other after what was sent before it', async () => {
  const { client, server, calls, pass, arrived } = await betweenTwo();
  const closed = once(server, 'close');
  client.end('goodbye');
  await waitFor(() => calls.length === 2);
  expect(server.readableEnded).toBe(false);
  pass();
  await closed;
  expect(arrived.server).toBe('goodbye');
});

test('a real database behind it answers, and each statement is a round trip', async () => {
  const proxy = await createDelayProxy({ target: inject('testPostgres'), delayMs: 2 });
  const database = createDatabase({ connection: () => proxy.connection, clock, log: createRecordingLog() });
  endings.push(
    () => proxy.close(),
    () => database.stop(),
  );
  await database.start();
  const before = proxy.roundTrips;
  for (let index = 0; index < 5; index += 1) {
    expect(await database.one('SELECT $1::int AS index', [index])).toEqual({ index });
  }
  expect(proxy.roundTrips - before).toBe(5);
  await database.transaction((tx) => tx.execute(`SELECT repeat('Z', 100000) AS long`));
  // A transaction with one read takes two: what begins together travels together.
  expect(proxy.roundTrips - before).toBe(7);
});
