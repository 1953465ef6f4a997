import { owner, useLinkedShop } from '../doubles/linked-shop.ts';
import { readdir } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MediaKind } from '../../src/simulator/phone-message.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { AccountJson, Api, MessageJson } from '../doubles/api.ts';
import { codecHeaders, mp3, mp4, ogg, pictures } from '../doubles/media-samples.ts';
import { privateHosts } from '../doubles/private-hosts.ts';
import type { RunningApp } from '../doubles/running-app.ts';
import { startTarget, startTrap, type TargetServer } from '../doubles/target-server.ts';
import { waitFor } from '../doubles/wait-for.ts';

const pdf = Buffer.from('%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n1 0 obj', 'latin1');
const files = new Map<string, Buffer>([
  ['/picture.jpg', pictures.jpeg],
  ['/paper.pdf', pdf],
]);
const asked: string[] = [];
/** What no file is: more bytes than anybody takes, without a length. */
function endless(response: ServerResponse): void {
  const chunk = randomBytes(1024 * 1024);
  const more = (): void => void response.write(chunk, (error) => error ?? setImmediate(more));
  more();
}
let simulator: Simulator;
let web: TargetServer;
let app: RunningApp;
let api: Api;
let shop: AccountJson;

beforeAll(async () => {
  web = await startTarget((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const file = files.get(path);
    if (file) response.end(file);
    else if (path === '/lies.pdf') response.writeHead(200, { 'content-length': 1_000_000 }).end(pdf);
    else if (path === '/huge.pdf') response.writeHead(200, { 'content-length': 65 * 1024 * 1024 }).end(pdf);
    else if (path === '/endless.pdf') endless(response);
    else if (path === '/hops') response.writeHead(302, { location: '/picture.jpg' }).end();
    else if (path === '/inward')
      response.writeHead(302, { location: `http://127.0.0.1:${web.port}/picture.jpg` }).end();
    else if (path === '/moody.pdf')
      response.writeHead(asked.filter((each) => each === path).length < 3 ? 503 : 200).end(pdf);
    else response.writeHead(404).end();
  });
});
afterAll(() => web.stop());
const { linked, newCustomer, send, shownBy, stored } = useLinkedShop(() => ({
  environment: { OUTBOUND_ALLOW_HOSTS: `localhost:${web.port}` },
  timings: { media: { totalMs: 60_000, retry: { baseMs: 10, capMs: 20 }, sweepMs: 50 } },
}));
beforeAll(() => void ({ simulator, app, api, shop } = linked()));

const sendFile = (body: object): Promise<MessageJson> => send(body, '/api/send-media');
type Customer = ReturnType<typeof newCustomer>;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const webUrl = (path: string): string => `http://localhost:${web.port}${path}`;

async function upload(
  fields: Record<string, string>,
  file: { bytes: Uint8Array; name: string; field?: string },
  headers: Record<string, string> = {},
) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append(file.field ?? 'file', new Blob([Buffer.from(file.bytes)]), file.name);
  const response = await fetch(`${app.address}/api/send-media?wait=true`, {
    method: 'POST',
    headers: { authorization: `Bearer ${shop.apiKey}`, ...headers },
    body: form,
  });
  return { status: response.status, body: (await response.json()) as { data: MessageJson; code?: string } };
}

async function bytesAt(customer: Customer, id: string): Promise<Buffer> {
  await shownBy(customer, id);
  const chunks: Uint8Array[] = [];
  for await (const chunk of await customer.media(id)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function download(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${app.address}${path}`, { headers });
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
}
const ownKey = (): Record<string, string> => ({ authorization: `Bearer ${shop.apiKey}` });

async function leftBehind(): Promise<number> {
  return (await app.database.rows('SELECT id FROM media_files')).length;
}

const samples: readonly [type: MediaKind, bytes: Buffer, mimetype: string, caption?: string][] = [
  ['image', pictures.jpeg, 'image/jpeg', 'A picture'],
  ['image', pictures.png, 'image/png'],
  ['video', mp4('isom', ['vide', 'soun']), 'video/mp4', 'A film'],
  ['audio', mp3(), 'audio/mpeg'],
  ['voice', ogg(codecHeaders.opus), 'audio/ogg; codecs=opus'],
  ['document', pdf, 'application/pdf', 'The paper'],
  ['sticker', pictures.webp, 'image/webp'],
];

describe('every kind of file, both ways', () => {
  test.each(samples)('%s %#', async (type, bytes, mimetype, caption) => {
    const customer = newCustomer();
    const said = { to: customer.number, type, ...(caption !== undefined && { caption }), filename: 'ours.bin' };
    const sent = await sendFile({ ...said, media: { data: bytes.toString('base64') } });
    expect(sent).toMatchObject({
      error: null,
      type,
      text: caption ?? null,
      media: { mimetype, size: bytes.length },
    });
    const { content } = await shownBy(customer, sent.whatsappId);
    expect(content).toMatchObject({ type, media: { mimetype, bytes: bytes.length, sha256: sha256(bytes) } });
    expect(content).toMatchObject(caption === undefined ? {} : { caption });
    expect(sha256(await bytesAt(customer, sent.whatsappId))).toBe(sha256(bytes));
    const own = await download(`/api/messages/${sent.id}/media`, ownKey());
    expect([own.status, sha256(own.bytes)]).toEqual([200, sha256(bytes)]);

    const { id } = await customer.send({
      to: owner,
      type,
      media: { bytes, mimetype, fileName: 'theirs.bin' },
      ...(caption !== undefined && { caption }),
    });
    const message = await stored(id);
    expect(message).toMatchObject({ direction: 'incoming', type, text: caption ?? null, media: { mimetype } });
    const theirs = await download(`/api/messages/${message.id}/media`, ownKey());
    expect([theirs.status, sha256(theirs.bytes)]).toEqual([200, sha256(bytes)]);
    const link = new URL(message.media?.url ?? '');
    const linked = await download(link.pathname);
    expect([linked.status, sha256(linked.bytes)]).toEqual([200, sha256(bytes)]);
    await waitFor(async () => (await leftBehind()) === 0);
  });

  test('a post of a channel, which nobody encrypted', async () => {
    const author = newCustomer();
    const { jid } = await simulator.control.createNewsletter('News', author.number);
    await simulator.control.phone(owner).follow(jid);
    const media = { bytes: pictures.jpeg, mimetype: 'image/jpeg' };
    const { id } = await author.post(jid, { type: 'image', media, caption: 'A picture' });
    const message = await stored(id);
    expect(message).toMatchObject({ type: 'image', text: 'A picture', chat: { jid, type: 'newsletter' } });
    const { status, bytes } = await download(`/api/messages/${message.id}/media`, ownKey());
    expect([status, sha256(bytes)]).toEqual([200, sha256(pictures.jpeg)]);
    await simulator.control.fault({ kind: 'media-corrupt', times: 1 });
    await expect(download(`/api/messages/${message.id}/media`, ownKey())).rejects.toThrow();
  });
});

describe('a file in the request', () => {
  test('goes as what its bytes are, under its name, with the fields of the form', async () => {
    const customer = newCustomer();
    const fields = { to: customer.number, caption: 'Look', typing: 'false', mentions: customer.number };
    const { status, body } = await upload(fields, { bytes: pictures.png, name: 'Grüße.exe' });
    expect([status, body.data]).toMatchObject([200, { type: 'image', text: 'Look', media: { mimetype: 'image/png' } }]);
    expect(await shownBy(customer, body.data.whatsappId)).toMatchObject({
      content: {
        type: 'image',
        caption: 'Look',
        media: { sha256: sha256(pictures.png), hasThumbnail: true, width: 2 },
      },
      mentions: [`${customer.number}@s.whatsapp.net`],
    });
    const paper = await upload({ to: customer.number, type: 'document' }, { bytes: pictures.png, name: 'Grüße.png' });
    expect((await shownBy(customer, paper.body.data.whatsappId)).content).toMatchObject({
      type: 'document',
      media: { fileName: 'Grüße.png', mimetype: 'image/png' },
    });
  });

  test.each([
    ['media', { to: '+9990000000198' }],
    ['media.data', { to: '+9990000000198', media: { data: 'no base64!' } }],
    ['media.data', { to: '+9990000000198', type: 'image', media: { data: pdf.toString('base64') } }],
    ['media.url', { to: '+9990000000198', media: { url: 'file:///etc/passwd' } }],
    ['media.url', { to: '+9990000000198', media: { url: 'data:text/plain,hello' } }],
    ['media.data', { to: '+9990000000198', media: { url: 'https://x.example/y', data: 'aGVsbG8=' } }],
    ['mediaUrl', { to: '+9990000000198', mediaUrl: 'https://x.example', media: { url: 'https://x.example/y' } }],
    ['caption', { to: '+9990000000198', caption: 'x', media: { data: mp3().toString('base64') } }],
    ['file', { to: '+9990000000198', file: { sha256: 'x', sizeBytes: 1 } }],
    ['to', { to: 'nobody', media: { data: pdf.toString('base64') } }],
  ])('%s is named when it does not fit, and nothing is kept: %j', async (field, body) => {
    const refused = await app.call('POST', '/api/send-media', { key: shop.apiKey, body });
    expect(refused).toMatchObject({ status: 422, body: { errors: [{ field }] } });
    await waitFor(async () => (await leftBehind()) === 0);
  });

  test('a form that does not fit leaves nothing', async () => {
    const file = { bytes: pdf, name: 'a.pdf' };
    const [nobody, wrongField, large] = await Promise.all([
      upload({ to: 'nobody' }, file),
      upload({ to: '+9990000000198' }, { ...file, field: 'attachment' }),
      upload({ to: '+9990000000198' }, { bytes: Buffer.concat([pdf, Buffer.alloc(10 * 1024 * 1024)]), name: 'a.pdf' }),
    ]);
    expect(nobody).toMatchObject({ status: 422, body: { errors: [{ field: 'to' }] } });
    expect(wrongField).toMatchObject({ status: 422, body: { errors: [{ field: 'attachment' }] } });
    expect(large).toMatchObject({ status: 413, body: { code: 'media.too_large' } });
    await waitFor(async () => (await leftBehind()) === 0);
  });

  test('the same file again is taken for a retry, another one is not; an Idempotency-Key holds for forms', async () => {
    const customer = newCustomer();
    const post = async (bytes: Buffer) =>
      app.data('POST', '/api/send-media', {
        key: shop.apiKey,
        body: { to: customer.number, media: { data: bytes.toString('base64') } },
      }) as Promise<{ id: string; duplicate: boolean }>;
    const [first, again, other] = [await post(pdf), await post(pdf), await post(pictures.jpeg)];
    expect([again.id === first.id, again.duplicate, other.duplicate]).toEqual([true, true, false]);
    const key = { 'Idempotency-Key': 'a form' };
    const fields = { to: customer.number, allowDuplicate: 'true' };
    const [one, two, three] = [
      await upload(fields, { bytes: pdf, name: 'a.pdf' }, key),
      await upload(fields, { bytes: pdf, name: 'a.pdf' }, key),
      await upload(fields, { bytes: pictures.jpeg, name: 'a.pdf' }, key),
    ];
    expect([two.body.data.id === one.body.data.id, three.status]).toEqual([true, 422]);
    await waitFor(async () => (await leftBehind()) === 0);
  });
});

describe('a file behind an address', () => {
  const outcome = async (url: string, more: object = {}): Promise<MessageJson> =>
    sendFile({ to: newCustomer().number, media: { url }, ...more });

  test('is fetched when its turn comes, and goes as what it is, under its name there', async () => {
    const customer = newCustomer();
    const message = await sendFile({ to: customer.number, mediaUrl: webUrl('/paper.pdf'), caption: 'The paper' });
    expect(message).toMatchObject({ error: null, type: 'document', text: 'The paper', media: { size: pdf.length } });
    expect((await shownBy(customer, message.whatsappId)).content).toMatchObject({
      media: { fileName: 'paper.pdf', sha256: sha256(pdf) },
    });
    expect(await outcome(webUrl('/hops'))).toMatchObject({ error: null, type: 'image' });
    expect(await outcome(webUrl('/moody.pdf'))).toMatchObject({ error: null, type: 'document' });
    const later = (await app.data('POST', '/api/send-media', {
      key: shop.apiKey,
      body: { to: customer.number, media: { url: webUrl('/later.pdf') }, sendAt: '2099-01-01T00:00:00Z' },
    })) as MessageJson;
    expect(asked).not.toContain('/later.pdf');
    const waiting = await download(`/api/messages/${later.id}/media`, ownKey());
    expect([waiting.status, JSON.parse(waiting.bytes.toString())]).toMatchObject([409, { code: 'media.not_fetched' }]);
    await app.data('POST', `/api/messages/${later.id}/cancel`, { key: shop.apiKey });
  });

  test.each([
    ['/missing.pdf', 'media.unreachable', /answered 404/],
    ['/lies.pdf', 'media.unreachable', /before its answer was complete/],
    ['/huge.pdf', 'media.too_large', /larger than 64 MB/],
    ['/endless.pdf', 'media.too_large', /larger than 64 MB/],
    ['/inward', 'media.unreachable', /OUTBOUND_ALLOW_HOSTS/],
  ])('%s fails with %s, and nothing is left of it', async (path, code, sentence) => {
    const message = await outcome(webUrl(path));
    expect(message).toMatchObject({ status: 'failed', error: { code } });
    expect(message.error?.message).toMatch(sentence);
    await waitFor(async () => (await leftBehind()) === 0);
    await waitFor(() => web.open === 0);
    expect(await readdir(tmpdir())).not.toContainEqual(expect.stringMatching(/^switchboard-scratch-/));
  });

  test('on an address that is not public is never fetched, in no notation', async () => {
    const trap = await startTrap(pdf);
    const to = newCustomer().number;
    const outcomes = await Promise.all(
      privateHosts.map(async (host) => {
        const body = { to, media: { url: `http://${host}:${trap.port}/secret.pdf` }, allowDuplicate: true };
        const answer = await app.call('POST', '/api/send-media?wait=true', { key: shop.apiKey, body });
        const { data, errors } = answer.body as { data?: MessageJson; errors?: { field: string }[] };
        return data ? `${data.status} ${data.error?.code}` : `${answer.status} ${errors?.[0]?.field}`;
      }),
    );
    expect(privateHosts.length).toBeGreaterThan(60);
    expect(new Set(outcomes)).toEqual(new Set(['failed media.unreachable']));
    expect(trap.connections).toBe(0);
    await trap.stop();
    await waitFor(async () => (await leftBehind()) === 0);
  });

  test('cannot go as what it is not', async () => {
    const message = await outcome(webUrl('/paper.pdf'), { type: 'image' });
    expect(message).toMatchObject({ status: 'failed', error: { code: 'media.wrong_type' } });
  });
});

describe("WhatsApp's file servers", () => {
  test('while they are away a file waits, what follows in its chat too, and is uploaded once', async () => {
    const customer = newCustomer();
    await simulator.control.fault({ kind: 'media-host-down', enabled: true, only: 'uploads', status: 503 });
    const body = { to: customer.number, media: { data: pdf.toString('base64') } };
    const file = (await app.data('POST', '/api/send-media', { key: shop.apiKey, body })) as MessageJson;
    const text = await api.send(shop, customer.number, 'After the paper', '');
    await waitFor(() =>
      app.log.lines.some(({ context }) => context['id'] === file.id && context['code'] === 'channel.unsent'),
    );
    expect(customer.messages()).toEqual([]);
    const before = simulator.control.counters().mediaUploads;
    simulator.control.clearFaults();
    await shownBy(customer, text.whatsappId);
    expect(customer.messages().map(({ id }) => id)).toEqual([file.whatsappId, text.whatsappId]);
    expect(simulator.control.counters().mediaUploads - before).toBe(1);
  });

  test('what they have no more the phone gives again; else it is told', async () => {
    const customer = newCustomer();
    const media = { bytes: pictures.jpeg, mimetype: 'image/jpeg' };
    const { id } = await customer.send({ to: owner, type: 'image', media });
    const message = await stored(id);
    await simulator.control.fault({ kind: 'media-expired' });
    const again = await download(`/api/messages/${message.id}/media`, ownKey());
    expect([again.status, sha256(again.bytes)]).toEqual([200, sha256(pictures.jpeg)]);
    await customer.forgetMedia(id);
    await simulator.control.phone(owner).forgetMedia(id);
    const gone = await download(`/api/messages/${message.id}/media`, ownKey());
    expect([gone.status, JSON.parse(gone.bytes.toString())]).toMatchObject([410, { code: 'media.expired' }]);
  });

  test('bytes that are not those that were sent end too early', async () => {
    const customer = newCustomer();
    const media = { bytes: randomBytes(300_000), mimetype: 'application/octet-stream' };
    const { id } = await customer.send({ to: owner, type: 'document', media });
    const message = await stored(id);
    await simulator.control.fault({ kind: 'media-corrupt', times: 1 });
    await expect(download(`/api/messages/${message.id}/media`, ownKey())).rejects.toThrow('terminated');
    expect((await download(`/api/messages/${message.id}/media`, ownKey())).bytes).toEqual(media.bytes);
  });
});

describe('reading', () => {
  test('takes ranges, a HEAD, a link; and shows nothing of it as a page', async () => {
    const customer = newCustomer();
    const html = Buffer.from('<!DOCTYPE html><script>alert(1)</script>');
    const { id } = await customer.send({
      to: owner,
      type: 'document',
      media: { bytes: html, mimetype: 'text/html', fileName: 'p"ge.html' },
    });
    const message = await stored(id);
    const path = `/api/messages/${message.id}/media`;
    const whole = await download(path, ownKey());
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename="p\\"ge.html"',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'accept-ranges': 'bytes',
      'content-length': String(html.length),
    });
    const part = await download(path, { ...ownKey(), range: 'bytes=2-8' });
    expect([part.status, part.bytes.toString(), part.headers.get('content-range')]).toEqual([
      206,
      html.toString().slice(2, 9),
      `bytes 2-8/${html.length}`,
    ]);
    expect((await download(path, { ...ownKey(), range: 'bytes=-5' })).bytes.toString()).toBe('ript>');
    expect((await download(path, { ...ownKey(), range: 'bytes=900-' })).status).toBe(416);
    const head = await fetch(`${app.address}${path}`, { method: 'HEAD', headers: ownKey() });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(html.length)]);
    const { pathname } = new URL(message.media?.url ?? '');
    expect((await download(pathname)).bytes).toEqual(html);
    const other = pathname.replace(/\.(\d+)\./, (_, until: string) => `.${Number(until) + 1}.`);
    expect((await download(other)).status).toBe(403);
    expect((await download(path)).status).toBe(401);
    const odd = { bytes: pictures.png, mimetype: 'image/png; name=\r\nx: é', fileName: '\r\n/../é.png' };
    const shown = await download(
      `/api/messages/${(await stored((await customer.send({ to: owner, type: 'image', media: odd })).id)).id}/media`,
      ownKey(),
    );
    expect([shown.headers.get('content-type'), shown.bytes]).toEqual(['image/png', pictures.png]);
    const text = await customer.send({ to: owner, text: 'no file' });
    expect((await download(`/api/messages/${(await stored(text.id)).id}/media`, ownKey())).status).toBe(404);
  });
});
