import { afterEach, expect, test } from 'vitest';
import { isAppError } from '../../platform/errors.ts';
import { createPasswords, type Passwords } from './passwords.ts';

const cost = 4;
const all: Passwords[] = [];

afterEach(async () => {
  await Promise.all(all.splice(0).map((each) => each.stop()));
});

function passwordsWith(options: Parameters<typeof createPasswords>[0]): Passwords {
  const passwords = createPasswords(options);
  all.push(passwords);
  return passwords;
}

test('a password matches its own hash only', async () => {
  const passwords = passwordsWith({ cost });
  const hash = await passwords.hash('correct horse');
  expect(hash).toMatch(/^\$2b\$04\$/);
  expect(await passwords.matches('correct horse', hash)).toBe(true);
  expect(await passwords.matches('correct horsf', hash)).toBe(false);
});

test('by default a hash costs 2 to the power of 12', async () => {
  expect(await passwordsWith({}).hash('correct horse')).toMatch(/^\$2b\$12\$/);
});

test('more than 72 bytes are refused, not cut', async () => {
  const passwords = passwordsWith({ cost });
  const longest = 'é'.repeat(36);
  const hash = await passwords.hash(longest);
  expect(await passwords.matches(longest, hash)).toBe(true);
  expect(await passwords.matches(`${longest}x`, hash)).toBe(false);
  await expect(passwords.hash(`${longest}x`)).rejects.toMatchObject({
    status: 422,
    errors: [{ field: 'password', message: expect.stringContaining('72 bytes') as string }],
  });
});

test('without a hash nothing matches', async () => {
  expect(await passwordsWith({ cost }).matches('', undefined)).toBe(false);
});

test('what does not fit into the queue is refused at once, the rest is done in order', async () => {
  const passwords = passwordsWith({ cost, maxWaiting: 2 });
  const order: number[] = [];
  const jobs = [0, 1, 2, 3].map(async (number) => {
    await passwords.hash('correct horse');
    order.push(number);
  });
  const outcomes = await Promise.allSettled(jobs);
  const last = outcomes[3];
  expect(last?.status === 'rejected' && isAppError(last.reason, 'auth.busy') && last.reason.status).toBe(503);
  expect(order).toEqual([0, 1, 2]);
});

test('a stop ends what runs and what waits', async () => {
  const passwords = passwordsWith({ cost: 14 });
  const jobs = [passwords.hash('first'), passwords.hash('second')];
  const outcomes = Promise.allSettled(jobs);
  await passwords.stop();
  expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await expect(passwords.hash('third')).rejects.toMatchObject({ status: 503 });
});
