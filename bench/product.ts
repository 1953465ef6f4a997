import { tmpdir } from 'node:os';
import { type Api, apiOf } from '../test/doubles/api.ts';
import { newDataFolder, removeDataFolder } from '../test/doubles/data-folder.ts';
import { environmentOf } from '../test/doubles/network-environment.ts';
import { type ServerProcess, startServerProcess } from '../test/doubles/server-process.ts';
import type { SimulatorProcess } from '../test/doubles/simulator-process.ts';
import { type BenchDatabase, startBenchDatabase } from './bench-database.ts';
import type { BenchOptions } from './bench-options.ts';

export interface LinkedAccount {
  id: string;
  apiKey: string;
  number: string;
}

/** The built server with its database, on the simulated network. */
export interface Product {
  readonly server: ServerProcess;
  readonly api: Api;
  readonly database: BenchDatabase;
  /** Links an account, unpaced, to each of the numbers. */
  link(numbers: readonly string[]): Promise<LinkedAccount[]>;
  /** Ends the server as a deploy does and starts it again; resolves once it listens. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const linkedAtOnce = 4;
export const encryptionKey = 'the encryption key of the benchmarks, 32 and more';

export async function startProduct(
  simulator: SimulatorProcess,
  options: BenchOptions,
  more: Record<string, string> = {},
): Promise<Product> {
  const database = await startBenchDatabase(options);
  const folder = await newDataFolder(tmpdir());
  const environment = {
    ...environmentOf(simulator),
    DATA_DIR: folder,
    DATABASE_URL: database.url,
    ENCRYPTION_KEY: encryptionKey,
    RATE_LIMIT_PER_KEY: '1000000',
    ...more,
  };
  let server: ServerProcess;
  try {
    server = await startServerProcess(environment);
  } catch (error) {
    await database.stop();
    throw error;
  }
  const api = (): Api => apiOf(server);

  async function linkOne(number: string): Promise<LinkedAccount> {
    const { id, apiKey } = await api().createAccount(number, 'whatsapp', { pacing: { preset: 'unpaced' } });
    await simulator.control.phone(number).scan(await api().qr(id));
    await api().becomes(id, 'ready');
    return { id, apiKey, number };
  }

  return {
    get server() {
      return server;
    },
    get api() {
      return api();
    },
    database,
    async link(numbers) {
      const linked: LinkedAccount[] = [];
      for (let index = 0; index < numbers.length; index += linkedAtOnce) {
        linked.push(...(await Promise.all(numbers.slice(index, index + linkedAtOnce).map(linkOne))));
      }
      return linked;
    },
    async restart() {
      await server.stop();
      server = await startServerProcess(environment);
    },
    async stop() {
      await server.stop();
      await database.stop();
      await removeDataFolder(folder);
    },
  };
}
