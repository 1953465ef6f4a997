import { expect, test } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { openBrowser } from '../doubles/browser.ts';
import { createRawClient } from '../doubles/raw-request.ts';
import { startApp } from '../doubles/running-app.ts';

const credentials = { ADMIN_USERNAME: 'ada', ADMIN_PASSWORD: 'correct horse battery' };
/** The promise is about 10,000, which take a minute: `LOGIN_TRIES=10000 npx vitest run sign-in-flood`. */
const tries = Number(process.env['LOGIN_TRIES'] ?? 1_000);
const underWay = 50;
const windowMs = 60_000;

/** The most of these times, in ms and sorted, within any minute. */
function mostInAMinute(times: readonly number[]): number {
  return Math.max(0, ...times.map((begin) => times.filter((at) => at >= begin && at < begin + windowMs).length));
}

test('a thousand tries from as many addresses run few hashes, stop nothing and lock nobody out', async () => {
  const app = await startApp({ environment: { ...credentials, TRUST_PROXY: '1' } });
  const client = createRawClient(app.address, underWay + 1);
  const admin = openBrowser(app.address, { 'x-forwarded-for': '198.51.100.1' });
  await admin.signIn('ada', credentials.ADMIN_PASSWORD);
  await admin.call('POST', '/api/auth/logout');

  const statuses: Record<number, number> = {};
  const hashedAt: number[] = [];
  let next = 0;
  async function tryAll(): Promise<void> {
    for (let index = next++; index < tries; index = next++) {
      const { status } = await client.send({
        method: 'POST',
        path: '/api/auth/login',
        headers: {
          'content-type': 'application/json',
          'x-forwarded-for': `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`,
        },
        body: JSON.stringify({ username: 'ada', password: `guess ${index}` }),
      });
      statuses[status] = (statuses[status] ?? 0) + 1;
      if (status !== 429) hashedAt.push(performance.now());
    }
  }
  const flood = Promise.all(Array.from({ length: underWay }, tryAll));
  const pings: number[] = [];
  const flooding = new AbortController();
  async function pingAll(): Promise<void> {
    while (!flooding.signal.aborted) {
      pings.push((await client.send({ method: 'GET', path: '/ping', headers: {} })).status);
      await systemClock.sleep(50);
    }
  }
  const pinging = pingAll();
  const back = await admin.signIn('ada', credentials.ADMIN_PASSWORD);
  await flood;
  flooding.abort();
  await pinging;

  expect(back.status).toBe(200);
  expect(Object.keys(statuses).sort()).toEqual(['401', '429']);
  expect(statuses[401]).toBeGreaterThan(20);
  expect(mostInAMinute(hashedAt)).toBeLessThanOrEqual(35);
  expect(pings.length).toBeGreaterThan(10);
  expect(new Set(pings)).toEqual(new Set([200]));
  console.log(`${tries} tries: ${JSON.stringify(statuses)}, ${pings.length} pings answered`);
  client.close();
  await app.stop();
}, 600_000);
