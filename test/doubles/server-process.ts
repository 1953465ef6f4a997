import { runChild } from './child-process.ts';

export interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

export interface CallOptions {
  key?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface ServerProcess {
  readonly address: string;
  readonly pid: number;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** `data` of a call that must succeed. */
  data(method: string, path: string, options?: CallOptions): Promise<unknown>;
  kill(signal: NodeJS.Signals): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

export const adminKey = 'the-admin-key-of-the-tests-0123456789';

/** The real server in a process of its own, on a free port. */
export async function startServerProcess(environment: Record<string, string>): Promise<ServerProcess> {
  const { PATH = '', HOME = '' } = process.env;
  const child = runChild('../../src/main.ts', [], {
    env: {
      PATH,
      HOME,
      PORT: '0',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'warn',
      ADMIN_API_KEY: adminKey,
      RATE_LIMIT_PER_KEY: '100000',
      ...environment,
    },
  });
  const said = await child.says('Listening on ');
  const address = said.slice('Listening on '.length).trim();

  async function call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const response = await fetch(`${address}${path}`, {
      method,
      headers: {
        'X-API-Key': options.key ?? adminKey,
        ...(options.body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }

  return {
    address,
    pid: child.process.pid ?? 0,
    call,
    async data(method, path, options) {
      const answer = await call(method, path, options);
      if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return (answer.body as { data: unknown }).data;
    },
    kill: (signal) => child.kill(signal),
    async stop() {
      child.process.kill('SIGTERM');
      return (await child.exited).code;
    },
  };
}
