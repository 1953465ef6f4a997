import { describe, expect, expectTypeOf, test } from 'vitest';
import { invalidField, isAppError, type FieldError } from './errors.ts';
import {
  flag,
  integer,
  isoTime,
  listOf,
  name,
  nullable,
  object,
  oneOf,
  pageFields,
  required,
  text,
  variants,
  withDefault,
  type Infer,
} from './schema.ts';
import { namedAsWritten, parse } from './parse.ts';

const account = object({
  name: required(name({ max: 10 })),
  kind: required(oneOf('whatsapp', 'sandbox')),
  settings: object({ pacing: object({ preset: oneOf('careful', 'normal'), burst: integer({ min: 1, max: 9 }) }) }),
  tags: listOf(text({ max: 5 }), { max: 3 }),
  paused: withDefault(flag(), false),
  note: nullable(text({ max: 4096, min: 0 })),
  startsAt: isoTime(),
});

function errorsOf(work: () => unknown): readonly FieldError[] {
  try {
    work();
  } catch (error) {
    if (isAppError(error, 'request.invalid') && error.status === 422) return error.errors ?? [];
    throw error;
  }
  return [];
}
const inBody = (value: unknown): readonly FieldError[] => errorsOf(() => parse(account, value, 'body'));

test('the type of a checked object follows from its fields', () => {
  expectTypeOf<Infer<typeof account>>().toEqualTypeOf<{
    name: string;
    kind: 'whatsapp' | 'sandbox';
    paused: boolean;
    settings?: { pacing?: { preset?: 'careful' | 'normal'; burst?: number } };
    tags?: string[];
    note?: string | null;
    startsAt?: string;
  }>();
});

test('a value that fits comes back with defaults, trimmed names and times in UTC', () => {
  const value = parse(
    account,
    { name: '  Shop ', kind: 'sandbox', note: null, startsAt: '2026-01-31T10:30+01:00' },
    'body',
  );
  expect(value).toEqual({
    name: 'Shop',
    kind: 'sandbox',
    paused: false,
    note: null,
    startsAt: '2026-01-31T09:30:00.000Z',
  });
});

test('all errors are reported at once, each by the path of its field', () => {
  const errors = inBody({
    kind: 'other',
    settings: { pacing: { preset: 'wild', burst: 0 } },
    tags: ['ok', 'too long', 3],
    color: 'red',
    deep: { er: 1 },
  });
  expect(errors).toEqual([
    { field: 'name', message: 'is required' },
    { field: 'kind', message: 'must be one of whatsapp, sandbox' },
    { field: 'settings.pacing.preset', message: 'must be one of careful, normal' },
    { field: 'settings.pacing.burst', message: 'must be at least 1' },
    { field: 'tags[1]', message: 'must be at most 5 characters' },
    { field: 'tags[2]', message: 'must be a string' },
    { field: 'color', message: 'is not a known field' },
    { field: 'deep', message: 'is not a known field' },
  ]);
});

test('messages are plain sentences without the name of the field', () => {
  const rest = { name: 'Shop', kind: 'sandbox' };
  expect(inBody({ ...rest, name: '   ' })).toEqual([{ field: 'name', message: 'must not be empty' }]);
  expect(inBody({ ...rest, name: '' })).toEqual([{ field: 'name', message: 'must not be empty' }]);
  expect(inBody({ ...rest, note: 'x'.repeat(4097) })).toEqual([
    { field: 'note', message: 'must be at most 4096 characters' },
  ]);
  expect(inBody({ ...rest, startsAt: '2026-02-30T10:00:00Z' })).toEqual([
    { field: 'startsAt', message: 'must be a time with its zone, such as 2026-01-31T09:30:00Z' },
  ]);
  expect(inBody({ ...rest, startsAt: '2026-02-03' })).toHaveLength(1);
  expect(inBody([])).toEqual([{ field: 'body', message: 'must be an object' }]);
  expect(inBody(null)).toEqual([{ field: 'body', message: 'must be an object' }]);
  expect(inBody(undefined).map(({ field }) => field)).toEqual(['name', 'kind']);
});

test('text becomes a number in a query, never in a body', () => {
  const page = object(pageFields());
  expect(parse(page, { limit: '7' }, 'query')).toEqual({ limit: 7 });
  expect(parse(page, {}, 'query')).toEqual({ limit: 50 });
  expect(errorsOf(() => parse(page, { limit: '7' }, 'body'))).toEqual([
    { field: 'limit', message: 'must be a number' },
  ]);
  expect(errorsOf(() => parse(page, { limit: ['1', '2'] }, 'query'))).toHaveLength(1);
  expect(parse(object({ all: flag() }), { all: 'true' }, 'query')).toEqual({ all: true });
});

test('an alias is accepted and named in the error as the caller wrote it', () => {
  const message = object({ to: required(text({ max: 20 })) }, { aliases: { to: ['number', 'phone'] } });
  expect(parse(message, { phone: '+999' }, 'body')).toEqual({ to: '+999' });
  expect(errorsOf(() => parse(message, { number: 5 }, 'body'))).toEqual([
    { field: 'number', message: 'must be a string' },
  ]);
  expect(errorsOf(() => parse(message, { number: '1', to: '2' }, 'body'))).toEqual([
    { field: 'number', message: 'must not be given together with to' },
  ]);
});

test('a time in a query has its zone and exists, as in a body', () => {
  const schema = object({ since: isoTime() });
  expect(parse(schema, { since: '2026-01-31T11:30:00+02:00' }, 'query')).toEqual({ since: '2026-01-31T09:30:00.000Z' });
  for (const since of ['2026-01-31', '2026-01-31T09:30:00', '2026-02-30T09:30:00Z']) {
    expect(errorsOf(() => parse(schema, { since }, 'query'))).toEqual([
      { field: 'since', message: 'must be a time with its zone, such as 2026-01-31T09:30:00Z' },
    ]);
  }
});

test('what a handler finds wrong is named as the caller wrote it', () => {
  const schema = variants('type', {
    text: object({ type: required(oneOf('text')), to: text({ max: 9 }) }, { aliases: { to: ['number', 'phone'] } }),
  });
  const refusal = invalidField('to', 'is no number');
  const named = (error: unknown, given: unknown) =>
    errorsOf(() => {
      throw namedAsWritten(error, schema, given);
    });
  expect(named(refusal, { type: 'text', phone: 'x' })).toEqual([{ field: 'phone', message: 'is no number' }]);
  expect(named(refusal, { type: 'text', to: 'x' })).toEqual([{ field: 'to', message: 'is no number' }]);
  expect(named(invalidField('to[0].name', 'is no number'), { phone: 'x' })[0]?.field).toBe('phone[0].name');
  const other = new Error('no');
  expect(namedAsWritten(other, schema, { phone: 'x' })).toBe(other);
});

test('a union names the field of the case that was meant', () => {
  const shape = variants('type', {
    circle: object({ type: required(oneOf('circle')), radius: required(integer()) }),
    square: object({ type: required(oneOf('square')), side: required(integer()) }),
  });
  expectTypeOf<Infer<typeof shape>>().toEqualTypeOf<
    { type: 'circle'; radius: number } | { type: 'square'; side: number }
  >();
  expect(parse(shape, { type: 'square', side: 2 }, 'body')).toEqual({ type: 'square', side: 2 });
  expect(errorsOf(() => parse(shape, { type: 'circle', side: 2 }, 'body'))).toEqual([
    { field: 'radius', message: 'is required' },
    { field: 'side', message: 'is not a known field' },
  ]);
  expect(errorsOf(() => parse(shape, { type: 'line' }, 'body'))).toEqual([
    { field: 'type', message: 'must be one of circle, square' },
  ]);
});

test('a union may have a case that is meant when nothing tells', () => {
  const shape = variants(
    'type',
    {
      circle: object({ type: required(oneOf('circle')), radius: required(integer()) }),
      square: object({ type: withDefault(oneOf('square'), 'square'), side: required(integer()) }),
    },
    'square',
  );
  expect(parse(shape, { side: 2 }, 'body')).toEqual({ type: 'square', side: 2 });
  expect(parse(shape, { type: 'circle', radius: 2 }, 'body')).toEqual({ type: 'circle', radius: 2 });
  expect(errorsOf(() => parse(shape, {}, 'body'))).toEqual([{ field: 'side', message: 'is required' }]);
  expect(errorsOf(() => parse(shape, { type: 'line' }, 'body'))).toHaveLength(1);
});

describe('hostile input', () => {
  test('text that Postgres cannot store is refused wherever it stands', () => {
    const rest = { kind: 'sandbox' };
    expect(inBody({ ...rest, name: 'a\0b' })).toEqual([
      { field: 'name', message: 'must not contain the character NUL' },
    ]);
    expect(inBody({ ...rest, name: 'x', tags: ['\ud83d'] })).toEqual([
      { field: 'tags[0]', message: 'must not contain half a character (a lone UTF-16 surrogate)' },
    ]);
    expect(inBody({ ...rest, name: 'x', tags: ['\ud83d\ude00'] })).toEqual([]);
    expect(inBody({ ...rest, name: 'x', 'bad\0key': 1 })).toHaveLength(1);
  });

  test('__proto__ and its relatives are unknown fields', () => {
    const value: unknown = JSON.parse(
      '{"name":"x","kind":"sandbox","__proto__":{"admin":true},"settings":{"__proto__":1}}',
    );
    expect(inBody(value)).toEqual([
      { field: '__proto__', message: 'is not a known field' },
      { field: 'settings.__proto__', message: 'is not a known field' },
    ]);
    expect(inBody({ name: 'x', kind: 'sandbox', constructor: 1, toString: 2, hasOwnProperty: 3 })).toHaveLength(3);
    expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false);
  });

  test('a depth of 10,000 and a million items are refused without a crash', () => {
    const deep: unknown = JSON.parse(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`);
    expect(inBody(deep)).toEqual([{ field: 'body', message: 'must be at most 32 levels deep' }]);
    const deepList: unknown = JSON.parse(`${'['.repeat(10_000)}${']'.repeat(10_000)}`);
    expect(inBody(deepList)).toHaveLength(1);
    const wide: unknown = JSON.parse(`{"tags":[${'1,'.repeat(1_000_000)}1]}`);
    expect(inBody(wide)).toEqual([{ field: 'body', message: 'must hold at most 10000 values' }]);
    const many = Object.fromEntries(Array.from({ length: 9_000 }, (_, index) => [`field${index}`, index]));
    expect(inBody(many)).toHaveLength(100);
  });
});
