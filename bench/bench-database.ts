import { tmpdir } from 'node:os';
import { systemClock as clock } from '../src/platform/clock.ts';
import { connectionFromUrl, type ConnectionSettings } from '../src/platform/database-connection.ts';
import { createDatabase, type Queryable } from '../src/platform/database.ts';
import { createEmbeddedPostgres } from '../src/platform/embedded-postgres.ts';
import { newDataFolder, removeDataFolder } from '../test/doubles/data-folder.ts';
import { databaseUrl } from '../test/doubles/database-url.ts';
import { createDelayProxy } from '../test/doubles/delay-proxy.ts';
import { postgresProcessesIn } from '../test/doubles/postgres-processes.ts';
import { createRecordingLog } from '../test/doubles/recording-log.ts';
import type { BenchOptions } from './bench-options.ts';
import { cpuMsOf } from './process-use.ts';

export interface BenchDatabase {
  /** `DATABASE_URL` for the server. */
  readonly url: string;
  /** Past the proxy, for counting what is stored. */
  readonly queries: Queryable;
  /** How often the server has waited; undefined without a proxy. */
  roundTrips(): number | undefined;
  /** Of all its processes; undefined when it is not ours. */
  cpuMs(): Promise<number | undefined>;
  stop(): Promise<void>;
}

interface Cluster {
  connection: ConnectionSettings;
  /** Absent when it is not ours. */
  folder?: string;
  stop(): Promise<void>;
}

/** The same program and settings as the server's own embedded database, as a neighbour whose processor time is known. */
async function startCluster(): Promise<Cluster> {
  const folder = await newDataFolder(tmpdir());
  const postgres = createEmbeddedPostgres({ dataDirectory: folder, clock, log: createRecordingLog() });
  await postgres.start();
  return {
    connection: postgres.connection(),
    folder,
    async stop() {
      await postgres.stop();
      await removeDataFolder(folder);
    },
  };
}

function urlOf(connection: ConnectionSettings): string {
  const { host, port, user, password, database } = connection;
  if (host.startsWith('/')) return databaseUrl(connection);
  return `postgresql://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}`;
}

export async function startBenchDatabase(options: BenchOptions): Promise<BenchDatabase> {
  const { databaseDelayMs: delayMs, databaseUrl: given } = options;
  const cluster: Cluster =
    given === undefined
      ? await startCluster()
      : { connection: connectionFromUrl(given), stop: () => Promise.resolve() };
  const { connection: target, folder } = cluster;
  const proxy = delayMs > 0 ? await createDelayProxy({ target, delayMs }) : undefined;
  const database = createDatabase({ connection: () => target, clock, log: createRecordingLog(), maxConnections: 1 });
  await database.start();
  return {
    url: proxy ? urlOf(proxy.connection) : (given ?? urlOf(target)),
    queries: database,
    roundTrips: () => proxy?.roundTrips,
    async cpuMs() {
      if (folder === undefined) return undefined;
      const used = await Promise.all((await postgresProcessesIn(folder)).map(cpuMsOf));
      return used.reduce((sum, each) => sum + each, 0);
    },
    async stop() {
      await database.stop();
      await proxy?.close();
      await cluster.stop();
    },
  };
}
