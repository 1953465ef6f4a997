import { join } from 'node:path';
import { type Api, apiOf } from '../doubles/api.ts';
import { adminKey, type Calls, callsTo } from '../doubles/calls.ts';
import { type Child, runChild } from '../doubles/child-process.ts';
import { waitFor } from '../doubles/wait-for.ts';
import { type Faults, measurementLine, type Measurements, measurementSignal } from './faults.ts';

/** The server of the suite in a process of its own. */
export interface Server extends Calls {
  readonly address: string;
  readonly api: Api;
  readonly child: Child;
  measure(): Promise<Measurements>;
  /** SIGKILL; resolves once it is gone. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** Runs what was built; named from the folder of `runChild`. */
export const bootFile = '../faults/boot.mjs';

export function builtFile(name: 'main' | 'simulator'): string {
  return join(import.meta.dirname, '../../dist/faults', `${name}.cjs`);
}

/** Starts it; `startServer(…).listening()` resolves once it takes requests, and rejects when it ends before. */
export function startServer(environment: Record<string, string>, faults: Faults): Child {
  const { PATH = '', HOME = '' } = process.env;
  return runChild(bootFile, [builtFile('main')], {
    keepErrors: true,
    env: {
      PATH,
      HOME,
      PORT: '0',
      HOST: '127.0.0.1',
      LOG_LEVEL: 'info',
      ADMIN_API_KEY: adminKey,
      RATE_LIMIT_PER_KEY: '1000000',
      RATE_LIMIT_PER_ADDRESS: '1000000',
      FAULTS: JSON.stringify(faults),
      ...environment,
    },
  });
}

export async function listening(child: Child): Promise<Server> {
  const address = (await child.says('Listening on ')).slice('Listening on '.length).trim();
  const calls = callsTo(address);
  return {
    ...calls,
    address,
    api: apiOf(calls),
    child,
    async measure() {
      const measured = () => child.lines.filter((line) => line.startsWith(measurementLine));
      const before = measured().length;
      child.process.kill(measurementSignal);
      await waitFor(() => measured().length > before);
      return JSON.parse(measured().at(-1)?.slice(measurementLine.length) ?? '') as Measurements;
    },
    kill: () => child.kill('SIGKILL'),
    async stop() {
      child.process.kill('SIGTERM');
      return (await child.exited).code;
    },
  };
}
