import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectProblem } from '../../test/doubles/expect-problem.ts';
import { emptyDatabase, startHttpServer, type TestServer } from '../../test/doubles/http-server.ts';
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
