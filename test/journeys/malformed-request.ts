import type { DescribedRoute } from './described-routes.ts';
import { validValue } from './malformed-values.ts';

/** Whose key a request carries: `owner` of the example account, `stranger` of another one. */
export type KeyHolder = 'admin' | 'owner' | 'stranger' | 'nobody';

export interface MalformedRequest {
  route: string;
  what: string;
  method: string;
  /** With the query. */
  path: string;
  headers: Record<string, string>;
  body?: string | Buffer;
  by: KeyHolder;
  /** Statuses that are a right answer. */
  expects: readonly number[];
  /** What `errors` of a 422 must name: this field, or one inside it. */
  field?: string;
}

/** Texts by the name of a field, or of a kind of id, that mean something to the server. */
export type Examples = Readonly<Record<string, string>>;

interface Part {
  path?: string;
  query?: string;
  headers?: Record<string, string>;
  body?: string | Buffer | undefined;
}

type Expectation = Pick<MalformedRequest, 'what' | 'expects' | 'field'> & { by?: KeyHolder };

const json = { 'content-type': 'application/json' };

/** Builds requests to one route that are right but for the part they are given. */
export function requestsTo(route: DescribedRoute, examples: Examples) {
  const bodyValue = route.body ? validValue(route.body, '', examples) : undefined;
  const validPath = pathWith({});

  function pathWith(replaced: Record<string, string>): string {
    return route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const schema = route.pathFields.find((field) => field.name === name)?.schema ?? {};
      return replaced[name] ?? encodeURIComponent(String(validValue(schema, name, examples)));
    });
  }

  function request(part: Part, { by, ...expectation }: Expectation): MalformedRequest {
    const hasBody = 'body' in part ? part.body !== undefined : bodyValue !== undefined;
    return {
      route: route.label,
      method: route.method,
      path: `${part.path ?? validPath}${part.query === undefined ? '' : `?${part.query}`}`,
      headers: { ...(hasBody ? json : {}), ...part.headers },
      ...(hasBody ? { body: part.body ?? JSON.stringify(bodyValue) } : {}),
      by: by ?? (route.access === 'account' ? 'owner' : route.access === 'admin' ? 'admin' : 'nobody'),
      ...expectation,
    };
  }

  return { request, pathWith, bodyValue };
}

export type Requests = ReturnType<typeof requestsTo>;
