import { gzipSync } from 'node:zlib';
import type { DescribedRoute, Field } from './described-routes.ts';
import { accepts, isObject, type JsonSchema } from './json-schema-match.ts';
import type { Examples, MalformedRequest, Requests } from './malformed-request.ts';
import { malformedValues, validValue } from './malformed-values.ts';

const tenMegabytes = 10_000_000;
const aboveEveryLimit = 16_000_000;

interface Place extends Field {
  /** Names from the body's top; a number is a place in a list. */
  path: (string | number)[];
  /** The name under which the schema knows it, when `path` ends in another one. */
  aliasOf?: string;
}

/** `settings.pacing.preset`, `contacts[0].phone` */
function written(path: (string | number)[]): string {
  return path
    .map((each) => (typeof each === 'number' ? `[${each}]` : `.${each}`))
    .join('')
    .replace(/^\./, '');
}

/** Every field of a body, at every depth, under each of its names. */
function placesIn(schema: JsonSchema, path: (string | number)[] = []): Place[] {
  const members = Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const aliases = Array.from(member.description?.matchAll(/Also accepted as `(\w+)`/g) ?? [], (match) => match[1]);
    return [
      { name, schema: member, path: [...path, name] },
      ...aliases.map((alias = '') => ({ name: alias, schema: member, path: [...path, alias], aliasOf: name })),
      ...placesIn(member, [...path, name]),
    ];
  });
  const { items } = schema;
  const item = items ? [{ name: '0', schema: items, path: [...path, 0] }, ...placesIn(items, [...path, 0])] : [];
  return [...members, ...item, ...(schema.anyOf ?? []).flatMap((branch) => placesIn(branch, path))];
}

function isAt({ path }: Pick<Place, 'path'>): (other: Place) => boolean {
  const name = written(path);
  return (other) => written(other.path) === name;
}

/** A copy of the body that has `json` at the place, and what must be there so that the place exists. */
function bodyWith(schema: JsonSchema, body: unknown, place: Place, json: string, examples: Examples): string {
  const mark = 'the place of the malformed value';
  const build = (at: JsonSchema, value: unknown, [first, ...rest]: (string | number)[]): unknown => {
    if (first === undefined) return mark;
    const owner = [at, ...(at.anyOf ?? [])].find(({ properties, items }) => properties?.[first] ?? items) ?? at;
    const member = owner.properties?.[first] ?? owner.items ?? {};
    if (typeof first === 'number') return [build(member, undefined, rest)];
    const present = isObject(value) ? value : (validValue(owner, '', examples) as Record<string, unknown>);
    const kept = Object.entries(present).filter(([name]) => rest.length > 0 || name !== place.aliasOf);
    return { ...Object.fromEntries(kept), [first]: build(member, present[first], rest) };
  };
  return JSON.stringify(build(schema, body, place.path)).replace(JSON.stringify(mark), () => json);
}

/** Bodies in which one field is wrong, for each case of a union; the values of a field that several have alike once. */
export function malformedFields(
  { body: schema }: DescribedRoute,
  { request }: Requests,
  examples: Examples,
): MalformedRequest[] {
  if (!schema) return [];
  const everywhere = placesIn(schema);
  const tried = new Set<string>();
  const isNew = ({ path, schema: at }: Place): boolean => {
    const name = `${written(path)} ${JSON.stringify(at)}`;
    return !tried.has(name) && tried.add(name).size > 0;
  };
  return (schema.anyOf ?? [schema]).flatMap((branch) => {
    const base = validValue(branch, '', examples) as Record<string, unknown>;
    const places = placesIn(branch);
    return [
      ...valuesIn(branch, base, { places: places.filter(isNew), everywhere }, examples),
      ...missingIn(branch, base, everywhere),
      ...twiceIn(base, places, examples),
      ...unknownIn(branch, base, places, examples),
    ].map(({ body, ...expectation }) => request({ body }, { expects: [422], ...expectation }));
  });
}

interface WrongBody {
  body: string;
  what: string;
  field: string;
  expects?: readonly number[];
}

function valuesIn(
  schema: JsonSchema,
  base: unknown,
  { places, everywhere }: Record<'places' | 'everywhere', readonly Place[]>,
  examples: Examples,
): WrongBody[] {
  // In a union, what another case accepts at this place is not malformed but a sign of that case.
  return places.flatMap((place) => {
    const cases = everywhere.filter(isAt(place));
    const field = written(place.path);
    return malformedValues(place.schema)
      .filter(({ value, storable }) => storable === false || !cases.some((each) => accepts(each.schema, value)))
      .map(({ what, json }) => ({
        body: bodyWith(schema, base, place, json, examples),
        what: `${what} as ${field}`,
        field,
        expects: json.length > 100_000 ? [413, 422] : [422],
      }));
  });
}

function missingIn({ required = [] }: JsonSchema, base: object, everywhere: readonly Place[]): WrongBody[] {
  // Left out where another case has a default, it is a sign of that case.
  const needed = required.filter((name) => {
    return everywhere.filter(isAt({ path: [name] })).every((place) => place.schema.default === undefined);
  });
  return needed.map((name) => {
    const others = Object.entries(base).filter(([each]) => each !== name);
    return { body: JSON.stringify(Object.fromEntries(others)), what: `no ${name}`, field: name };
  });
}

/** A field under two of its names. */
function twiceIn(base: object, places: readonly Place[], examples: Examples): WrongBody[] {
  return places
    .filter(({ aliasOf, path }) => aliasOf !== undefined && path.length === 1)
    .map(({ aliasOf = '', name, schema }) => {
      const value = validValue(schema, aliasOf, examples);
      const body = JSON.stringify({ ...base, [aliasOf]: value, [name]: value });
      return { body, what: `both ${aliasOf} and ${name}`, field: name };
    });
}

/** Unknown fields at every depth, also under names that every JavaScript object has. */
function unknownIn(schema: JsonSchema, base: object, places: readonly Place[], examples: Examples): WrongBody[] {
  const top: Place = { name: '', schema, path: [] };
  const objects = [top, ...places].filter((place) => place.schema.properties !== undefined);
  const names = ['unknownField', '__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'];
  return objects.flatMap((place) =>
    names.map((name) => {
      const inside = place === top ? base : validValue(place.schema, place.name, examples);
      const members = JSON.stringify(inside).slice(1, -1);
      const json = `{${members === '' ? '' : `${members},`}"${name}":{"polluted":true}}`;
      const field = written([...place.path, name]);
      return { body: bodyWith(schema, base, place, json, examples), what: `the unknown field ${field}`, field };
    }),
  );
}

function nested(depth: number, open: string, close: string): string {
  return open.repeat(depth) + close.repeat(depth);
}

const bomb = gzipSync(Buffer.alloc(aboveEveryLimit * 4, 0x20));

/** The same to every route, so they are written once, and as bytes. */
const large = Object.freeze({
  tenMegabytes: Buffer.from(`{"unknownField":"${'x'.repeat(tenMegabytes)}"}`),
  aboveEveryLimit: Buffer.from(`{"unknownField":"${'x'.repeat(aboveEveryLimit)}"}`),
  noJson: Buffer.alloc(tenMegabytes, 'x'),
  deepObjects: Buffer.from(nested(10_000, '{"a":', '}').replace('{"a":}', '{}')),
  deepLists: Buffer.from(nested(10_000, '[', ']')),
  deepestLists: Buffer.from(nested(1_000_000, '[', ']')),
  endlessLists: Buffer.alloc(90_000, '['),
  longList: Buffer.from(`[${'0,'.repeat(45_000)}0]`),
  manyFields: Buffer.from(`{${Array.from({ length: 6_000 }, (_, index) => `"f${index}":0`).join()}}`),
});

/** Bodies that are wrong as a whole. */
export function malformedBodies(
  { body: schema, takesForms }: DescribedRoute,
  { request, bodyValue }: Requests,
): MalformedRequest[] {
  if (!schema) return [];
  const form = 'multipart/form-data; boundary=x';
  const valid = JSON.stringify(bodyValue);
  const of = (body: string | Buffer, what: string, expects: readonly number[], headers: Record<string, string> = {}) =>
    request({ body, headers }, { what, expects, ...(expects.includes(422) ? { field: '' } : {}) });
  const wrong = ['null', '[]', '[{}]', '"text"', '""', '7', 'true'].map((body) => of(body, `the body ${body}`, [422]));
  const broken = [
    '{',
    '{"a":',
    '{"a":1,}',
    "{'a':1}",
    '{a:1}',
    'nul',
    `${valid} x`,
    '{"a":1}{"a":1}',
    ' ',
    '\0',
    '01',
  ].map((body) => of(body, `the broken JSON ${JSON.stringify(body)}`, [400]));
  const types = ['text/plain', 'application/x-www-form-urlencoded', 'application/xml', ...(takesForms ? [] : [form])];
  const charsets = ['utf-16', 'iso-8859-1', 'utf-7', '"utf-16"', 'nonsense'];
  const wrongTypes = ['', 'nonsense', ...types, ...charsets.map((each) => `application/json; charset=${each}`)];
  const encodings: [string, Buffer][] = [
    ['a byte that no character begins with', Buffer.from([0x22, 0xff, 0x22])],
    ['half of a character', Buffer.from([0x22, 0xc3, 0x22])],
    ['a longer form of a character than needed', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
    ['half a character of UTF-16 as UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0xbd, 0x22])],
    ['UTF-16', Buffer.from(`\ufeff${valid}`, 'utf16le')],
  ];
  const garbage = Buffer.from('this was never compressed');
  const gzip = { 'content-encoding': 'gzip' };
  return [
    ...wrong,
    ...broken,
    ...wrongTypes.map((type) => of(valid, `the content type "${type}"`, [415], { 'content-type': type })),
    ...(takesForms ? [of(valid, 'JSON in place of a form', [400], { 'content-type': form })] : []),
    ...encodings.map(([what, bytes]) => of(bytes, what, [400])),
    ...(accepts(schema, {}) ? [] : [of('', 'an empty body', [422])]),
    ...['gzip', 'deflate', 'br'].map((name) => of(garbage, `no ${name}`, [400], { 'content-encoding': name })),
    ...['compress', 'gzip, br', 'zstd', '__proto__'].map((name) =>
      of(valid, `the unknown encoding ${name}`, [415], { 'content-encoding': name }),
    ),
    of(gzipSync(valid).subarray(0, -9), 'gzip that ends early', [400], gzip),
    of(gzipSync('{"a":'), 'broken JSON in gzip', [400], gzip),
    of(bomb, '64 MB in a small gzip', [413], gzip),
    of(large.tenMegabytes, 'a body of 10 MB', [413, 422]),
    of(large.aboveEveryLimit, 'a body of 16 MB', [413]),
    of(large.noJson, '10 MB that are no JSON, in pieces', [400, 413], { 'transfer-encoding': 'chunked' }),
    of(large.deepObjects, 'objects 10,000 deep', [422]),
    of(large.deepLists, 'lists 10,000 deep', [422]),
    of(large.deepestLists, 'lists a million deep', [413, 422]),
    of(large.endlessLists, 'lists that do not end', [400]),
    of(large.longList, 'a list of 45,000', [422]),
    of(large.manyFields, '6,000 unknown fields', [422]),
  ];
}
