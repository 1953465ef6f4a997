import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { cookieOf } from './cookies.ts';
import { signed, unsigned } from './signed-value.ts';

test('a signed value comes back with its key only', () => {
  expect(unsigned(signed('id.with.dots', 'key'), 'key')).toBe('id.with.dots');
  expect(unsigned(signed('id', 'key'), 'other key')).toBeUndefined();
});

test.each(['', 'id', 'id.', '.', 'id.é', `${signed('id', 'key')}x`, signed('id', 'key').replace('id', 'ie')])(
  '%j was not signed',
  (text) => expect(unsigned(text, 'key')).toBeUndefined(),
);

test('a signature in the form of express-session is known too', () => {
  for (let index = 0; index < 20; index += 1) {
    const mac = createHmac('sha256', 'key').update(`id${index}`).digest('base64').replace(/=+$/, '');
    expect(unsigned(`id${index}.${mac}`, 'key')).toBe(`id${index}`);
  }
});

test.each([
  ['a=1; b=2', 'b', '2'],
  ['a=1;b=%2Fx%3D', 'b', '/x='],
  ['b=x=y', 'b', 'x=y'],
  ['ab=1', 'b', undefined],
  ['b=%E0%A4%A', 'b', undefined],
  ['b', 'b', ''],
  [undefined, 'b', undefined],
])('in %j the cookie %s is %j', (header, name, value) => expect(cookieOf(header, name)).toBe(value));
