import { cpuMsOf } from './process-use.ts';
import type { Figure } from './figures.ts';
import type { BenchDatabase } from './bench-database.ts';

/** Of one message, on the average. */
export interface Cost {
  perSecond: number;
  serverCpuMs: number;
  /** Undefined when the database is not ours. */
  databaseCpuMs: number | undefined;
  /** Undefined without a delay. */
  roundTrips: number | undefined;
}

/** A process and the database that it uses. */
export interface Measured {
  server: { pid: number };
  database: Pick<BenchDatabase, 'cpuMs' | 'roundTrips'>;
}

/** Of work that moves so many messages. */
export async function costOf(
  { server, database }: Measured,
  count: number,
  work: () => Promise<unknown>,
): Promise<Cost> {
  const look = async () => ({
    atMs: performance.now(),
    serverCpuMs: await cpuMsOf(server.pid),
    databaseCpuMs: await database.cpuMs(),
    roundTrips: database.roundTrips(),
  });
  const before = await look();
  await work();
  const after = await look();
  const each = (now: number | undefined, then: number | undefined): number | undefined =>
    now === undefined || then === undefined ? undefined : (now - then) / count;
  return {
    perSecond: (count * 1_000) / (after.atMs - before.atMs),
    serverCpuMs: (after.serverCpuMs - before.serverCpuMs) / count,
    databaseCpuMs: each(after.databaseCpuMs, before.databaseCpuMs),
    roundTrips: each(after.roundTrips, before.roundTrips),
  };
}

/** Beside those of bare Baileys: messages a second (20 accounts must also reach `least`), and what each takes. */
export function costFigures(
  work: string,
  cost: Cost,
  bare: { perSecond: number; cpuMs: number },
  goals: { leastRatio: number; least?: number },
): Figure[] {
  const { perSecond, serverCpuMs, databaseCpuMs, roundTrips } = cost;
  const { leastRatio, least } = goals;
  const figures: (Figure | false)[] = [
    { work, unit: '/s', ours: perSecond, bare: bare.perSecond, goal: { leastRatio } },
    least !== undefined && { work, unit: '/s', ours: perSecond, goal: { least } },
    { work: `${work}: processor`, unit: 'ms each', ours: serverCpuMs, bare: bare.cpuMs },
    databaseCpuMs !== undefined && { work: `${work}: processor, Postgres`, unit: 'ms each', ours: databaseCpuMs },
    roundTrips !== undefined && { work: `${work}: waits for the database`, unit: 'each', ours: roundTrips },
  ];
  return figures.filter((figure) => figure !== false);
}
