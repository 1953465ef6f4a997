import { STATUS_CODES } from 'node:http';
import { errorMessage } from './errors.ts';
import { jsonSchemaOf, type JsonSchema } from './json-schema.ts';
import { type DescribedWebhook, describedWebhooks } from './openapi-webhooks.ts';
import { pathParameters, type Route } from './route.ts';

export interface OpenApiOptions {
  title: string;
  version: string;
  publicUrl: string;
  /** What this server sends to others. */
  webhooks?: readonly DescribedWebhook[];
}

type Json = Record<string, unknown>;

const problemSchema: JsonSchema = {
  type: 'object',
  description: 'An RFC 9457 problem. `code` is stable; `detail` is for people.',
  required: ['success', 'type', 'title', 'status', 'detail', 'code', 'requestId'],
  properties: {
    success: { const: false },
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', examples: ['request.invalid'] },
    requestId: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'message'],
        properties: {
          field: { type: 'string', description: 'Path of the field, such as `settings.pacing.preset`.' },
          message: { type: 'string' },
        },
      },
    },
  },
};

const problems: Record<number, string> = {
  400: 'The JSON, the encoding or the URL is malformed.',
  401: 'No key and no session, or a wrong one.',
  403: 'This key may not do that.',
  404: 'There is no such thing, or it belongs to another account.',
  409: 'The present state does not allow it, or a request with this Idempotency-Key is still running.',
  410: 'It is not kept any more.',
  412: 'It was changed since the state that If-Match names.',
  413: 'The body is too large.',
  415: 'The body is not of an accepted type.',
  422: 'The request does not fit the schema; `errors` names each field.',
  429: 'Too many requests, or a full queue; see Retry-After.',
  500: 'An unexpected error; the log has it under the request id.',
  503: 'Not possible right now; see Retry-After.',
};

function problemResponse(status: number): Json {
  const headers: Json = { 'X-Request-Id': { $ref: '#/components/headers/RequestId' } };
  if (status === 429 || status === 503) headers['Retry-After'] = { $ref: '#/components/headers/RetryAfter' };
  return {
    description: problems[status] ?? STATUS_CODES[status],
    headers,
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}

function problemStatuses(route: Route): number[] {
  const checks = route.params !== undefined || route.query !== undefined || route.body !== undefined;
  return [
    400,
    ...(route.access === 'anonymous' ? [] : [401, 403]),
    ...(pathParameters(route.path).length > 0 ? [404] : []),
    ...(route.access === 'anonymous' ? [] : [409]),
    ...(route.etag && route.method !== 'GET' ? [412] : []),
    ...(route.body ? [413, 415] : []),
    ...(checks || route.idempotent ? [422] : []),
    ...(route.rate === 'exempt' ? [] : [429]),
    ...(route.problems ?? []),
    500,
    503,
  ];
}

function fieldParameters(schema: JsonSchema, place: 'path' | 'query'): Json[] {
  const needed = (schema['required'] ?? []) as string[];
  const properties = (schema['properties'] ?? {}) as Record<string, JsonSchema>;
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: place === 'path' || needed.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }));
}

function parametersOf(route: Route): Json[] {
  return [
    ...(route.params ? fieldParameters(jsonSchemaOf(route.params), 'path') : []),
    ...(route.query ? fieldParameters(jsonSchemaOf(route.query), 'query') : []),
    ...(route.idempotent ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
    ...(route.etag && route.method !== 'GET' ? [{ $ref: '#/components/parameters/IfMatch' }] : []),
  ];
}

const nextPage = 'The `cursor` of the next page; null on the last.';

/** The success envelope around the schema of `data`. */
function envelope(route: Route): JsonSchema {
  const data = route.answer ? jsonSchemaOf(route.answer) : {};
  return {
    type: 'object',
    required: ['success', 'data', ...(route.list ? ['nextCursor'] : [])],
    properties: {
      success: { const: true },
      data,
      ...(route.list ? { nextCursor: { type: ['string', 'null'], description: route.nextCursor ?? nextPage } } : {}),
    },
  };
}

function successResponse(route: Route, status: number): Json {
  const types = route.stream ? route.produces : ['application/json'];
  const content = types.map((type) => [
    type,
    {
      schema:
        type === 'application/json' && route.answer
          ? envelope(route)
          : type.startsWith('image/')
            ? {}
            : { type: 'string' },
    },
  ]);
  return {
    description: STATUS_CODES[status] ?? 'Success',
    headers: {
      'X-Request-Id': { $ref: '#/components/headers/RequestId' },
      ...(route.etag ? { ETag: { $ref: '#/components/headers/ETag' } } : {}),
      ...(route.idempotent ? { 'Idempotency-Replayed': { $ref: '#/components/headers/IdempotencyReplayed' } } : {}),
    },
    content: Object.fromEntries(content) as Json,
  };
}

function requestBody(route: Route): Json | undefined {
  if (!route.body) return undefined;
  const schema = jsonSchemaOf(route.body);
  const needed = schema['anyOf'] !== undefined || ((schema['required'] ?? []) as string[]).length > 0;
  return {
    required: needed,
    content: {
      'application/json': { schema },
      ...(route.upload ? { [route.upload.contentType]: { schema } } : {}),
    },
  };
}

/** `POST /accounts/:id/reconnect` -> `postAccountsByIdReconnect`. */
export function operationIdOf(route: Route): string {
  const words = route.path
    .split('/')
    .filter(Boolean)
    .map((segment) => (segment.startsWith(':') ? `by-${segment.slice(1)}` : segment))
    .flatMap((segment) => segment.split(/[^A-Za-z0-9]+/));
  return route.method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function securityOf({ access, method }: Route): Json[] {
  if (access === 'anonymous') return [];
  const session = method === 'GET' ? { session: [] } : { session: [], csrf: [] };
  return access === 'session' ? [session] : [{ bearer: [] }, { apiKey: [] }, session];
}

function operation(route: Route): Json {
  const codes = (route.errors ?? []).map((code) => `\`${code}\``).join(', ');
  const description = [route.description, codes === '' ? undefined : `Error codes: ${codes}.`]
    .filter(Boolean)
    .join('\n\n');
  const body = requestBody(route);
  const successes = route.statuses ?? [200];
  return {
    operationId: operationIdOf(route),
    summary: route.summary,
    ...(description === '' ? {} : { description }),
    tags: [route.tag],
    security: securityOf(route),
    ...(route.access === 'admin' || route.access === 'session' ? { 'x-access': route.access } : {}),
    parameters: parametersOf(route),
    ...(body ? { requestBody: body } : {}),
    responses: {
      ...Object.fromEntries(successes.map((status) => [status, successResponse(route, status)])),
      ...Object.fromEntries(
        problemStatuses(route).map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]),
      ),
    },
  };
}

function described(route: Route): Json {
  try {
    return operation(route);
  } catch (error) {
    throw new Error(`Route ${route.method} ${route.path}: ${errorMessage(error)}`, { cause: error });
  }
}

const components: Json = {
  securitySchemes: {
    bearer: { type: 'http', scheme: 'bearer', description: 'An account key or an admin key.' },
    apiKey: {
      type: 'apiKey',
      in: 'header',
      name: 'X-API-Key',
      description: 'The same keys; `apikey` is accepted too.',
    },
    session: {
      type: 'apiKey',
      in: 'cookie',
      name: 'sb_session',
      description: 'A signed-in browser; over https only the name begins with `__Host-`.',
    },
    csrf: {
      type: 'apiKey',
      in: 'header',
      name: 'X-CSRF-Token',
      description: 'With a session, on everything but GET: the `csrfToken` of the sign-in.',
    },
  },
  schemas: { Problem: problemSchema },
  responses: Object.fromEntries(
    Object.keys(problems).map((status) => [`Problem${status}`, problemResponse(Number(status))]),
  ),
  parameters: {
    IdempotencyKey: {
      name: 'Idempotency-Key',
      in: 'header',
      description:
        'Repeat a call with the same key within 24 hours and get the first answer instead of a second effect.',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    },
    IfMatch: {
      name: 'If-Match',
      in: 'header',
      description: 'The ETag that was read; the change is refused with 412 when it is stale.',
      schema: { type: 'string' },
    },
  },
  headers: {
    RequestId: { description: 'Name it when you ask for help.', schema: { type: 'string' } },
    RetryAfter: { description: 'Seconds to wait.', schema: { type: 'integer' } },
    ETag: { schema: { type: 'string' } },
    IdempotencyReplayed: { description: '`true` when this is a stored answer.', schema: { const: 'true' } },
  },
};

/** The OpenAPI 3.1 document of these routes. Throws when a schema cannot be described, with the route and the field. */
export function openApiDocument(routes: readonly Route[], options: OpenApiOptions): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = `${route.root ? '' : '/api'}${route.path.replaceAll(/:(\w+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: described(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: options.title, version: options.version },
    servers: [{ url: options.publicUrl }],
    tags: [...new Set(routes.map((route) => route.tag))].map((name) => ({ name })),
    paths,
    ...(options.webhooks ? { webhooks: describedWebhooks(options.webhooks) } : {}),
    components,
  };
}
