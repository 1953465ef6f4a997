import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { io, type Socket } from 'socket.io-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRecordingLog } from '../../test/doubles/recording-log.ts';
import { systemClock as clock } from '../platform/clock.ts';
import { createEventBus, type EventBus } from '../platform/event-bus.ts';
import type { Service } from '../platform/lifecycle.ts';
import { createLive } from './live.ts';

let server: Server;
let live: Service;
let events: EventBus;
let socket: Socket;

beforeEach(async () => {
  server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  events = createEventBus(clock);
  live = createLive({
    server: () => server,
    events,
    sessionOf: () => Promise.resolve({ sessionId: 'one' }),
    alive: (sessionIds) => Promise.resolve(new Set(sessionIds)),
    isOwnOrigin: () => true,
    publishedElsewhere: () => Promise.resolve([]),
    version: '1',
    lookMs: 1_000,
    gatherMs: 10,
    clock,
    log: createRecordingLog(),
  });
  await live.start();
});
afterEach(async () => {
  socket.disconnect();
  await live.stop();
  server.close();
});

/** Joins as a page does, and resolves with the topics of the first facts. */
async function factsAfterJoining(topics: readonly string[], count: number): Promise<string[]> {
  const { port } = server.address() as AddressInfo;
  socket = io(`http://127.0.0.1:${port}`, { transports: ['websocket'] });
  const told: string[] = [];
  const enough = new Promise<void>((resolve) => {
    socket.on('fact', ({ topic }: { topic: string }) => {
      told.push(topic);
      if (told.length === count) resolve();
    });
  });
  socket.emit('join', { join: topics });
  await enough;
  return told;
}

test('a page is told what changed while it was on its way, and nothing else', async () => {
  events.announce('account:acc_1');
  events.announce('messages:acc_1');
  expect(await factsAfterJoining(['account:acc_2', 'traffic', 'account:acc_1'], 2)).toEqual([
    'traffic',
    'account:acc_1',
  ]);
});
