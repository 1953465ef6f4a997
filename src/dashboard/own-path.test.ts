import { expect, test } from 'vitest';
import { ownPath } from './own-path.ts';

test.each([
  ['/accounts?text=a%20b&page=2#row', '/accounts?text=a%20b&page=2#row'],
  ['/', '/'],
  ['/accounts/../settings', '/settings'],
])('%j is a path of this server', (given, path) => {
  expect(ownPath(given, '/otherwise')).toBe(path);
});

test.each([
  undefined,
  '',
  'accounts',
  '//evil.example/',
  String.raw`/\evil.example`,
  '/\t/evil.example',
  '/./\\evil.example',
  '/a/..//evil.example',
  'https://evil.example/',
  'javascript:alert(1)',
])('%j is not', (given) => {
  expect(ownPath(given, '/otherwise')).toBe('/otherwise');
});
