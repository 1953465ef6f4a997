import { Readable } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { publicInternet } from '../../test/doubles/public-internet.ts';
import { startRawTarget, startTarget, startTlsTarget, type TargetServer } from '../../test/doubles/target-server.ts';
import { type OutboundHttp, readText } from './outbound-http.ts';

let target: TargetServer;
afterEach(() => target.stop());

const internet = publicInternet(() => target);
const { client, allClosed } = internet;
const url = 'http://files.example/picture.jpg?token=s3cret';

describe('what is sent and received', () => {
  test('method, path, headers and body arrive; status, headers and body come back', async () => {
    const seen: unknown[] = [];
    target = await startTarget((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.once('end', () => {
        seen.push(request.method, request.url, request.headers, body);
        response.writeHead(201, { 'X-Kind': 'a', 'set-cookie': ['b=1', 'c=2'] }).end('grüße');
      });
    });
    const response = await client().request('http://hooks.example:8080/in?x=1#part', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Key': 'k' },
      body: '{"é":1}',
    });
    expect(response.status).toBe(201);
    expect(response.url.href).toBe('http://hooks.example:8080/in?x=1#part');
    expect(response.headers.get('x-kind')).toBe('a');
    expect(response.headers.get('set-cookie')).toBe('b=1, c=2');
    expect(await readText(response)).toBe('grüße');
    const headers = {
      host: 'hooks.example:8080',
      connection: 'close',
      'user-agent': 'Switchboard/1',
      'accept-encoding': 'identity',
      'content-type': 'application/json',
      'x-key': 'k',
      'content-length': '8',
    };
    expect(seen).toEqual(['POST', '/in?x=1', headers, '{"é":1}']);
    await allClosed();
  });

  test('a stream is sent with its length, and destroyed when nobody takes it', async () => {
    const seen: unknown[] = [];
    target = await startTarget((request, response) => {
      let bytes = 0;
      request.on('data', (chunk: Buffer) => (bytes += chunk.length));
      request.once('end', () => {
        seen.push(request.headers['content-length'], request.headers['transfer-encoding'], bytes);
        response.end();
      });
    });
    const chunks = (): Readable => Readable.from([Buffer.alloc(100_000), Buffer.alloc(50_000)]);
    await readText(await client().request(url, { method: 'PUT', body: { stream: chunks(), bytes: 150_000 } }));
    expect(seen).toEqual(['150000', undefined, 150_000]);
    const untaken = chunks();
    const body = { stream: untaken, bytes: 150_000 };
    await expect(client().request('http://10.0.0.1/', { method: 'PUT', body })).rejects.toMatchObject({
      code: 'outbound.private_address',
    });
    expect(untaken.destroyed).toBe(true);
    const shorter = { stream: chunks(), bytes: 150_001 };
    await expect(client().request(url, { method: 'PUT', body: shorter })).rejects.toMatchObject({
      code: 'outbound.unreachable',
    });
    await allClosed();
  });

  test('a HEAD, a 204 and an empty answer have an empty body', async () => {
    target = await startTarget((request, response) => {
      if (request.method === 'HEAD') response.writeHead(200, { 'content-length': 5_000_000_000 }).end();
      else response.writeHead(request.url === '/none' ? 204 : 200).end();
    });
    expect(await readText(await client().request(url, { method: 'HEAD' }))).toBe('');
    expect(await readText(await client().request('http://files.example/none'))).toBe('');
    expect(await readText(await client().request(url))).toBe('');
  });

  test.each([
    [{ Host: 'other.example' }],
    [{ 'content-length': '1' }],
    [{ 'Transfer-Encoding': 'chunked' }],
    [{ 'Proxy-Authorization': 'x' }],
    [{ 'Accept-Encoding': 'gzip' }],
    [{ 'x-key': 'a\r\nHost: other.example' }],
    [{ 'x\nkey': 'a' }],
    [{ '': 'a' }],
  ])('a header that changes the request is refused: %j', async (headers) => {
    target = await startTarget((_request, response) => response.end());
    await expect(client().request(url, { headers })).rejects.toMatchObject({ code: 'outbound.invalid_header' });
    expect(target.connections).toBe(0);
  });

  test('variables that name a proxy change nothing', async () => {
    target = await startTarget((_request, response) => response.end('direct'));
    const names = ['HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'];
    for (const name of names) process.env[name] = 'http://127.0.0.1:1';
    try {
      expect(await readText(await client().request(url))).toBe('direct');
    } finally {
      for (const name of names) delete process.env[name];
    }
  });
});

describe('what cannot be reached', () => {
  test('a closed port, a connection that is cut, and what is no HTTP', async () => {
    target = await startRawTarget((socket) => socket.resetAndDestroy());
    await expect(client().request(url)).rejects.toMatchObject({ code: 'outbound.unreachable', retryable: true });
    await target.stop();
    await expect(client().request(url)).rejects.toMatchObject({
      code: 'outbound.unreachable',
      message: 'files.example refuses the connection.',
    });
    target = await startRawTarget((socket) => socket.end('220 mail.example ESMTP s3cret\r\n'));
    const refusal: unknown = await client()
      .request(url)
      .catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: 'outbound.invalid_answer',
      message: 'The answer of files.example is not HTTP.',
    });
    expect(refusal).not.toHaveProperty('cause');
  });

  test('an answer that switches protocols without being asked is an error', async () => {
    target = await startRawTarget((socket) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n'),
    );
    await expect(client().request(url)).rejects.toMatchObject({ code: 'outbound.unreachable' });
    await allClosed();
  });

  test('a certificate that nobody vouches for, or of another name; TLS where there is none', async () => {
    const tls = await startTlsTarget((_request, response) => response.end('safe'), 'files.example');
    target = tls;
    const secure = 'https://files.example/';
    const certificateAuthorities = tls.authority;
    expect(await readText(await client({ certificateAuthorities }).request(secure))).toBe('safe');
    await expect(client().request(secure)).rejects.toMatchObject({
      code: 'outbound.unreachable',
      retryable: false,
      message: expect.stringContaining('files.example shows a certificate that is not valid') as string,
    });
    await expect(client({ certificateAuthorities }).request('https://other.example/')).rejects.toMatchObject({
      message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID') as string,
    });
    await expect(client({ certificateAuthorities }).request('https://93.184.216.34/')).rejects.toMatchObject({
      message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID') as string,
    });
    await allClosed();
    await target.stop();
    target = await startRawTarget((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await expect(client().request(secure)).rejects.toMatchObject({
      message: 'files.example does not speak TLS as https needs.',
    });
  });
});

test('no sentence tells more of a URL than its host', async () => {
  target = await startRawTarget((socket) => socket.resetAndDestroy());
  const failures = [
    url,
    'http://u:s3cret@files.example/',
    'http://[s3cret',
    's3cret:x',
    'https://files.example/?s3cret',
  ];
  for (const text of failures) {
    const error: unknown = await client()
      .request(text, { headers: { authorization: 'Bearer s3cret' }, method: 'POST', body: 's3cret' })
      .catch((error: unknown) => error);
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).not.toContain('s3cret');
    expect(JSON.stringify(error)).not.toContain('s3cret');
  }
});

test('after 200 requests that ended early no connection is open', async () => {
  target = await startTarget((request, response) => {
    if (request.url === '/silent') return;
    if (request.url === '/long') response.writeHead(200, { 'content-length': 5_000_000 });
    response.write('x'.repeat(1_000));
  });
  const from = internet.sockets.length;
  const endings: readonly ((http: OutboundHttp) => Promise<unknown>)[] = [
    (http) => http.request('http://127.0.0.1/'),
    (http) => http.request('http://files.example/long'),
    async (http) => readText(await http.request('http://files.example/', { maxBodyBytes: 100 })),
    async (http) => (await http.request('http://files.example/')).body.destroy(),
    async (http) => {
      const stop = new AbortController();
      const asked = http.request('http://files.example/silent', { signal: stop.signal });
      setImmediate(() => stop.abort());
      await asked;
    },
    async (http) => {
      const stop = new AbortController();
      const response = await http.request('http://files.example/', { signal: stop.signal });
      stop.abort();
      await readText(response);
    },
    (http) => http.request('http://files.example/', { signal: AbortSignal.abort() }),
    (http) => http.request('https://files.example/'),
  ];
  const http = client();
  const ended = await Promise.allSettled(Array.from({ length: 25 }, () => endings.map((end) => end(http))).flat());
  expect(ended).toHaveLength(200);
  expect(internet.sockets.length - from).toBeGreaterThan(100);
  await allClosed();
});
