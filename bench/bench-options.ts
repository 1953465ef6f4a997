import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** How far away the database is, there and back; 0 without a proxy. */
  databaseDelayMs: number;
  /** An empty database to use instead of one that is made for the run. */
  databaseUrl: string | undefined;
  /** How many accounts, messages and times, in relation to the full run. */
  share: number;
}

/** From the command line (`-- --database-delay-ms 20 --share 0.2`) and the environment. */
export function readBenchOptions(): BenchOptions {
  const { values } = parseArgs({
    options: {
      'database-delay-ms': { type: 'string', default: '0' },
      share: { type: 'string', default: '1' },
    },
  });
  return {
    databaseDelayMs: Number(values['database-delay-ms']),
    databaseUrl: process.env['DATABASE_URL'],
    share: Number(values.share),
  };
}

export function shareOf({ share }: BenchOptions, count: number): number {
  return Math.max(1, Math.round(count * share));
}
