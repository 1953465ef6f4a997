import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectProblem } from '../../test/doubles/expect-problem.ts';
import { emptyDatabase, startHttpServer, type Reply, type TestServer } from '../../test/doubles/http-server.ts';
import { itemRoutes } from '../../test/doubles/item-routes.ts';

const transactions: string[] = [];
let server: TestServer;
beforeAll(async () => {
  server = await startHttpServer(itemRoutes, {
    database: emptyDatabase(transactions),
    limits: { perAddressPerMinute: 9_999 },
  });
});
afterAll(() => server.stop());

describe('what does not fit', () => {
  const key = 'account-1';
  const post = (body: unknown, headers: Record<string, string> = {}): Promise<Reply> =>
    server.call('POST', '/api/items', { key, body, headers });

  test('unknown paths are 404, known ones with another method 405 with Allow', async () => {
    for (const path of ['/nowhere', '/api/nowhere', '/api/v1/nowhere', '/api', '/api/items/x/y']) {
      expectProblem(await server.call('GET', path), 404, 'route.not_found');
    }
    const reply = await server.call('DELETE', '/api/items', { key });
    expectProblem(reply, 405, 'route.method_not_allowed');
    expect(reply.headers.get('allow')?.split(', ').sort()).toEqual(['GET', 'HEAD', 'POST']);
    const options = await server.call('OPTIONS', '/api/items/x');
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, PATCH']);
  });

  test('fields that do not fit are all named, unknown ones too', async () => {
    const reply = await post({ name: 'much too long a name', size: '5', colour: 1 });
    expectProblem(reply, 422, 'request.invalid');
    expect(reply.json['errors']).toEqual([
      { field: 'name', message: 'must be at most 10 characters' },
      { field: 'size', message: 'must be a number' },
      { field: 'colour', message: 'is not a known field' },
    ]);
    const query = await server.call('GET', '/api/items?limit=0&colour=1', { key });
    expect(query.json['errors']).toHaveLength(2);
  });

  test('a missing body names the required fields', async () => {
    const reply = await server.call('POST', '/api/items', { key });
    expectProblem(reply, 422, 'request.invalid');
    expect(reply.json['errors']).toEqual([
      { field: 'name', message: 'is required' },
      { field: 'size', message: 'is required' },
    ]);
    expectProblem(await post(''), 422, 'request.invalid');
    expectProblem(await post('null'), 422, 'request.invalid');
  });

  test('malformed JSON, encodings and URLs are 400', async () => {
    const json = await post('{"name": sk_live_secret}');
    expectProblem(json, 400, 'request.malformed_json');
    expect(json.text).not.toContain('sk_live_secret');
    expectProblem(await post(new Uint8Array([0x22, 0xff, 0xfe, 0x22])), 400, 'request.malformed_encoding');
    expectProblem(await post('{}', { 'content-encoding': 'gzip' }), 400, 'request.malformed_body');
    expectProblem(await server.call('GET', '/api/items/%ff', { key }), 400, 'request.malformed_url');
    expectProblem(await server.call('GET', '/api/items?cursor=%zz', { key }), 400, 'request.malformed_url');
    expectProblem(await server.call('GET', '/api/items/%00', { key }), 422, 'request.invalid');
  });

  test('a compressed body is read, and bounded after decompression', async () => {
    const good = await post(gzipSync(JSON.stringify({ name: 'x', size: 1 })), { 'content-encoding': 'gzip' });
    expect(good.status).toBe(201);
    const bomb = gzipSync(Buffer.alloc(50_000_000, ' '));
    expect(bomb.length).toBeLessThan(100_000);
    expectProblem(await post(bomb, { 'content-encoding': 'gzip' }), 413, 'request.too_large');
    expectProblem(await post('{}', { 'content-encoding': 'zip' }), 415, 'request.unsupported_encoding');
  });

  test('a body that is too large is 413, of another type 415', async () => {
    const large = await post(JSON.stringify({ name: 'x'.repeat(100_000) }));
    expectProblem(large, 413, 'request.too_large');
    expect(large.json['detail']).toBe('The body is larger than 100 kB.');
    expectProblem(
      await post('a=1', { 'content-type': 'application/x-www-form-urlencoded' }),
      415,
      'request.unsupported_type',
    );
    expectProblem(
      await post('{}', { 'content-type': 'application/json; charset=latin1' }),
      415,
      'request.unsupported_type',
    );
    expect((await post('{"name":"x","size":1}', { 'content-type': 'application/json; charset=UTF-8' })).status).toBe(
      201,
    );
  });

  test('hostile bodies get a clear error each and crash nothing', async () => {
    const bodies = [
      `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
      `${'['.repeat(49_000)}${']'.repeat(49_000)}`,
      '{"__proto__":{"admin":true},"name":"x","size":1}',
      '{"constructor":{"prototype":{"admin":true}},"name":"x","size":1}',
      '{"name":"a\\u0000b","size":1}',
      '{"name":"\\ud800","size":1}',
      '{"name":"x","size":1e999}',
      `[${'1,'.repeat(40_000)}1]`,
    ];
    for (const body of bodies) expectProblem(await post(body), 422, 'request.invalid');
  });

  test('an unexpected error is 500 without its detail, and is logged with it', async () => {
    const reply = await server.call('GET', '/api/items/broken', { key });
    expectProblem(reply, 500, 'internal');
    expect(reply.text).not.toContain('secret detail');
    const line = server.lines.find(({ level }) => level === 'error');
    expect(line?.context['error']).toMatchObject({ message: 'secret detail' });
  });

  test('an error of ours keeps its status; 503 says when to try again', async () => {
    expectProblem(await server.call('GET', '/api/items/gone', { key }), 404, 'item.not_found');
    const away = await server.call('GET', '/api/items/away', { key });
    expectProblem(away, 503, 'database.unavailable');
    expect(Number(away.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});
