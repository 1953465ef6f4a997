import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTarget, type TargetServer } from '../../../test/doubles/target-server.ts';
import { systemClock as clock } from '../../platform/clock.ts';
import { createOutboundHttp } from '../../platform/outbound-http.ts';
import { fetchFile } from './fetched-file.ts';

let web: TargetServer;
const patient = new AbortController().signal;

beforeAll(async () => {
  web = await startTarget((_request, response) => {
    const timer = setInterval(() => response.write('x'), 50);
    response.once('close', () => clearInterval(timer));
  });
});
afterAll(() => web.stop());

test('a file that comes byte by byte is given up in the end', async () => {
  const http = createOutboundHttp({
    allowedHosts: [{ host: '127.0.0.1', port: web.port }],
    userAgent: 'test',
    clock,
  });
  const timings = { totalMs: 500, retry: { baseMs: 1, capMs: 1 } };
  const options = { http, timings, clock, random: Math.random, signal: patient };
  const bytes = await fetchFile(`http://127.0.0.1:${web.port}/drip.pdf`, options);
  const read = async (): Promise<void> => {
    for await (const chunk of bytes) expect(chunk.length).toBeGreaterThan(0);
  };
  await expect(read()).rejects.toMatchObject({
    code: 'media.unreachable',
    message: expect.stringContaining('was not done within 0.5 s') as string,
  });
});
