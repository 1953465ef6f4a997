import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emptyDatabase, startHttpServer, type Reply, type TestServer } from '../../test/doubles/http-server.ts';
import { accountOf } from './caller.ts';
import { AppError } from './errors.ts';
import { etagOf, requireMatch } from './etag.ts';
import { currentRequestId } from './log.ts';
import { defineRoute } from './route.ts';
import { integer, listOf, object, pageFields, required, text } from './schema.ts';

const params = object({ id: required(text({ max: 40 })) });
const item = object({ id: required(text({ max: 40 })) });
const transactions: string[] = [];

const routes = [
  defineRoute({
    method: 'GET',
    path: '/items',
    summary: 'List the items',
    tag: 'Items',
    access: 'account',
    query: object({ ...pageFields(), accountId: text({ max: 40 }) }),
    answer: listOf(item),
    list: true,
    handle: async ({ query, caller }) => ({
      data: [{ id: `${accountOf(caller, query.accountId)}:${query.limit}` }],
      nextCursor: query.cursor === undefined ? 'more' : null,
    }),
  }),
  defineRoute({
    method: 'GET',
    path: '/items/:id',
    summary: 'One item',
    tag: 'Items',
    access: 'account',
    params,
    answer: item,
    etag: true,
    handle: async ({ params }) => {
      if (params.id === 'broken') throw new Error('secret detail');
      if (params.id === 'away') throw new AppError('database.unavailable', { status: 503 });
      if (params.id === 'gone') throw new AppError('item.not_found', { status: 404, detail: 'No such item.' });
      return { data: { id: params.id }, etag: etagOf(params.id) };
    },
  }),
  defineRoute({
    method: 'PATCH',
    path: '/items/:id',
    summary: 'Change an item',
    tag: 'Items',
    access: 'admin',
    params,
    body: object({ size: integer() }),
    answer: item,
    etag: true,
    handle: async ({ params, headers }) => {
      requireMatch(headers.ifMatch, etagOf(params.id));
      return { data: { id: params.id }, etag: etagOf(params.id) };
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/items',
    summary: 'Make an item',
    tag: 'Items',
    access: 'account',
    body: object({ name: required(text({ max: 10 })), size: required(integer({ min: 1 })) }),
    answer: item,
    statuses: [201, 202],
    effect: async ({ body }, tx) => {
      await tx.execute('INSERT');
      if (body.name === 'fail') throw new AppError('item.exists', { status: 409, detail: 'It exists.' });
      if (body.name === 'later') return { status: 202, data: { id: 'a' }, after: async () => ({ data: { id: 'b' } }) };
      if (body.name === 'never') {
        return { status: 202, data: { id: 'a' }, after: () => Promise.reject(new Error('no')) };
      }
      return { data: { id: body.name } };
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/trace',
    summary: 'The request id as the log sees it',
    tag: 'Items',
    access: 'anonymous',
    body: object({ name: text({ max: 90_000 }) }),
    answer: text({ max: 100 }),
    handle: async () => ({ data: currentRequestId() ?? 'lost' }),
  }),
  defineRoute({
    method: 'GET',
    path: '/items/first',
    summary: 'A fixed path beside one with a parameter, defined after it',
    tag: 'Items',
    access: 'anonymous',
    answer: text({ max: 100 }),
    handle: async () => ({ data: 'fixed' }),
  }),
  defineRoute({
    method: 'GET',
    path: '/open',
    summary: 'For everyone',
    tag: 'Items',
    access: 'anonymous',
    answer: object({ kind: text({ max: 20 }) }),
    handle: async ({ caller }) => ({ data: { kind: caller.kind } }),
  }),
  defineRoute({
    method: 'GET',
    path: '/ping',
    root: true,
    rate: 'exempt',
    summary: 'Alive',
    tag: 'System',
    access: 'anonymous',
    produces: ['text/plain'],
    stream: async (_input, response) => {
      response.type('text/plain').send('pong');
    },
  }),
];

let server: TestServer;
beforeAll(async () => {
  server = await startHttpServer(routes, {
    database: emptyDatabase(transactions),
    limits: { perAddressPerMinute: 9_999 },
  });
});
afterAll(() => server.stop());

function expectProblem(reply: Reply, status: number, code: string): void {
  expect({ status: reply.status, code: reply.json['code'] }).toEqual({ status, code });
  expect(reply.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  expect(reply.json).toMatchObject({
    success: false,
    type: `http://localhost:3000/errors#${code}`,
    status,
    requestId: reply.headers.get('x-request-id'),
  });
  expect(typeof reply.json['detail']).toBe('string');
}

describe('answers', () => {
  test('a list has data and nextCursor, under /api and under /api/v1', async () => {
    for (const mount of ['/api', '/api/v1']) {
      const first = await server.call('GET', `${mount}/items?limit=7`, { key: 'account-1' });
      expect(first.status).toBe(200);
      expect(first.json).toEqual({ success: true, data: [{ id: 'acc_1:7' }], nextCursor: 'more' });
      const last = await server.call('GET', `${mount}/items?cursor=x`, { key: 'account-1' });
      expect(last.json).toEqual({ success: true, data: [{ id: 'acc_1:50' }], nextCursor: null });
    }
  });

  test('an effect commits, answers with the first status, and `after` may replace its answer', async () => {
    transactions.length = 0;
    const made = await server.call('POST', '/api/items', { key: 'account-1', body: { name: 'x', size: 1 } });
    expect([made.status, made.json]).toEqual([201, { success: true, data: { id: 'x' } }]);
    const later = await server.call('POST', '/api/items', { key: 'account-1', body: { name: 'later', size: 1 } });
    expect([later.status, later.json['data']]).toEqual([201, { id: 'b' }]);
    const never = await server.call('POST', '/api/items', { key: 'account-1', body: { name: 'never', size: 1 } });
    expect([never.status, never.json['data']]).toEqual([202, { id: 'a' }]);
    const failed = await server.call('POST', '/api/items', { key: 'account-1', body: { name: 'fail', size: 1 } });
    expectProblem(failed, 409, 'item.exists');
    expect(failed.json['title']).toBe('Item exists');
    expect(transactions).toEqual(['commit', 'commit', 'commit', 'rollback']);
  });

  test('HEAD works on GET', async () => {
    const reply = await server.call('HEAD', '/api/items', { key: 'account-1' });
    expect([reply.status, reply.text]).toEqual([200, '']);
  });

  test('an ETag answers 304 when unchanged and refuses a stale change with 412', async () => {
    const read = await server.call('GET', '/api/items/x', { key: 'admin-1' });
    const etag = read.headers.get('etag') ?? '';
    const again = await server.call('GET', '/api/items/x', { key: 'admin-1', headers: { 'if-none-match': etag } });
    expect([again.status, again.text]).toEqual([304, '']);
    const call = { key: 'admin-1', body: { size: 2 } };
    const stale = await server.call('PATCH', '/api/items/x', { ...call, headers: { 'if-match': '"old"' } });
    expectProblem(stale, 412, 'request.stale');
    const fresh = await server.call('PATCH', '/api/items/x', { ...call, headers: { 'if-match': etag } });
    expect(fresh.status).toBe(200);
    expect((await server.call('PATCH', '/api/items/x', call)).status).toBe(200);
  });

  test('every answer carries a request id; a short plain one of the caller is kept', async () => {
    const own = await server.call('GET', '/api/open', { headers: { 'x-request-id': 'trace-42' } });
    expect(own.headers.get('x-request-id')).toBe('trace-42');
    for (const bad of ['a b', 'x'.repeat(65), '<script>']) {
      const reply = await server.call('GET', '/nowhere', { headers: { 'x-request-id': bad } });
      expect(reply.headers.get('x-request-id')).toMatch(/^req_/);
    }
  });

  test('the request id reaches the log also after a body was read', async () => {
    const ids = ['trace-1', 'trace-2', 'trace-3'];
    const replies = await Promise.all(
      ids.map((id) => {
        const body = { name: 'x'.repeat(80_000) };
        return server.call('POST', '/api/trace', { body, headers: { 'x-request-id': id } });
      }),
    );
    expect(replies.map(({ json }) => json['data'])).toEqual(ids);
  });

  test('a fixed path wins over a parameter', async () => {
    expect((await server.call('GET', '/api/items/first')).json['data']).toBe('fixed');
  });

  test('the strict policy and the other security headers are on every answer', async () => {
    for (const path of ['/ping', '/api/open', '/nowhere']) {
      const { headers } = await server.call('GET', path);
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data: blob:;font-src 'self';" +
          "connect-src 'self';media-src 'self' blob:;manifest-src 'self';form-action 'self';frame-ancestors 'none';" +
          "base-uri 'none'",
      );
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});

describe('who calls', () => {
  test('a missing or wrong key is answered with 401', async () => {
    for (const key of [undefined, 'wrong', 'x'.repeat(2_000)]) {
      const reply = await server.call('GET', '/api/items', key === undefined ? {} : { key });
      expectProblem(reply, 401, 'auth.required');
      expect(reply.headers.get('www-authenticate')).toBe('Bearer');
    }
  });

  test('the key is taken from three headers and never from the query', async () => {
    for (const name of ['x-api-key', 'apikey']) {
      expect((await server.call('GET', '/api/items', { headers: { [name]: 'account-1' } })).status).toBe(200);
    }
    expect((await server.call('GET', '/api/items', { headers: { authorization: 'bearer account-1' } })).status).toBe(
      200,
    );
    expect((await server.call('GET', '/api/items?apikey=account-1')).status).toBe(401);
  });

  test('an account key is refused where an admin key is needed, and sees no other account', async () => {
    expectProblem(await server.call('PATCH', '/api/items/x', { key: 'account-1', body: {} }), 403, 'auth.forbidden');
    expectProblem(
      await server.call('GET', '/api/items?accountId=acc_2', { key: 'account-1' }),
      404,
      'account.not_found',
    );
    const unnamed = await server.call('GET', '/api/items', { key: 'admin-1' });
    expectProblem(unnamed, 422, 'request.invalid');
    expect(unnamed.json['errors']).toEqual([{ field: 'accountId', message: 'is required with an admin key' }]);
  });

  test('a route for everyone knows a caller who has a key and does not mind a wrong one', async () => {
    expect((await server.call('GET', '/api/open', { key: 'admin-1' })).json['data']).toEqual({ kind: 'admin' });
    expect((await server.call('GET', '/api/open', { key: 'wrong' })).json['data']).toEqual({ kind: 'anonymous' });
  });
});

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
