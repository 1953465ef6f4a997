import type { DescribedRoute } from './described-routes.ts';
import { accepts } from './json-schema-match.ts';
import { malformedBodies, malformedFields } from './malformed-bodies.ts';
import { type Examples, type MalformedRequest, type Requests, requestsTo } from './malformed-request.ts';
import { malformedTexts } from './malformed-values.ts';

function inPath({ path, pathFields }: DescribedRoute, { request, pathWith }: Requests): MalformedRequest[] {
  const slashed = [
    { what: 'a path inside', encoded: 'a%2Fb' },
    { what: 'the folder above', encoded: '..' },
  ];
  return pathFields.flatMap(({ name, schema }) =>
    [...malformedTexts(schema), ...slashed.map((each) => ({ ...each, breaksUrl: false }))]
      // Without its last segment a path is the address of another route.
      .filter(({ encoded }) => encoded !== '' || !path.endsWith(`{${name}}`))
      .map(({ what, encoded, breaksUrl }) =>
        request(
          { path: pathWith({ [name]: encoded }) },
          { what: `${what} as ${name} in the path`, expects: statusOf(encoded, breaksUrl), field: name },
        ),
      ),
  );
}

function statusOf(encoded: string, breaksUrl: boolean | undefined): readonly number[] {
  if (encoded === '') return [404];
  if (!breaksUrl) return [422];
  return encoded.length > 16_384 ? [431] : [400];
}

function inQuery({ queryFields }: DescribedRoute, { request }: Requests): MalformedRequest[] {
  if (queryFields.length === 0) return [];
  const values = queryFields.flatMap(({ name, schema }) =>
    malformedTexts(schema).map(({ what, encoded, breaksUrl }) =>
      request(
        { query: `${name}=${encoded}` },
        {
          what: `${what} as ${name} in the query`,
          expects: encoded === '' ? [422] : statusOf(encoded, breaksUrl),
          field: name,
        },
      ),
    ),
  );
  const shapes = queryFields.flatMap(({ name }) => [
    request({ query: `${name}=1&${name}=2` }, { what: `${name} twice in the query`, expects: [422], field: name }),
    request(
      { query: `${name}[key]=1` },
      { what: `${name} as an object in the query`, expects: [422], field: `${name}[key]` },
    ),
  ]);
  const names = ['unknownField', '__proto__', 'constructor', 'toString'].map((name) =>
    request({ query: `${name}=1` }, { what: `${name} in the query`, expects: [422], field: name }),
  );
  return [...values, ...shapes, ...names];
}

function inHeaders({ headerFields }: DescribedRoute, { request }: Requests): MalformedRequest[] {
  return headerFields.flatMap(({ name, schema }) =>
    ['', 'x'.repeat(256), 'x'.repeat(10_000)]
      .filter((text) => !accepts(schema, text))
      .map((text) =>
        request(
          { headers: { [name]: text } },
          { what: `${text.length} characters as ${name}`, expects: [422], field: name },
        ),
      ),
  );
}

/** Without a key, or with one that is none. */
function byNobody(route: DescribedRoute, { request }: Requests, examples: Examples): MalformedRequest[] {
  // Tries to sign in are counted, whatever key they come with.
  const isSignIn = route.path === '/api/auth/login';
  const expects = isSignIn ? [200, 429] : route.access === 'anonymous' ? [200] : [401];
  const keys = ['nonsense', examples['wrongKey'] ?? '', 'x'.repeat(600), '\u00e9'.repeat(40)];
  const headers = [
    {},
    ...keys.flatMap((key) => [{ authorization: `Bearer ${key}` }, { 'x-api-key': key }, { apikey: key }]),
    ...['Bearer', 'Bearer a b', 'Basic YTpi', 'Digest x'].map((authorization) => ({ authorization })),
  ];
  return headers.map((each) =>
    request({ headers: each }, { what: `the key ${JSON.stringify(each)}`, expects, by: 'nobody' }),
  );
}

/** About accounts, messages and all else with an id that does not exist. */
function aboutNothing(route: DescribedRoute, { request, pathWith }: Requests, examples: Examples): MalformedRequest[] {
  return route.pathFields.flatMap(({ name, schema }) =>
    Object.entries(examples)
      .flatMap(([key, id]) => (/^no[A-Z]/.test(key) ? [id] : []))
      .filter((id) => accepts(schema, id))
      .map((id) =>
        request({ path: pathWith({ [name]: id }) }, { what: `the unknown ${name} ${id}`, expects: [404], by: 'admin' }),
      ),
  );
}

/** With another account's key, and about what does not exist. */
function byOthers(route: DescribedRoute, requests: Requests, examples: Examples): MalformedRequest[] {
  const { request, bodyValue } = requests;
  if (route.access === 'anonymous') return [];
  const stranger = { what: "another account's key", by: 'stranger' as const };
  if (route.access === 'admin' || route.access === 'session')
    return [request({}, { ...stranger, expects: [403] }), ...aboutNothing(route, requests, examples)];
  // A chat is under the same address in every account, and each has its own.
  const ids = route.pathFields.filter(({ name }) => name !== 'jid');
  const inPath = ids.length === 0 ? [] : [request({}, { ...stranger, expects: [404] })];
  const named = [examples['account'], examples['noAccount']].flatMap((accountId) => {
    const expectation = { what: `another key than that of ${accountId}`, by: 'stranger' as const, expects: [404] };
    const isInQuery = route.queryFields.some(({ name }) => name === 'accountId');
    const isInBody = [route.body, ...(route.body?.anyOf ?? [])].some((schema) => schema?.properties?.['accountId']);
    return [
      ...(isInQuery ? [request({ query: `accountId=${accountId}` }, expectation)] : []),
      ...(isInBody ? [request({ body: JSON.stringify({ ...(bodyValue as object), accountId }) }, expectation)] : []),
    ];
  });
  return [...inPath, ...named, ...aboutNothing(route, requests, examples)];
}

/** All that is wrong with requests to this route, one thing at a time. */
export function malformedRequests(route: DescribedRoute, examples: Examples): MalformedRequest[] {
  const requests = requestsTo(route, examples);
  return [
    ...inPath(route, requests),
    ...inQuery(route, requests),
    ...inHeaders(route, requests),
    ...malformedFields(route, requests, examples),
    ...malformedBodies(route, requests),
    ...byNobody(route, requests, examples),
    ...byOthers(route, requests, examples),
  ];
}
