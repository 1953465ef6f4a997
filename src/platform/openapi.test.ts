import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import Joi from 'joi';
import { startHttpServer, type TestServer } from '../../test/doubles/http-server.ts';
import { jsonSchemaOf } from './json-schema.ts';
import { openApiDocument } from './openapi.ts';
import { defineRoute } from './route.ts';
import {
  flag,
  integer,
  isoTime,
  listOf,
  nullable,
  object,
  oneOf,
  pageFields,
  required,
  text,
  variants,
} from './schema.ts';

type Json = Record<string, unknown>;

const thing = object({
  id: required(text({ max: 40 }).example('thing_1')),
  old: text({ max: 5 }).meta({ deprecated: true }).description('Use id.'),
  note: nullable(text({ max: 5 })),
  kind: nullable(oneOf('a', 'b')),
  madeAt: required(isoTime()),
});

const routes = [
  defineRoute({
    method: 'GET',
    path: '/things',
    summary: 'List the things',
    tag: 'Things',
    access: 'account',
    query: object({ ...pageFields(), all: flag() }),
    answer: listOf(thing),
    list: true,
    handle: async () => ({ data: [] }),
  }),
  defineRoute({
    method: 'POST',
    path: '/things',
    summary: 'Make a thing',
    description: 'Makes one.',
    tag: 'Things',
    access: 'admin',
    body: variants('type', {
      circle: object({ type: required(oneOf('circle')), radius: required(integer({ min: 1 })) }),
      square: object(
        { type: required(oneOf('square')), side: required(integer({ min: 1 }).description('In metres.')) },
        { aliases: { side: ['edge'] } },
      ),
    }),
    answer: thing,
    statuses: [201, 202],
    errors: ['thing.exists'],
    idempotent: true,
    effect: async () => ({ data: { id: 'thing_1', madeAt: '2026-01-31T09:30:00.000Z' } }),
  }),
  defineRoute({
    method: 'GET',
    path: '/things/:id/picture/:size',
    summary: 'The picture',
    tag: 'Things',
    access: 'account',
    params: object({ id: required(text({ max: 40 })), size: required(integer()) }),
    answer: thing,
    produces: ['application/json', 'image/png'],
    stream: async () => undefined,
  }),
];

let server: TestServer;
let document: Json;
beforeAll(async () => {
  server = await startHttpServer(routes);
  document = (await server.call('GET', '/api/openapi.json')).json;
});
afterAll(() => server.stop());

function at(path: string): Json {
  return path.split('>').reduce<Json>((node, key) => (node[key] ?? {}) as Json, document);
}

function references(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const own = '$ref' in node && typeof node.$ref === 'string' ? [node.$ref] : [];
  return [...own, ...Object.values(node).flatMap(references)];
}

describe('the document', () => {
  test('is OpenAPI 3.1, served to everyone, and describes itself', async () => {
    const reply = await server.call('GET', '/api/v1/openapi.json');
    expect(reply.headers.get('content-type')).toContain('application/json');
    expect(document).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'Test', version: '1.2.3' },
      servers: [{ url: 'http://localhost:3000' }],
    });
    expect(Object.keys(at('paths'))).toEqual(['/api/things', '/api/things/{id}/picture/{size}', '/api/openapi.json']);
  });

  test('tells what this server sends to others, and names what cannot be described', () => {
    const options = { title: 'Test', version: '1', publicUrl: 'http://localhost' };
    const made = { name: 'thing.made', summary: 'A thing was made.', tag: 'Things', body: thing, example: { id: '1' } };
    const { webhooks } = openApiDocument(routes, { ...options, webhooks: [made] }) as { webhooks: Json };
    expect(webhooks['thing.made']).toMatchObject({
      post: {
        operationId: 'webhook.thing.made',
        requestBody: {
          required: true,
          content: {
            'application/json': { schema: jsonSchemaOf(thing), examples: { received: { value: { id: '1' } } } },
          },
        },
      },
    });
    const lost = { ...made, name: 'thing.lost', body: Joi.object({ id: Joi.date() }) };
    expect(() => openApiDocument(routes, { ...options, webhooks: [lost] })).toThrow('thing.lost');
  });

  test('resolves every reference', () => {
    const used = new Set(references(document));
    expect(used.size).toBeGreaterThan(10);
    for (const reference of used) {
      expect(reference).toMatch(/^#\//);
      expect(at(reference.slice(2).replaceAll('/', '>')), reference).not.toEqual({});
    }
  });

  test('every operation has an id of its own, a summary, its path parameters and a schema for success', () => {
    const operations = Object.entries(at('paths')).flatMap(([path, methods]) =>
      Object.values(methods as Json).map((operation) => ({ path, operation: operation as Json })),
    );
    const ids = operations.map(({ operation }) => operation['operationId']);
    expect(ids).toEqual(['getThings', 'postThings', 'getThingsByIdPictureBySize', 'getOpenapiJson']);
    for (const { path, operation } of operations) {
      expect(operation['summary']).toBeTruthy();
      const declared = (operation['parameters'] as Json[]).filter((each) => each['in'] === 'path');
      expect(declared.map((each) => `{${String(each['name'])}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
      expect(declared.every((each) => each['required'] === true)).toBe(true);
      const successes = Object.entries(operation['responses'] as Json).filter(([status]) => status.startsWith('2'));
      for (const [, response] of successes) expect((response as Json)['content']).toBeTruthy();
    }
  });

  test('answers stand in the envelope, lists with nextCursor, errors are problems', () => {
    const list = at('paths>/api/things>get>responses>200>content>application/json>schema');
    expect(list).toMatchObject({ required: ['success', 'data', 'nextCursor'] });
    expect((list['properties'] as Json)['data']).toMatchObject({ type: 'array' });
    expect(at('paths>/api/things>post>responses')).toMatchObject({
      201: {},
      202: {},
      401: { $ref: '#/components/responses/Problem401' },
      422: { $ref: '#/components/responses/Problem422' },
      429: { $ref: '#/components/responses/Problem429' },
    });
    expect(Object.keys(at('paths>/api/things/{id}/picture/{size}>get>responses>200>content'))).toEqual([
      'application/json',
      'image/png',
    ]);
    expect(at('paths>/api/things>post')['description']).toBe('Makes one.\n\nError codes: `thing.exists`.');
  });

  test('a list that never ends says what its cursor is, and a route which refusals it has beside the usual ones', () => {
    const news = defineRoute({
      method: 'GET',
      path: '/news',
      summary: 'What is new',
      tag: 'News',
      access: 'account',
      answer: listOf(thing),
      list: true,
      nextCursor: 'The `after` of the next call.',
      problems: [410],
      handle: async () => ({ data: [] }),
    });
    const { paths } = openApiDocument([news], { title: 'X', version: '1', publicUrl: 'http://localhost' });
    const answer = { schema: { properties: { nextCursor: { description: 'The `after` of the next call.' } } } };
    expect((paths as Json)['/api/news']).toMatchObject({
      get: {
        responses: {
          200: { content: { 'application/json': answer } },
          410: { $ref: '#/components/responses/Problem410' },
        },
      },
    });
  });

  test('keys may come in two headers, or a session with its token; the document itself needs none', () => {
    expect(Object.keys(at('components>securitySchemes'))).toEqual(['bearer', 'apiKey', 'session', 'csrf']);
    expect(at('paths>/api/things>get')['security']).toEqual([{ bearer: [] }, { apiKey: [] }, { session: [] }]);
    expect(at('paths>/api/things>post')['security']).toContainEqual({ session: [], csrf: [] });
    expect(at('paths>/api/openapi.json>get')['security']).toEqual([]);
    expect(at('paths>/api/things>post')['parameters']).toContainEqual({
      $ref: '#/components/parameters/IdempotencyKey',
    });
  });

  test('keeps examples, deprecation, descriptions, defaults and aliases', () => {
    const properties = jsonSchemaOf(thing)['properties'] as Json;
    expect(properties['id']).toEqual({ type: 'string', minLength: 1, maxLength: 40, examples: ['thing_1'] });
    expect(properties['old']).toMatchObject({ deprecated: true, description: 'Use id.' });
    expect(properties['note']).toMatchObject({ type: ['string', 'null'] });
    expect(properties['kind']).toEqual({ anyOf: [{ enum: ['a', 'b'], type: 'string' }, { type: 'null' }] });
    expect(properties['madeAt']).toMatchObject({ type: 'string', format: 'date-time' });
    const [circle, square, ...others] = at('paths>/api/things>post>requestBody>content>application/json>schema')[
      'anyOf'
    ] as Json[];
    expect(others).toEqual([]);
    expect(circle).toMatchObject({ required: expect.arrayContaining(['type', 'radius']) as string[] });
    expect(circle).toMatchObject({ additionalProperties: false });
    expect(square).toMatchObject({
      properties: { side: { type: 'integer', minimum: 1, description: 'In metres. Also accepted as `edge`.' } },
    });
    const limit = (at('paths>/api/things>get')['parameters'] as Json[]).find((each) => each['name'] === 'limit');
    expect(limit).toMatchObject({ in: 'query', required: false, schema: { default: 50, minimum: 1, maximum: 200 } });
  });
});

describe('schemas that JSON Schema would lose are refused in the document', () => {
  const lost: [string, Joi.AnySchema][] = [
    ['or', Joi.object({ a: Joi.string(), b: Joi.string() }).or('a', 'b')],
    ['with', Joi.object({ a: Joi.string(), b: Joi.string() }).with('a', 'b')],
    ['null among values', Joi.valid('a', null)],
    ['forbidden', Joi.object({ a: Joi.any().forbidden() })],
    // oxlint-disable-next-line unicorn/no-thenable -- Joi's word for it, never awaited
    ['when', Joi.object({ a: Joi.string(), b: Joi.string().when('a', { is: 'x', then: Joi.required() }) })],
    ['required items', Joi.array().items(Joi.string().required())],
    ['ordered', Joi.array().ordered(Joi.string())],
    ['pattern flags', Joi.string().pattern(/a/i)],
    ['inverted pattern', Joi.string().pattern(/a/, { invert: true })],
    ['link', Joi.object({ a: Joi.link('#x') }).id('x')],
    ['invalid', Joi.string().invalid('a')],
    ['hex', Joi.string().hex()],
    ['date', Joi.date()],
    ['deep', object({ a: listOf(object({ b: Joi.string().pattern(/a/i) })) })],
    ['in a variant', variants('t', { a: object({ t: required(oneOf('a')), b: Joi.string().hex() }) })],
  ];
  test.each(lost)('%s', (_name, schema) => {
    expect(() => jsonSchemaOf(schema)).toThrow(/loses/);
  });

  test('by the name of the route and the field', () => {
    const route = defineRoute({
      method: 'GET',
      path: '/x',
      summary: 'X',
      tag: 'X',
      access: 'admin',
      query: object({ a: Joi.string().pattern(/a/i) }),
      answer: thing,
      handle: () => Promise.reject(new Error('never')),
    });
    expect(() => openApiDocument([route], { title: 'X', version: '1', publicUrl: 'http://localhost' })).toThrow(
      'Route GET /x: Schema a uses what JSON Schema loses: pattern flags i',
    );
  });

  test('also null among the fixed values of a string', () => {
    expect(() => jsonSchemaOf(nullable(Joi.string().valid('a')))).toThrow(/null among fixed values/);
  });
});
