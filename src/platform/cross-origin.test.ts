import { afterEach, describe, expect, test } from 'vitest';
import { startHttpServer, type TestServer } from '../../test/doubles/http-server.ts';
import { itemRoutes } from '../../test/doubles/item-routes.ts';

let server: TestServer | undefined;
afterEach(() => server?.stop());

async function start(...[overrides]: [Parameters<typeof startHttpServer>[1]?]): Promise<TestServer> {
  server = await startHttpServer(itemRoutes, overrides);
  return server;
}

describe('other origins', () => {
  const origin = 'https://app.example';

  test('get no headers by default', async () => {
    const server = await start();
    const { headers } = await server.call('GET', '/api/openapi.json', { headers: { origin } });
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  test('get them when listed, never with cookies', async () => {
    const server = await start({ corsOrigins: [origin] });
    const listed = await server.call('GET', '/api/openapi.json', { headers: { origin } });
    expect(listed.headers.get('access-control-allow-origin')).toBe(origin);
    expect(listed.headers.get('access-control-allow-credentials')).toBeNull();
    expect(listed.headers.get('vary')).toContain('Origin');
    const preflight = await server.call('OPTIONS', '/api/items', {
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Idempotency-Key');
    const other = await server.call('GET', '/api/openapi.json', { headers: { origin: 'https://evil.example' } });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
  });
});
