import { createHash, randomBytes } from 'node:crypto';
import { request } from 'node:https';
import { downloadContentFromMessage, type WAMessage } from '@whiskeysockets/baileys';
import { beforeEach, expect, test } from 'vitest';
import { downloadWith, trustMedia } from '../../test/doubles/media-client.ts';
import { useSimulatedNetwork } from '../../test/doubles/simulated-network.ts';
import type { StockClient } from '../../test/doubles/stock-client.ts';

const owner = '9990000000001';
const friend = '9990000000003';
const friendJid = `${friend}@s.whatsapp.net`;

const network = useSimulatedNetwork([owner]);
const phone = () => network.control.phone(friend);
const counters = () => network.control.counters();
const file = randomBytes(300_000);

let client: StockClient;
beforeEach(async () => {
  client = await network.login(owner, trustMedia(network.simulator.mediaCa));
});

async function fromPhone(bytes: Uint8Array = file): Promise<WAMessage> {
  const { id } = await phone().send({ to: owner, type: 'image', media: { bytes, mimetype: 'image/png' } });
  return client.until(() => client.messages.find(({ message }) => message.key.id === id)?.message);
}
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const fileHash = hashOf(file);
const download = async (message: WAMessage): Promise<string> =>
  hashOf(await downloadWith(network.simulator.mediaCa, message));
const upload = (bytes = file) => client.sock.sendMessage(friendJid, { document: bytes, mimetype: 'text/plain' });

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Buffer;
}

function ask(path: string, options: { method?: string; headers?: Record<string, string>; body?: Buffer } = {}) {
  const { method = 'GET', headers = {}, body } = options;
  const [hostname, port] = network.simulator.mediaHost.split(':');
  const ca = network.simulator.mediaCa;
  return new Promise<Answer>((resolve, reject) => {
    const sent = request({ hostname, port, path, method, headers, ca }, (response) => {
      bytesOf(response).then(
        (all) => resolve({ status: response.statusCode, headers: response.headers, body: all }),
        reject,
      );
    });
    sent.on('error', reject).end(body);
  });
}

test('uploads and downloads are counted, and nothing is kept of a file but itself', async () => {
  const sent = await upload();
  await phone().receives('[document]');
  expect(hashOf(await bytesOf(await phone().media(sent?.key.id ?? '')))).toBe(fileHash);
  expect(await download(await fromPhone())).toBe(fileHash);
  // Padding to whole blocks, and 10 bytes of MAC.
  const sealed = file.length + 16 - (file.length % 16) + 10;
  await expect.poll(counters).toMatchObject({
    mediaUploads: 1,
    mediaBytesUploaded: sealed,
    mediaDownloads: 1,
    mediaBytesDownloaded: sealed,
  });
});

test('parts of a file can be downloaded', async () => {
  const message = await fromPhone();
  const image = message.message?.imageMessage;
  const options = trustMedia(network.simulator.mediaCa).options;
  const keys = { mediaKey: image?.mediaKey ?? null, directPath: image?.directPath ?? null, url: image?.url ?? null };
  const part = await downloadContentFromMessage(keys, 'image', { startByte: 1000, endByte: 5000, options });
  expect(await bytesOf(part)).toEqual(file.subarray(1000, 5000));
  const path = image?.directPath ?? '';
  const ranged = await ask(path, { headers: { range: 'bytes=10-19' } });
  expect(ranged).toMatchObject({
    status: 206,
    headers: { 'content-range': expect.stringMatching(/^bytes 10-19\//) as string },
  });
  expect(ranged.body).toHaveLength(10);
  expect((await ask(path, { headers: { range: 'bytes=9999999-' } })).status).toBe(416);
});

test('the media host takes only what it gave a token for, and only what its path says', async () => {
  const { auth } = await client.sock.refreshMediaConn();
  const body = randomBytes(100);
  const hash = createHash('sha256').update(body).digest('base64url');
  const at = (token: string, name = hash): string => `/mms/image/${name}?auth=${encodeURIComponent(token)}`;
  expect((await ask(at(`${auth}x`), { method: 'POST', body })).status).toBe(401);
  expect((await ask(at(auth).replace('mms', 'ftp'), { method: 'POST', body })).status).toBe(404);
  expect((await ask(at(auth, 'A'.repeat(43)), { method: 'POST', body })).status).toBe(400);
  expect((await ask('/v/t62.7118-24/nothing', {})).status).toBe(404);
  const taken = await ask(at(auth), { method: 'POST', body });
  const { direct_path: path, url } = JSON.parse(taken.body.toString()) as { direct_path: string; url: string };
  expect(url).toBe(`https://${network.simulator.mediaHost}${path}`);
  expect((await ask(path)).body).toEqual(body);
});

test('a phone notices a file that is not what its message says', async () => {
  const sent = await upload();
  await phone().receives('[document]');
  const part = sent?.message?.documentMessage;
  for (const wrong of [
    { mediaKey: randomBytes(32) },
    { fileSha256: randomBytes(32) },
    { fileEncSha256: randomBytes(32) },
    { fileLength: 1 },
  ]) {
    const id = await client.sock.relayMessage(friendJid, { documentMessage: { ...part, ...wrong } }, {});
    await expect.poll(() => phone().messages().at(-1)?.id).toBe(id);
    await expect(phone().media(id)).rejects.toThrow(/MAC|another/);
  }
});

test('what has expired is published again by the phone, for a client that asks', async () => {
  const message = await fromPhone();
  await network.control.fault({ kind: 'media-expired', status: 404 });
  await expect(download(message)).rejects.toThrow('Failed to fetch stream');
  expect((await ask(message.message?.imageMessage?.directPath ?? '')).status).toBe(404);
  // Until it has asked for a media connection, a client takes WhatsApp's own host for what was published again.
  await client.sock.refreshMediaConn();
  const renewed = await client.sock.updateMediaMessage(message);
  expect(await download(renewed)).toBe(fileHash);
  expect(await download(await fromPhone())).toBe(fileHash);
});

test('a phone that has a file no more says so, and so does one that never had it', async () => {
  const message = await fromPhone();
  const id = message.key.id ?? '';
  await phone().forgetMedia(id);
  await expect(phone().media(id)).rejects.toThrow('does not have this file');
  await expect(download(message)).rejects.toThrow('Failed to fetch stream');
  await expect(client.sock.updateMediaMessage(message)).rejects.toThrow('NOT_FOUND');
  const unknown = { ...message, key: { ...message.key, id: 'NEVERSEEN' } };
  await expect(client.sock.updateMediaMessage(unknown)).rejects.toThrow('Failed to re-upload media (2)');
});

test('files outlive a restart of the network that keeps them elsewhere', async () => {
  const message = await fromPhone();
  await network.restart();
  await network.login(owner);
  const part = message.message?.imageMessage;
  const moved = { ...part, url: `https://${network.simulator.mediaHost}` };
  expect(await download({ ...message, message: { imageMessage: moved } })).toBe(fileHash);
  expect(hashOf(await bytesOf(await phone().media(message.key.id ?? '')))).toBe(fileHash);
});

test.for(['uploads', 'downloads'] as const)('the host can be down for %s, cut or with a status', async (only) => {
  const message = await fromPhone();
  const fails = () =>
    only === 'uploads'
      ? expect(upload()).rejects.toThrow('upload failed')
      : expect(download(message)).rejects.toThrow();
  await network.control.fault({ kind: 'media-host-down', only, enabled: true });
  await fails();
  await network.control.fault({ kind: 'media-host-down', only, enabled: true, status: 503 });
  await fails();
  if (only === 'downloads') await upload();
  else expect(await download(message)).toBe(fileHash);
  await network.control.fault({ kind: 'media-host-down', only, enabled: false });
  await upload();
  expect(await download(message)).toBe(fileHash);
});

test('a corrupt download is another file, once', async () => {
  const message = await fromPhone();
  await network.control.fault({ kind: 'media-corrupt', times: 1 });
  // A stock client does not look at the MAC.
  expect(await download(message)).not.toBe(fileHash);
  expect(await download(message)).toBe(fileHash);
});

test('a slow host takes its time, until it is as fast as before', async () => {
  const message = await fromPhone(file.subarray(0, 20_000));
  await network.control.fault({ kind: 'media-slow', enabled: true, bytesPerSecond: 500 });
  let isDone = false;
  const downloaded = download(message).then((hash) => {
    isDone = true;
    return hash;
  });
  await ask('/v/t62.7118-24/nothing');
  expect(isDone).toBe(false);
  network.control.clearFaults();
  expect(await downloaded).toBe(hashOf(file.subarray(0, 20_000)));
});
