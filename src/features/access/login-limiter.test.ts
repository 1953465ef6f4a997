import type { Request } from 'express';
import { beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../platform/clock.ts';
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
function waitOf(ip: string, browser?: string): number {
  try {
    limiter.take({ ip, headers: { cookie: browser } } as Request);
    return 0;
  } catch (error) {
    if (!(error instanceof AppError) || error.status !== 429) throw error;
    expect(error.detail).toContain(`${error.retryAfterSeconds} s`);
    return error.retryAfterSeconds ?? 0;
  }
}

function letThrough(count: number, ipOf: (index: number) => string, browser?: string): number {
  return Array.from({ length: count }, (_, index) => waitOf(ipOf(index), browser)).filter((wait) => wait === 0).length;
}

test('an address has five tries a minute, and each comes back a minute after it was made', () => {
  expect(waitOf('192.0.2.1')).toBe(0);
  nowMs = 10_000;
  expect(letThrough(10, () => '192.0.2.1')).toBe(4);
  expect(waitOf('192.0.2.1')).toBe(50);
  expect(waitOf('192.0.2.2')).toBe(0);
  nowMs = 60_000;
  expect(letThrough(10, () => '192.0.2.1')).toBe(1);
  nowMs = 70_000;
  expect(letThrough(10, () => '192.0.2.1')).toBe(4);
});

test('the addresses of one IPv6 network count as one', () => {
  expect(letThrough(10, (index) => `2001:db8:1:2::${index + 1}`)).toBe(5);
});

describe('ten thousand tries from as many addresses', () => {
  const flood = (): number => letThrough(10_000, (index) => `10.0.${index >> 8}.${index & 255}`);

  test('are 30 in any minute', () => {
    nowMs = 59_000;
    expect(flood()).toBe(30);
    nowMs = 61_000;
    expect(flood()).toBe(0);
    nowMs = 119_001;
    expect(flood()).toBe(30);
  });

  test('do not keep out a browser in which somebody signed in before, and it takes nothing from others', () => {
    expect(letThrough(10, () => '192.0.2.1', 'known')).toBe(5);
    expect(flood()).toBe(30);
    expect(letThrough(10, () => '192.0.2.1', 'also known')).toBe(5);
  });
});
