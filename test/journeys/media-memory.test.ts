import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AccountJson, apiOf, type MessageJson } from '../doubles/api.ts';
import { type BuiltServer, runBuiltServer } from '../doubles/built-server.ts';
import { adminKey, callsTo } from '../doubles/calls.ts';
import { newDataFolder } from '../doubles/data-folder.ts';
import { environmentOf } from '../doubles/network-environment.ts';
import { type SimulatorProcess, startSimulatorProcess } from '../doubles/simulator-process.ts';
import { startTarget, type TargetServer } from '../doubles/target-server.ts';
import { databaseUrlOf, openTestDatabase, type TestDatabase } from '../doubles/test-database.ts';
import { waitFor } from '../doubles/wait-for.ts';

const megabyte = 1024 * 1024;
const chunk = randomBytes(megabyte);
let folder: string;
let database: TestDatabase;
let network: SimulatorProcess;
let web: TargetServer;
let server: BuiltServer;
let address: string;
let shop: AccountJson;

function* bytes(megabytes: number): Generator<Buffer> {
  for (let sent = 0; sent < megabytes; sent += 1) yield chunk;
}

function sha256(chunks: Iterable<Uint8Array>): string {
  const hash = createHash('sha256');
  for (const each of chunks) hash.update(each);
  return hash.digest('hex');
}

beforeAll(async () => {
  folder = await newDataFolder();
  database = await openTestDatabase();
  network = await startSimulatorProcess();
  web = await startTarget((_request, response) => {
    response.writeHead(200, { 'content-length': 64 * megabyte });
    Readable.from(bytes(64)).pipe(response);
  });
  server = runBuiltServer(folder, {
    ...environmentOf(network),
    DATABASE_URL: databaseUrlOf(database.connection),
    ENCRYPTION_KEY: 'the encryption key of the tests, 32 and more',
    ADMIN_API_KEY: adminKey,
    OUTBOUND_ALLOW_HOSTS: `127.0.0.1:${web.port}`,
  });
  address = await server.listening();
  const api = apiOf(callsTo(address));
  const pacing = { preset: 'unpaced' };
  const account = await api.createAccount('Shop', 'whatsapp', { pacing });
  await network.control.phone('9990000000001').scan(await api.qr(account.id));
  shop = { ...(await api.becomes(account.id, 'ready')), apiKey: account.apiKey };
  const archive = await api.createAccount('Archive', 'whatsapp', { pacing, behaviour: { storeMedia: true } });
  await network.control.phone('9990000000002').scan(await api.qr(archive.id));
  await api.becomes(archive.id, 'ready');
});
afterAll(async () => {
  await server.end('SIGTERM');
  await web.stop();
  await network.stop();
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

/** In bytes. */
function residentMemory(): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${server.process.pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

/** How much memory was in use at most while the work was done, beyond what was before. */
async function growthDuring<T>(work: Promise<T>): Promise<{ grown: number; result: T }> {
  const before = residentMemory();
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, residentMemory())), 10);
  try {
    const result = await work;
    return { grown: most - before, result };
  } finally {
    clearInterval(timer);
  }
}

async function post(body: object | FormData): Promise<MessageJson> {
  const isForm = body instanceof FormData;
  const response = await fetch(`${address}/api/send-media?wait=true`, {
    method: 'POST',
    headers: { 'x-api-key': shop.apiKey, ...(isForm ? {} : { 'content-type': 'application/json' }) },
    body: isForm ? body : JSON.stringify(body),
  });
  const { data } = (await response.json()) as { data: MessageJson };
  const calls = callsTo(address);
  await waitFor(async () => {
    const message = (await calls.data('GET', `/api/messages/${data.id}`, { key: shop.apiKey })) as MessageJson;
    return ['sent', 'delivered', 'failed'].includes(message.status);
  });
  return (await calls.data('GET', `/api/messages/${data.id}`, { key: shop.apiKey })) as MessageJson;
}

async function hashAt(number: string, id: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const each of await network.control.phone(number).media(id)) hash.update(each);
  return hash.digest('hex');
}

test('64 MB by address and 10 MB in a form pass through without being held in memory', async () => {
  const customer = '9990000000101';
  // What is loaded for the first file stays.
  await post({ to: customer, media: { data: Buffer.from('hello').toString('base64') } });
  const url = `http://127.0.0.1:${web.port}/film.bin`;
  const fetched = await growthDuring(post({ to: customer, media: { url } }));
  expect(fetched.result).toMatchObject({ error: null, media: { size: 64 * megabyte } });
  const form = new FormData();
  form.append('to', customer);
  form.append('file', new Blob([new Uint8Array(Buffer.concat([...bytes(10)]))]), 'film.bin');
  const uploaded = await growthDuring(post(form));
  expect(uploaded.result).toMatchObject({ error: null, media: { size: 10 * megabyte } });
  expect(await hashAt(customer, uploaded.result.whatsappId)).toBe(sha256(bytes(10)));
  console.log(`grown by ${Math.round(fetched.grown / megabyte)} and ${Math.round(uploaded.grown / megabyte)} MB`);
  expect(fetched.grown).toBeLessThan(60 * megabyte);
  expect(uploaded.grown).toBeLessThan(60 * megabyte);
  const back = await growthDuring(
    fetch(`${address}/api/messages/${fetched.result.id}/media`, { headers: { 'x-api-key': shop.apiKey } }).then(
      async (response) => sha256([Buffer.from(await response.arrayBuffer())]),
    ),
  );
  expect(back.result).toBe(sha256(bytes(64)));
  expect(back.grown).toBeLessThan(60 * megabyte);
});

test('64 MB that come in are stored without being held in memory', async () => {
  const url = `http://127.0.0.1:${web.port}/film.bin`;
  const coming = growthDuring(
    waitFor(async () => {
      const found = await database.rows(
        'SELECT FROM stored_files WHERE stored_at IS NOT NULL AND size_bytes > 1000000',
      );
      return found.length === 1;
    }),
  );
  await post({ to: '9990000000002', media: { url } });
  const { grown } = await coming;
  console.log(`grown by ${Math.round(grown / megabyte)} MB`);
  expect(grown).toBeLessThan(60 * megabyte);
});
