import { describe, expect, test } from 'vitest';
import { openApiDocument } from '../../src/platform/openapi.ts';
import { defineRoute, type Method, type Route } from '../../src/platform/route.ts';
import { integer, listOf, nullable, object, oneOf, required, text, variants } from '../../src/platform/schema.ts';
import { describedRoutes, type OpenApiDocument } from './described-routes.ts';
import { accepts } from './json-schema-match.ts';
import type { MalformedRequest } from './malformed-request.ts';
import { malformedRequests } from './malformed-requests.ts';
import { malformedTexts, malformedValues } from './malformed-values.ts';

const things = defineRoute({
  method: 'POST',
  path: '/things/:id',
  summary: 'Change a thing',
  tag: 'Things',
  access: 'account',
  params: object({ id: required(text({ max: 20, pattern: /^thing_\d+$/ })) }),
  query: object({ limit: integer({ min: 1 }) }),
  body: variants('type', {
    circle: object({ type: required(oneOf('circle')), radius: required(integer()) }, { aliases: { radius: ['r'] } }),
    list: object({
      type: required(oneOf('list')),
      items: required(listOf(object({ name: required(nullable(text({ max: 5 }))) }), { max: 3 })),
    }),
  }),
  answer: text({ max: 10 }),
  handle: async () => ({ data: 'done' }),
});

function documentOf(...routes: Route[]): OpenApiDocument {
  const document = openApiDocument(routes, { title: 'Test', version: '1', publicUrl: 'http://localhost' });
  return JSON.parse(JSON.stringify(document)) as OpenApiDocument;
}

function requestsFor(document: OpenApiDocument): MalformedRequest[] {
  return describedRoutes(document).flatMap((route) => malformedRequests(route, { thing: 'thing_1' }));
}

/** The document of a small route, with something planted in its operation. */
function planted(operation: object): OpenApiDocument {
  return { servers: [], paths: { '/api/things/{id}': { get: operation } } };
}

const id = { name: 'id', in: 'path', schema: { type: 'string' } };

describe('what the generator does not know is not left out in silence', () => {
  test('a route with another method', () => {
    const route = { ...things, method: 'TRACE' as Method };
    expect(() => requestsFor(documentOf(route))).toThrow(
      'TRACE /api/things/{id} has a method that this test does not know',
    );
  });

  test.each([
    ['a path without its schema', {}, 'GET /api/things/{id} does not describe "id"'],
    ['a field in a cookie', { parameters: [id, { ...id, in: 'cookie' }] }, 'in a place that this test does not know'],
    ['another kind of body', { parameters: [id], requestBody: { content: { 'text/csv': {} } } }, 'takes text/csv'],
    ['a body without a schema', { parameters: [id], requestBody: { content: {} } }, 'has a body without a schema'],
    [
      'a keyword of a schema',
      { parameters: [{ ...id, schema: { type: 'string', contains: 1 } }] },
      'The keyword "contains" is not known',
    ],
    ['a format', { parameters: [{ ...id, schema: { type: 'string', format: 'iban' } }] }, 'The format "iban" is not'],
    [
      'an id of a new kind',
      { parameters: [{ ...id, schema: { type: 'string', pattern: '^new_' } }] },
      'no text that fits',
    ],
  ])('%s', (_, operation, sentence) => {
    expect(() => requestsFor(planted(operation))).toThrow(sentence);
  });
});

describe('what is malformed', () => {
  test('is what the schema refuses, and text that cannot be stored', () => {
    const named = (values: { what: string }[]): string[] => values.map(({ what }) => what);
    const number = { type: 'integer', minimum: 1, maximum: 9 };
    expect(named(malformedValues(number))).not.toContain('a number');
    expect(named(malformedValues(number))).toEqual(
      expect.arrayContaining(['null', 'a fraction', 'a number as text', 'a number below the least', 'text with NUL']),
    );
    expect(named(malformedTexts(number))).not.toContain('a number as text');
    expect(named(malformedTexts(number))).toEqual(expect.arrayContaining(['empty text', 'a number above the most']));
    expect(named(malformedValues({ anyOf: [{ type: 'string', maxLength: 5 }, { type: 'null' }] }))).toEqual(
      expect.arrayContaining(['a number', 'text that is too long']),
    );
    expect(accepts({ type: ['string', 'null'] }, null)).toBe(true);
  });

  test('reaches every field of every place, at every depth and under each of its names', () => {
    const requests = requestsFor(documentOf(things));
    const fields = new Set(requests.map(({ field }) => field));
    for (const field of ['id', 'limit', 'limit[key]', 'type', 'radius', 'r', 'items', 'items[0]', 'items[0].name']) {
      expect(fields).toContain(field);
    }
    for (const field of ['unknownField', '__proto__', 'items[0].unknownField']) expect(fields).toContain(field);
    expect(requests.every(({ path }) => path.startsWith('/api/things/'))).toBe(true);
  });

  test('leaves everything else right', () => {
    const requests = requestsFor(documentOf(things));
    const bodyOf = (what: string): unknown =>
      JSON.parse(String(requests.find((request) => request.what === what)?.body ?? '"none"'));
    expect(bodyOf('null as r')).toEqual({ type: 'circle', r: null });
    expect(bodyOf('a number as items[0].name')).toEqual({ type: 'list', items: [{ name: 7 }] });
    expect(bodyOf('no radius')).toEqual({ type: 'circle' });
    expect(requests.map(({ what }) => what)).not.toContain('a number as radius');
  });
});
