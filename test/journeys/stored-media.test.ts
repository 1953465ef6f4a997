import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { AccountJson, Api, MessageJson } from '../doubles/api.ts';
import { owner, useLinkedShop } from '../doubles/linked-shop.ts';
import { pictures } from '../doubles/media-samples.ts';
import type { RunningApp } from '../doubles/running-app.ts';
import { waitFor } from '../doubles/wait-for.ts';

let simulator: Simulator;
let app: RunningApp;
let api: Api;
let shop: AccountJson;

const { linked, newCustomer, stored } = useLinkedShop(() => ({
  environment: { MEDIA_STORE_MB: '1' },
  timings: { storedFiles: { pollMs: 20, retry: { baseMs: 10, capMs: 20 } } },
}));
type Customer = ReturnType<typeof newCustomer>;
beforeAll(() => void ({ simulator, app, api, shop } = linked()));
afterEach(async () => {
  simulator.control.clearFaults();
  await storeMedia(null);
  await app.database.execute('DELETE FROM stored_files');
});

async function storeMedia(chosen: boolean | null): Promise<void> {
  await app.data('PATCH', `/api/accounts/${shop.id}`, { body: { settings: { behaviour: { storeMedia: chosen } } } });
}

async function usage(): Promise<{ files: number; bytes: number; waiting: number; limitBytes: number }> {
  const health = (await app.data('GET', '/api/health')) as { storedFiles: Awaited<ReturnType<typeof usage>> };
  return health.storedFiles;
}

async function sendFile(customer: Customer, bytes: Buffer): Promise<MessageJson> {
  const media = { bytes, mimetype: 'application/octet-stream', fileName: 'file.bin' };
  const { id } = await customer.send({ to: owner, type: 'document', media });
  return stored(id);
}

async function download(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${app.address}${path}`, { headers });
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
}
const ownKey = (): Record<string, string> => ({ authorization: `Bearer ${shop.apiKey}` });
const pathOf = ({ id }: MessageJson): string => `/api/messages/${id}/media`;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The network can give no file any more. */
async function networkForgets(): Promise<void> {
  await simulator.control.fault({ kind: 'media-host-down', enabled: true, status: 503 });
}

test('a file is stored at once, sealed, and served when the network has it no more: by key, by link, in part', async () => {
  await storeMedia(true);
  const customer = newCustomer();
  const bytes = randomBytes(600_000);
  const before = simulator.control.counters().mediaDownloads;
  const message = await sendFile(customer, bytes);
  await waitFor(async () => (await usage()).files === 1);
  expect(await usage()).toEqual({ files: 1, bytes: bytes.length, waiting: 0, limitBytes: 1024 * 1024 });
  expect(simulator.control.counters().mediaDownloads - before).toBe(1);
  await networkForgets();
  const whole = await download(pathOf(message), ownKey());
  expect([whole.status, sha256(whole.bytes)]).toEqual([200, sha256(bytes)]);
  const link = await download(new URL(message.media?.url ?? '').pathname);
  expect([link.status, sha256(link.bytes)]).toEqual([200, sha256(bytes)]);
  const part = await download(pathOf(message), { ...ownKey(), range: 'bytes=300000-300009' });
  expect([part.status, part.bytes]).toEqual([206, bytes.subarray(300_000, 300_010)]);
  expect(simulator.control.counters().mediaDownloads - before).toBe(1);
  const pieces = await app.database.rows<{ bytes: Buffer }>('SELECT bytes FROM stored_pieces ORDER BY place');
  expect(pieces.length).toBe(3);
  expect(Buffer.concat(pieces.map((piece) => piece.bytes)).includes(bytes.subarray(0, 16))).toBe(false);
});

test('what came before the setting, what the phone itself sent, and what has no file is left where it is', async () => {
  const customer = newCustomer();
  const early = await sendFile(customer, pictures.png);
  await storeMedia(true);
  const media = { bytes: pictures.jpeg, mimetype: 'image/jpeg' };
  const own = await simulator.control.phone(owner).send({ to: customer.number, type: 'image', media });
  await stored(own.id);
  await customer.send({ to: owner, text: 'no file' });
  await api.lists(shop, 'no file');
  const late = await sendFile(customer, pictures.png);
  await waitFor(async () => (await usage()).waiting === 0);
  const kept = await app.database.rows<{ id: string }>('SELECT message_id AS id FROM stored_files');
  expect(kept).toEqual([{ id: late.id }]);
  expect((await download(pathOf(early), ownKey())).bytes).toEqual(pictures.png);
});

test('while the network cannot give a file it is tried again and again, and damaged bytes are not taken', async () => {
  await storeMedia(true);
  const customer = newCustomer();
  await simulator.control.fault({ kind: 'media-host-down', enabled: true, only: 'downloads', status: 503 });
  const bytes = randomBytes(300_000);
  const message = await sendFile(customer, bytes);
  const tries = (code: string): number =>
    app.log.lines.filter(({ context }) => context['id'] === message.id && context['code'] === code).length;
  await waitFor(() => tries('media.unreachable') > 6);
  expect(await usage()).toMatchObject({ files: 0, waiting: 1 });
  simulator.control.clearFaults();
  await simulator.control.fault({ kind: 'media-corrupt', times: 1 });
  await waitFor(async () => (await usage()).files === 1);
  await networkForgets();
  expect((await download(pathOf(message), ownKey())).bytes).toEqual(bytes);
});

test('only so many are fetched at a time, and all of them in the end', async () => {
  await storeMedia(true);
  const customer = newCustomer();
  await simulator.control.fault({ kind: 'media-slow', enabled: true, bytesPerSecond: 50_000 });
  for (let count = 0; count < 9; count += 1) await sendFile(customer, randomBytes(60_000));
  let most = 0;
  await waitFor(async () => {
    const sql = 'SELECT FROM stored_files WHERE size_bytes > 0 AND stored_at IS NULL';
    most = Math.max(most, (await app.database.rows(sql)).length);
    if (most === 4) simulator.control.clearFaults();
    return (await usage()).files === 9;
  });
  expect(most).toBe(4);
});

test('what nobody has any more is given up after some tries', async () => {
  await storeMedia(true);
  const customer = newCustomer();
  await simulator.control.fault({ kind: 'media-host-down', enabled: true, only: 'downloads', status: 503 });
  const media = { bytes: pictures.png, mimetype: 'image/png' };
  const { id } = await customer.send({ to: owner, type: 'image', media });
  const message = await stored(id);
  await customer.forgetMedia(id);
  await simulator.control.phone(owner).forgetMedia(id);
  simulator.control.clearFaults();
  await waitFor(async () => (await usage()).waiting === 0);
  expect(await usage()).toMatchObject({ files: 0, bytes: 0 });
  const told = app.log.lines.filter(
    ({ context }) => context['id'] === message.id && context['code'] === 'media.expired',
  );
  expect(told.map(({ message: sentence }) => sentence).slice(-2)).toEqual([
    'A file could not be stored yet',
    'A file is not stored',
  ]);
  expect(told.length).toBe(5);
});

describe('what is kept', () => {
  test('has a limit: the oldest go first, and can still be had from the network', async () => {
    await storeMedia(true);
    const customer = newCustomer();
    const bytes = [1, 2, 3].map(() => randomBytes(400_000));
    const messages: MessageJson[] = [];
    for (const each of bytes) {
      messages.push(await sendFile(customer, each));
      await waitFor(async () => (await usage()).waiting === 0);
    }
    const kept = await app.database.rows<{ id: string }>(
      'SELECT message_id AS id FROM stored_files ORDER BY stored_at',
    );
    expect(kept.map(({ id }) => id)).toEqual(messages.slice(1).map(({ id }) => id));
    expect(await usage()).toMatchObject({ files: 2, bytes: 800_000 });
    const [first] = messages;
    if (first) expect(sha256((await download(pathOf(first), ownKey())).bytes)).toBe(sha256(bytes[0] ?? Buffer.of()));
  });

  test('holds nothing that is larger than all of it', async () => {
    await storeMedia(true);
    const customer = newCustomer();
    const small = await sendFile(customer, pictures.png);
    await waitFor(async () => (await usage()).files === 1);
    const large = await sendFile(customer, randomBytes(1_100_000));
    await waitFor(async () => (await usage()).waiting === 0);
    expect(await app.database.rows('SELECT message_id AS id FROM stored_files')).toEqual([{ id: small.id }]);
    expect((await download(pathOf(large), ownKey())).status).toBe(200);
  });

  test('goes with a message that is deleted for everyone, also while it is being fetched', async () => {
    await storeMedia(true);
    const customer = newCustomer();
    const message = await sendFile(customer, pictures.png);
    await waitFor(async () => (await usage()).files === 1);
    await customer.delete(message.whatsappId);
    await waitFor(async () => (await usage()).files === 0);
    expect((await download(pathOf(message), ownKey())).status).toBe(404);
    await simulator.control.fault({ kind: 'media-slow', enabled: true, bytesPerSecond: 100_000 });
    const slow = await sendFile(customer, randomBytes(900_000));
    await waitFor(async () => (await app.database.rows('SELECT FROM stored_pieces')).length > 0);
    await customer.delete(slow.whatsappId);
    await waitFor(async () => (await app.database.rows('SELECT FROM stored_files')).length === 0);
    simulator.control.clearFaults();
    await waitFor(async () => (await app.database.rows('SELECT FROM stored_pieces')).length === 0);
  });
});

test('nothing is left of an account that is deleted', async () => {
  const other = await api.createAccount('Other', 'whatsapp', { pacing: { preset: 'unpaced' } });
  const body = { settings: { behaviour: { storeMedia: true } } };
  await app.data('PATCH', `/api/accounts/${other.id}`, { body });
  await simulator.control.phone('9990000000002').scan(await api.qr(other.id));
  await api.becomes(other.id, 'ready');
  const media = { bytes: pictures.png, mimetype: 'image/png' };
  await newCustomer().send({ to: '9990000000002', type: 'image', media });
  await waitFor(async () => (await usage()).files === 1);
  await app.call('DELETE', `/api/accounts/${other.id}`, {});
  expect(await app.database.rows('SELECT FROM stored_files')).toEqual([]);
  expect(await app.database.rows('SELECT FROM stored_pieces')).toEqual([]);
});
