import type { Request } from 'express';
import { beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../platform/clock.ts';
import { deferred } from '../../platform/deferred.ts';
import { AppError } from '../../platform/errors.ts';
import { createLoginLimiter, type LoginLimiter } from './login-limiter.ts';

let nowMs: number;
let limiter: LoginLimiter;

beforeEach(() => {
  nowMs = 0;
  limiter = createLoginLimiter({
    clock: { ...systemClock, monotonicMs: () => nowMs },
    browsers: { of: (request) => request.headers.cookie, remember: () => undefined },
  });
});

/** Seconds to wait; 0 when the try was let through. */
async function waitOf(ip: string, browser?: string, work = (): Promise<void> => Promise.resolve()): Promise<number> {
  try {
    await limiter.run({ ip, headers: { cookie: browser } } as Request, work);
    return 0;
  } catch (error) {
    if (!(error instanceof AppError) || error.status !== 429) throw error;
    expect(error.detail).toContain(`${error.retryAfterSeconds} s`);
    return error.retryAfterSeconds ?? 0;
  }
}

async function letThrough(count: number, ipOf: (index: number) => string, browser?: string): Promise<number> {
  const waits = await Promise.all(Array.from({ length: count }, (_, index) => waitOf(ipOf(index), browser)));
  return waits.filter((wait) => wait === 0).length;
}

test('an address has five tries a minute, and each comes back a minute after it was made', async () => {
  expect(await waitOf('192.0.2.1')).toBe(0);
  nowMs = 10_000;
  expect(await letThrough(10, () => '192.0.2.1')).toBe(4);
  expect(await waitOf('192.0.2.1')).toBe(50);
  expect(await waitOf('192.0.2.2')).toBe(0);
  nowMs = 60_000;
  expect(await letThrough(10, () => '192.0.2.1')).toBe(1);
  nowMs = 70_000;
  expect(await letThrough(10, () => '192.0.2.1')).toBe(4);
});

test('a try whose hash takes long counts until a minute after it has ended', async () => {
  const hash = deferred<void>();
  const slow = Array.from({ length: 5 }, () => waitOf('192.0.2.1', undefined, () => hash.promise));
  nowMs = 90_000;
  expect(await waitOf('192.0.2.1')).toBe(60);
  hash.resolve(undefined);
  await Promise.all(slow);
  nowMs = 149_000;
  expect(await waitOf('192.0.2.1')).toBe(1);
  nowMs = 150_000;
  expect(await waitOf('192.0.2.1')).toBe(0);
});

test('the addresses of one IPv6 network count as one', async () => {
  expect(await letThrough(10, (index) => `2001:db8:1:2::${index + 1}`)).toBe(5);
});

describe('ten thousand tries from as many addresses', () => {
  const flood = (): Promise<number> => letThrough(10_000, (index) => `10.0.${index >> 8}.${index & 255}`);

  test('are 30 in any minute', async () => {
    nowMs = 59_000;
    expect(await flood()).toBe(30);
    nowMs = 61_000;
    expect(await flood()).toBe(0);
    nowMs = 119_001;
    expect(await flood()).toBe(30);
  });

  test('do not keep out a browser in which somebody signed in before, and it takes nothing from others', async () => {
    expect(await letThrough(10, () => '192.0.2.1', 'known')).toBe(5);
    expect(await flood()).toBe(30);
    expect(await letThrough(10, () => '192.0.2.1', 'also known')).toBe(5);
  });
});
