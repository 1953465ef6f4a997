import { expect, test } from 'vitest';
import { changesBetween } from './audit-changes.ts';

test.each([
  ['nothing, when nothing differs', { a: 1, b: { c: 'x' } }, { a: 1, b: { c: 'x' } }, {}],
  ['a field by its path', { b: { c: 'x', d: 1 } }, { b: { c: 'y', d: 1 } }, { 'b.c': { from: 'x', to: 'y' } }],
  ['a field that was not there', {}, { a: 0 }, { a: { from: null, to: 0 } }],
  ['a field that is gone', { a: false }, {}, { a: { from: false, to: null } }],
  ['a list as a whole', { a: [1] }, { a: [1, 2] }, { a: { from: '[1]', to: '[1,2]' } }],
])('a change tells %s', (_, before, after, expected) => {
  expect(changesBetween(before, after)).toEqual(expected);
});
