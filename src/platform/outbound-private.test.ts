import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  inHeader,
  invalidLocations,
  invalidUrls,
  namesOfTests as names,
  privateHosts as hosts,
} from '../../test/doubles/private-hosts.ts';
import { recordDials, startTarget, startTrap, type TargetServer } from '../../test/doubles/target-server.ts';
import { systemClock } from './clock.ts';
import { createOutboundHttp, type OutboundHttp, type OutboundHttpOptions, readText } from './outbound-http.ts';

/** Listens where none of these requests may arrive. */
let trap: TargetServer;
/** Outside, in its own words, it sends everybody to the trap. */
let redirector: TargetServer;
let leadsTo = '';

beforeAll(async () => {
  trap = await startTrap();
  redirector = await startTarget((_request, response) => response.writeHead(302, { location: leadsTo }).end());
});
afterAll(async () => {
  await trap.stop();
  await redirector.stop();
});

const wire = recordDials((address) => (address === '93.184.216.34' ? redirector : undefined));
function client(options: Partial<OutboundHttpOptions> = {}): OutboundHttp {
  return createOutboundHttp({
    allowedHosts: [],
    userAgent: 'test',
    clock: systemClock,
    dial: wire.dial,
    resolve: async (name) => names[name] ?? [],
    ...options,
  });
}

describe('a private address is not reached, however it is written', () => {
  test.each(hosts)('%s', async (host) => {
    const before = wire.dialled.length;
    for (const scheme of ['http', 'https']) {
      await expect(client().request(`${scheme}://${host}:${trap.port}/`)).rejects.toMatchObject({
        code: 'outbound.private_address',
        status: 422,
        retryable: false,
      });
    }
    expect(wire.dialled).toHaveLength(before);
    expect(trap.connections).toBe(0);
  });
});

describe('a redirect to a private address is not followed, however it is written', () => {
  test.each(hosts)('%s', async (host) => {
    leadsTo = `http://${inHeader(host)}:${trap.port}/`;
    await expect(client().request('http://public.example/', { maxRedirects: 3 })).rejects.toMatchObject({
      code: 'outbound.private_address',
    });
    expect(trap.connections).toBe(0);
  });
});

describe('only http and https without credentials are addresses', () => {
  test.each(invalidUrls)('%s', async (url) => {
    const before = wire.dialled.length;
    await expect(client().request(url)).rejects.toMatchObject({ code: 'outbound.invalid_url', status: 422 });
    expect(wire.dialled).toHaveLength(before);
    expect(trap.connections).toBe(0);
  });

  test.each(invalidLocations)('nor is a redirect to %s followed', async (url) => {
    leadsTo = url;
    await expect(client().request('http://public.example/', { maxRedirects: 3 })).rejects.toMatchObject({
      code: 'outbound.redirected',
    });
    expect(trap.connections).toBe(0);
  });
});

test('the sentence names the host and the variable that allows it, and nothing else of the URL', async () => {
  const url = `http://localhost:${trap.port}/hook/abc?token=s3cret#part`;
  await expect(client().request(url)).rejects.toMatchObject({
    message:
      `localhost:${trap.port} is on a private, local or reserved address, which is not reached from here. ` +
      'If it is meant to be, add it to OUTBOUND_ALLOW_HOSTS.',
  });
});

test('a name server that changes its mind leads nowhere else: what was checked is connected to', async () => {
  let asked = 0;
  const rebinding = client({
    resolve: async () => {
      asked += 1;
      return asked === 1 ? ['93.184.216.34'] : ['127.0.0.1'];
    },
  });
  leadsTo = `http://rebinding.example:${trap.port}/again`;
  const before = wire.dialled.length;
  const response = await rebinding.request(`http://rebinding.example:${trap.port}/`);
  response.body.destroy();
  expect(asked).toBe(1);
  expect(wire.dialled.slice(before)).toEqual([`93.184.216.34:${trap.port}`]);
  // The second time it is private, and refused.
  await expect(rebinding.request(`http://rebinding.example:${trap.port}/`)).rejects.toMatchObject({
    code: 'outbound.private_address',
  });
  expect(trap.connections).toBe(0);
});

test('a name without an address, and one that is not found, are told apart from a private one', async () => {
  const unknown = { code: 'outbound.unreachable', message: 'nowhere.example was not found: there is no such name.' };
  await expect(client().request('http://nowhere.example/')).rejects.toMatchObject(unknown);
  const failing = client({
    resolve: () => Promise.reject(Object.assign(new Error('getaddrinfo'), { code: 'EAI_AGAIN' })),
  });
  await expect(failing.request('http://nowhere.example/')).rejects.toMatchObject({
    code: 'outbound.unreachable',
    retryable: true,
    message: 'nowhere.example was not found: the name server does not answer.',
  });
});

describe('what the operator allows is reached', () => {
  test('by address, by name and after a redirect, on its port only', async () => {
    const open = await startTarget((_request, response) => response.end('here'));
    const allowedHosts = [
      { host: '127.0.0.1', port: open.port },
      { host: 'app.localhost', port: undefined },
    ];
    const allowed = client({ allowedHosts });
    expect(await readText(await allowed.request(`http://127.0.0.1:${open.port}/`))).toBe('here');
    expect(await readText(await allowed.request(`http://0x7f.1:${open.port}/`))).toBe('here');
    expect(await readText(await allowed.request(`http://APP.localhost:${open.port}/`))).toBe('here');
    leadsTo = `http://127.0.0.1:${open.port}/`;
    expect(await readText(await allowed.request('http://public.example/', { maxRedirects: 1 }))).toBe('here');
    for (const other of [`http://127.0.0.1:${trap.port}/`, `http://localhost:${open.port}/`, 'http://127.0.0.1/']) {
      await expect(allowed.request(other)).rejects.toMatchObject({ code: 'outbound.private_address' });
    }
    expect(trap.connections).toBe(0);
    await open.stop();
  });

  test('the trap works: it counts who is let through', async () => {
    const allowed = client({ allowedHosts: [{ host: '127.0.0.1', port: undefined }] });
    const before = trap.connections;
    expect(await readText(await allowed.request(`http://127.0.0.1:${trap.port}/`))).toBe('trapped');
    expect(trap.connections).toBe(before + 1);
  });
});
