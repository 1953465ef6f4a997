import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import type { Service } from '../../platform/lifecycle.ts';
import type { StoredFiles, StoredUsage } from '../media/media.ts';
import { countAccountsByStatus, countQueue, countWebhooks, ping, type WebhookCounts } from './system.store.ts';

export interface Health {
  status: 'ok' | 'degraded';
  version: string;
  uptimeSeconds: number;
}

interface DatabaseHealth {
  accounts: Record<string, number>;
  queue: { queued: number; sending: number };
  webhooks: WebhookCounts;
  storedFiles: StoredUsage & { limitBytes: number };
  databaseMs: number;
}

/** What the database knows is left out while it does not answer. */
export interface DetailedHealth extends Health, Partial<DatabaseHealth> {
  memory: { rssBytes: number; heapUsedBytes: number };
  eventLoopDelayMs: { p50: number; p99: number };
}

/** What the process knows about itself. */
export interface System extends Service {
  health(): Promise<Health>;
  detailedHealth(): Promise<DetailedHealth>;
  /** Rejects while the database does not answer. */
  ready(): Promise<void>;
}

export function createSystem(options: {
  database: Database;
  storedFiles: Pick<StoredFiles, 'usage'>;
  clock: Clock;
  version: string;
}): System {
  const { database, storedFiles, clock, version } = options;
  const delay = monitorEventLoopDelay({ resolution: 20 });
  const startedAtMs = clock.monotonicMs();

  async function health(): Promise<Health> {
    const isUp = await ping(database).then(
      () => true,
      () => false,
    );
    const uptimeSeconds = Math.floor((clock.monotonicMs() - startedAtMs) / 1000);
    return { status: isUp ? 'ok' : 'degraded', version, uptimeSeconds };
  }

  async function databaseHealth(): Promise<DatabaseHealth> {
    const beforeMs = clock.monotonicMs();
    await ping(database);
    const databaseMs = Math.round(clock.monotonicMs() - beforeMs);
    const accounts = await countAccountsByStatus(database);
    return {
      accounts: Object.fromEntries(accounts.map(({ status, count }) => [status, count])),
      queue: await countQueue(database),
      webhooks: await countWebhooks(database),
      storedFiles: await storedFiles.usage(),
      databaseMs,
    };
  }

  return {
    name: 'system',
    start() {
      delay.enable();
      return Promise.resolve();
    },
    stop() {
      delay.disable();
      return Promise.resolve();
    },
    health,
    async detailedHealth() {
      const { rss, heapUsed } = process.memoryUsage();
      return {
        ...(await health()),
        ...(await databaseHealth().catch(() => undefined)),
        memory: { rssBytes: rss, heapUsedBytes: heapUsed },
        eventLoopDelayMs: { p50: inMs(delay.percentile(50)), p99: inMs(delay.percentile(99)) },
      };
    },
    ready: () => ping(database),
  };
}

function inMs(nanoseconds: number): number {
  return Math.round(nanoseconds / 1e4) / 100;
}
