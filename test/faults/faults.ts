import type { AppTimings } from '../../src/app-timings.ts';
import type { Internet } from './internet.ts';

/** What the suite asks of a server's process; travels as JSON in the variable `FAULTS`. */
export interface Faults {
  /** In place of the product's, or of a tenth of them: see `shortened`. */
  readonly waits?: Waits;
  /** By how much `now()` is wrong; what the clock measures is right. */
  readonly clockOffsetMs?: number;
  /** A file with how much more `now()` goes ahead, in ms, for who moves it while the process runs. */
  readonly clockFile?: string;
  /** The process kills itself when it comes to this point for the n-th time. */
  readonly killAt?: { readonly probe: string; readonly hit: number };
  /** In place of the real one. */
  readonly internet?: Internet;
}

/** Only those that differ. */
export interface Waits extends Partial<Omit<AppTimings, 'channel' | 'lease'>> {
  readonly channel?: Partial<Omit<ChannelTimings, 'reconnect'>> & { readonly reconnect?: Partial<ReconnectDelays> };
  readonly lease?: Partial<AppTimings['lease']>;
}
type ChannelTimings = AppTimings['channel'];
type ReconnectDelays = ChannelTimings['reconnect'];

/** A server's process as it sees itself. */
export interface Measurements {
  readonly rssBytes: number;
  /** After a garbage collection. */
  readonly heapBytes: number;
  /** Of the event loop's delay since the last measurement. */
  readonly delayP99Ms: number;
}

/** Asks for a line that begins so, with the measurements as JSON. */
export const measurementSignal = 'SIGUSR2';
export const measurementLine = 'Measured ';

/**
 * A tenth of the waits that the scenarios wait for. The others are bounds that only a broken product comes near, and leases
 * must outlast a busy machine.
 */
export function shortened(timings: AppTimings): AppTimings {
  const { queuePollMs, accountPollMs, channel } = timings;
  return {
    ...timings,
    ...tenths({ queuePollMs, accountPollMs }),
    channel: { ...channel, ...tenths({ settledMs: channel.settledMs }), reconnect: tenths(channel.reconnect) },
  };
}

export function tenths<Values extends object>(waits: Values): Values {
  return Object.fromEntries(Object.entries(waits).map(([name, ms]) => [name, Number(ms) / 10])) as Values;
}

export function withWaits(timings: AppTimings, { channel = {}, lease = {}, ...waits }: Waits): AppTimings {
  const reconnect = { ...timings.channel.reconnect, ...channel.reconnect };
  return {
    ...timings,
    ...waits,
    channel: { ...timings.channel, ...channel, reconnect },
    lease: { ...timings.lease, ...lease },
  };
}
