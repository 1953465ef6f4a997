import { Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createManualClock } from '../../test/doubles/manual-clock.ts';
import { publicInternet } from '../../test/doubles/public-internet.ts';
import { startTarget, type TargetServer } from '../../test/doubles/target-server.ts';
import { waitFor } from '../../test/doubles/wait-for.ts';
import type { Dial } from './outbound-connection.ts';
import { readText } from './outbound-http.ts';

let target: TargetServer;
afterEach(() => target.stop());

const internet = publicInternet(() => target);
const { client, allClosed } = internet;
const url = 'http://files.example/picture.jpg?token=s3cret';

describe('how long it takes', () => {
  const timeout = { code: 'outbound.timeout', retryable: true };

  test('no connection within its time', async () => {
    target = await startTarget((_request, response) => response.end());
    const clock = createManualClock();
    const silent: Socket[] = [];
    const dial = (): Socket => {
      const socket = new Socket();
      silent.push(socket);
      return socket;
    };
    const asked = client({ clock, dial }).request(url, { connectTimeoutMs: 3_000 });
    const refused = expect(asked).rejects.toMatchObject({
      ...timeout,
      message: 'files.example could not be connected to within 3 s.',
    });
    await waitFor(() => silent.length === 1);
    await clock.advance(3_000);
    await refused;
    expect(silent.every((socket) => socket.destroyed)).toBe(true);
  });

  test('no look-up within its time, and none that comes too late is used', async () => {
    target = await startTarget((_request, response) => response.end());
    const clock = createManualClock();
    let answer = (_addresses: readonly string[]): void => undefined;
    const resolve = (): Promise<readonly string[]> => new Promise((done) => (answer = done));
    const asked = client({ clock, resolve }).request(url);
    const refused = expect(asked).rejects.toMatchObject(timeout);
    await clock.advance(10_000);
    await refused;
    answer(['93.184.216.34']);
    await new Promise((done) => setImmediate(done));
    expect(target.connections).toBe(0);
  });

  test('an address that does not answer is not waited for when there is another', async () => {
    target = await startTarget((_request, response) => response.end('second'));
    const clock = createManualClock();
    const silent = new Socket();
    const dial: Dial = (address, port) => (address === '1.1.1.1' ? silent : internet.dial(address, port));
    const asked = client({ clock, dial, resolve: async () => ['1.1.1.1', '8.8.8.8'] }).request(url);
    await new Promise((done) => setImmediate(done));
    await clock.advance(250);
    expect(await readText(await asked)).toBe('second');
    expect(silent.destroyed).toBe(true);
  });

  test('silence before the answer, and within it', async () => {
    let head = false;
    target = await startTarget((_request, response) => head && response.writeHead(200).write('some'));
    const clock = createManualClock();
    const asked = client({ clock }).request(url, { idleTimeoutMs: 4_000, totalTimeoutMs: 1_000_000 });
    const refused = expect(asked).rejects.toMatchObject({
      ...timeout,
      message: 'files.example sent nothing within 4 s.',
    });
    await waitFor(() => target.open === 1);
    await clock.advance(6_000);
    await refused;
    await allClosed();

    head = true;
    const response = await client({ clock }).request(url, { idleTimeoutMs: 4_000, totalTimeoutMs: 1_000_000 });
    const reading = expect(readText(response)).rejects.toMatchObject(timeout);
    await waitFor(() => response.body.readableFlowing !== null || response.body.listenerCount('readable') > 0);
    await clock.advance(6_000);
    await reading;
    await allClosed();
  });

  test('a byte a second is no silence, and ends when the whole time is over', async () => {
    let send = (): void => undefined;
    target = await startTarget((_request, response) => {
      send = () => void response.write('x');
      send();
    });
    const clock = createManualClock();
    const response = await client({ clock }).request(url, { idleTimeoutMs: 4_000, totalTimeoutMs: 60_000 });
    let bytes = 0;
    const reading = (async () => {
      for await (const chunk of response.body) bytes += (chunk as Buffer).length;
    })();
    const refused = expect(reading).rejects.toMatchObject({
      ...timeout,
      message: 'files.example was not done within 60 s.',
    });
    for (let second = 1; second <= 59; second += 1) {
      await waitFor(() => bytes === second);
      await clock.advance(1_000);
      send();
    }
    await waitFor(() => bytes === 60);
    await clock.advance(1_000);
    await refused;
    await allClosed();
  });

  test('a slow reader is not taken for a silent sender', async () => {
    target = await startTarget((_request, response) => response.end(Buffer.alloc(3_000_000, 'x')));
    const clock = createManualClock();
    const limits = { idleTimeoutMs: 4_000, totalTimeoutMs: 1_000_000, maxBodyBytes: 5_000_000 };
    const response = await client({ clock }).request(url, limits);
    await waitFor(() => response.body.readableLength > 60_000);
    await clock.advance(100_000);
    expect(await readText(response)).toHaveLength(3_000_000);
  });

  test('what has arrived may be read later', async () => {
    target = await startTarget((_request, response) => response.end('small'));
    const clock = createManualClock();
    const response = await client({ clock }).request(url);
    await allClosed();
    await clock.advance(1_000_000);
    expect(await readText(response)).toBe('small');
  });
});

describe('who gives up', () => {
  test('the caller, before, while connecting, while waiting and while reading', async () => {
    target = await startTarget((request, response) => request.url === '/body' && response.writeHead(200).write('some'));
    const reason = new Error('stopping');
    await expect(client().request(url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(target.connections).toBe(0);

    const connecting = new AbortController();
    const silent = new Socket();
    const asked = client({ dial: () => silent }).request(url, { signal: connecting.signal });
    connecting.abort(reason);
    await expect(asked).rejects.toBe(reason);

    const waiting = new AbortController();
    const unanswered = client().request(url, { signal: waiting.signal });
    const refused = expect(unanswered).rejects.toBe(reason);
    await waitFor(() => target.open === 1);
    waiting.abort(reason);
    await refused;
    await allClosed();

    const reading = new AbortController();
    const response = await client().request('http://files.example/body', { signal: reading.signal });
    const failed = expect(readText(response)).rejects.toBe(reason);
    reading.abort(reason);
    await failed;
    await allClosed();
  });

  test('a body that failed while nobody read it tells whoever reads it later', async () => {
    target = await startTarget((_request, response) => response.writeHead(200).write('some'));
    const stop = new AbortController();
    const response = await client().request(url, { signal: stop.signal });
    const reason = new Error('stopping');
    stop.abort(reason);
    await allClosed();
    await expect(readText(response)).rejects.toBe(reason);
  });

  test('a reader that stops closes the connection', async () => {
    target = await startTarget((_request, response) => response.writeHead(200).write('some'));
    const response = await client().request(url);
    for await (const _chunk of response.body) break;
    await allClosed();
  });
});
