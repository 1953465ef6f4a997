import { join } from 'node:path';
import jsQr from 'jsqr';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { environmentOf } from '../doubles/network-environment.ts';
import { newDataFolder, removeDataFolder } from '../doubles/data-folder.ts';
import { type Api, apiOf } from '../doubles/api.ts';
import { adminKey } from '../doubles/calls.ts';
import { type ServerProcess, startServerProcess } from '../doubles/server-process.ts';

let folder: string;
let simulator: Simulator;
let server: ServerProcess;
let api: Api;

beforeAll(async () => {
  folder = await newDataFolder();
  simulator = createSimulator({ seed: Buffer.alloc(32, 7) });
  await simulator.start();
  server = await startServerProcess({
    DATA_DIR: join(folder, 'data'),
    ...environmentOf(simulator),
  });
  api = apiOf(server);
});
afterAll(async () => {
  await server.kill('SIGKILL');
  await simulator.stop();
  await removeDataFolder(folder);
});

function textIn(png: Buffer): string | undefined {
  const { data, width, height } = PNG.sync.read(png);
  return jsQr.default(new Uint8ClampedArray(data), width, height)?.data;
}

test('the code is the same as JSON, as a data URL and as a PNG', async () => {
  const account = await api.createAccount('Pictures', 'whatsapp');
  const json = (await server.data('GET', `/api/accounts/${account.id}/qr`)) as Record<string, string>;
  expect(json).toMatchObject({ attempt: 1, attempts: 6 });
  expect(json['qr']).toMatch(/^https:\/\/wa\.me\/settings\/linked_devices#/);
  const dataUrl = Buffer.from(json['image']?.replace('data:image/png;base64,', '') ?? '', 'base64');
  expect(textIn(dataUrl)).toBe(json['qr']);
  const response = await fetch(`${server.address}/api/accounts/${account.id}/qr`, {
    headers: { 'X-API-Key': account.apiKey, Accept: 'image/png' },
  });
  expect(response.headers.get('content-type')).toBe('image/png');
  expect(textIn(Buffer.from(await response.arrayBuffer()))).toBe(json['qr']);
});

test('the stream tells the code and closes once the phone has scanned it', async () => {
  const account = await api.createAccount('Stream', 'whatsapp');
  const response = await fetch(`${server.address}/api/accounts/${account.id}/qr/stream`, {
    headers: { 'X-API-Key': adminKey },
  });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  let received = '';
  let scanned: Promise<unknown> | undefined;
  for await (const part of response.body ?? []) {
    received += Buffer.from(part as Uint8Array).toString();
    const data = /^event: qr\ndata: (.*)$/m.exec(received)?.[1];
    if (data === undefined || scanned) continue;
    scanned = simulator.control.phone('9990000000001').scan((JSON.parse(data) as { qr: string }).qr);
  }
  await scanned;
  expect(received).toMatch(/event: connected\ndata: \{"status":"ready"/);
});

test('where there is no code to show, the answer says why', async () => {
  const account = await api.createAccount('Linked', 'whatsapp');
  await simulator.control.phone('9990000000002').scan(await api.qr(account.id));
  await api.becomes(account.id, 'ready');
  const linked = await server.call('GET', `/api/accounts/${account.id}/qr`);
  expect(linked).toMatchObject({ status: 409, body: { code: 'account.already_linked' } });
  const paused = await api.createAccount('Paused', 'whatsapp');
  await server.data('POST', `/api/accounts/${paused.id}/pause`);
  const none = await server.call('GET', `/api/accounts/${paused.id}/qr`);
  expect(none).toMatchObject({ status: 409, body: { code: 'account.no_qr' } });
  expect((none.body as { detail: string }).detail).toContain('Paused by you');
});
