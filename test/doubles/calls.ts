/** Any admin key: what the tests give the server and send with each call that names no other key. */
export const adminKey = 'the-admin-key-of-the-tests-0123456789';

export interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

export interface CallOptions {
  key?: string;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export interface Calls {
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** `data` of a call that must succeed. */
  data(method: string, path: string, options?: CallOptions): Promise<unknown>;
}

export function callsTo(address: string): Calls {
  async function call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const response = await fetch(`${address}${path}`, {
      method,
      headers: {
        'X-API-Key': options.key ?? adminKey,
        ...(options.body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.signal ? { signal: options.signal } : {}),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }

  return {
    call,
    async data(method, path, options) {
      const answer = await call(method, path, options);
      if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return (answer.body as { data: unknown }).data;
    },
  };
}
