import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { WASocket } from '@whiskeysockets/baileys';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { patient, textTo, useBaileysRig } from '../../../test/doubles/baileys-rig.ts';
import { leaseOn } from '../../../test/doubles/leases.ts';
import { createPostgresProxy, type PostgresProxy } from '../../../test/doubles/postgres-proxy.ts';
import { waitFor } from '../../../test/doubles/wait-for.ts';
import { systemClock as clock } from '../../platform/clock.ts';
import { type CommitWriter, createCommitWriter } from '../../platform/commit-writer.ts';
import { createDatabase, type Database } from '../../platform/database.ts';
import { holdFrames } from './frame-barrier.ts';

const rig = useBaileysRig();
let proxy: PostgresProxy;
let away: { database: Database; writer: CommitWriter };

beforeAll(async () => {
  proxy = await createPostgresProxy(rig.database.connection);
  const database = createDatabase({ connection: () => proxy.connection(), clock, log: rig.log });
  await database.start();
  away = { database, writer: createCommitWriter({ database, clock, log: rig.log }) };
});
afterAll(async () => {
  await away.database.stop();
  await proxy.close();
});

function stanzas(): number {
  return [...rig.control.counters().stanzasById.values()].reduce((sum, count) => sum + count, 0);
}

test('nothing leaves before the keys that it was made with are stored, and all of it in order afterwards', async () => {
  const account = await rig.linked(away);
  const customer = rig.newPhone();
  await account.channel.send(textTo(customer.jid, 'known'), patient);
  await customer.receives('known');
  const before = stanzas();
  await proxy.close();
  const texts = Array.from({ length: 20 }, (_, index) => `held ${index}`);
  const sending = Promise.all(texts.map((text) => account.channel.send(textTo(customer.jid, text), patient)));
  await clock.sleep(500);
  expect(stanzas()).toBe(before);
  await proxy.listen();
  await sending;
  await customer.receives('held 19');
  const shown = customer.messages().flatMap(({ text }) => (text.startsWith('held') ? [text] : []));
  expect(shown).toEqual(texts);
  await account.channel.stop();
});

test('nothing is confirmed before it is stored', async () => {
  const account = await rig.linked(away);
  const customer = rig.newPhone();
  await customer.send({ to: account.phone.number, text: 'known' });
  await account.told.receives('known');
  const confirmed = (): number => rig.control.counters().acknowledgedByClients;
  await waitFor(() => confirmed() > 0);
  await proxy.close();
  const before = confirmed();
  for (let index = 0; index < 40; index += 1) {
    await customer.send({ to: account.phone.number, text: `held ${index}` });
  }
  await clock.sleep(500);
  expect([confirmed(), account.told.messages.length]).toEqual([before, 1]);
  await proxy.listen();
  await account.told.receives('held 39');
  await waitFor(() => confirmed() === before + 40);
  expect(rig.control.counters().undecryptable).toBe(0);
  await account.channel.stop();
});

test('when too much waits for the database the line is not read any more, until half of it is stored', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const received: string[] = [];
  server.on('connection', (peer) => peer.on('message', (data: Buffer) => received.push(data.toString())));
  const raw = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await once(raw, 'open');
  const lane = away.writer.lane(await leaseOn(rig.database, 'a line'));
  const socket = { ws: { socket: raw } } as unknown as WASocket;
  holdFrames({ socket, lane, owned: () => true, mostWaiting: 4 });

  await proxy.close();
  const frames = Array.from({ length: 10 }, (_, index) => `frame ${index}`);
  const paused = frames.map((frame) => {
    const batch = lane.batch();
    batch.afterCommit(() => undefined);
    lane.commit(batch);
    raw.send(frame);
    return raw.isPaused;
  });
  expect(paused).toEqual(frames.map((_, index) => index >= 4));
  expect(received).toEqual([]);
  await proxy.listen();
  await lane.settled();
  expect(raw.isPaused).toBe(false);
  await waitFor(() => received.length === frames.length);
  expect(received).toEqual(frames);
  raw.terminate();
  server.close();
});

test('frames that were held when the line broke are gone with their messages, which go again', async () => {
  const account = await rig.linked(away);
  const customer = rig.newPhone();
  await account.channel.send(textTo(customer.jid, 'known'), patient);
  await proxy.close();
  const message = textTo(customer.jid, 'again');
  const sending = account.channel.send(message, patient);
  const refused = expect(sending).rejects.toMatchObject({ code: 'channel.disconnected', retryable: true });
  await rig.control.fault({ kind: 'drop-line', number: account.phone.number });
  await refused;
  await proxy.listen();
  await account.told.next('online');
  await account.channel.send({ ...message, again: true }, patient);
  await customer.receives('again');
  expect(rig.control.counters().undecryptable).toBe(0);
  await account.channel.stop();
});
