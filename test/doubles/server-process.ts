import { adminKey, type Calls, callsTo } from './calls.ts';
import { runChild } from './child-process.ts';

export interface ServerProcess extends Calls {
  readonly address: string;
  readonly pid: number;
  kill(signal: NodeJS.Signals): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** The built server in a process of its own, on a free port. */
export async function startServerProcess(environment: Record<string, string>): Promise<ServerProcess> {
  const { PATH = '', HOME = '' } = process.env;
  const child = runChild('../../dist/main.js', [], {
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
  return {
    address,
    ...callsTo(address),
    pid: child.process.pid ?? 0,
    kill: (signal) => child.kill(signal),
    async stop() {
      child.process.kill('SIGTERM');
      return (await child.exited).code;
    },
  };
}
