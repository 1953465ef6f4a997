import type { Channel } from '../../channels/channel.ts';
import { type Clock, endsWithin } from '../../platform/clock.ts';
import { type Database, isUnavailable, type Transaction } from '../../platform/database.ts';
import { isAppError } from '../../platform/errors.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import type { Log } from '../../platform/log.ts';
import { backoffMs, type Random } from '../../platform/retry.ts';
import type { MessageRow } from './message.ts';
import { announceChange, statusOccurrence } from './message-events.ts';
import { bucketAfter, depart, departuresToLookAt, nextDepartureMs, type Pace } from './pacing.ts';
import { claimNext, lastDepartures, listUnconfirmed, markFailed, markSent } from './queue.store.ts';

export interface DispatcherOptions {
  accountId: string;
  channel: Channel;
  database: Database;
  events: EventBus;
  /** The account's present pace; asked at each look at the queue, and a change wakes the loop. */
  pace(): Promise<Pace | undefined>;
  timings: DispatcherTimings;
  clock: Clock;
  random: Random;
  log: Log;
}

export interface DispatcherTimings {
  /** How long a loop with nothing to do waits to be woken. */
  idleMs: number;
  /** Messages of one account under way at once, each in another chat. */
  underWay: number;
}

/** Sends one online account's queue through its channel until it is stopped. */
export interface Dispatcher {
  start(): void;
  wake(): void;
  /** Claims nothing more, lets what is under way have its result for so long, and resolves when nothing is left. */
  stop(options: { drainMs: number }): Promise<void>;
}

const errorPauseMs = 1_000;
const retryBackoff = { baseMs: 500, capMs: 10_000 };
const holdBackoff = { baseMs: 100, capMs: 2_000 };

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { accountId, channel, database, events, timings, clock, log } = options;
  const claiming = new AbortController();
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  let wakeUp = new AbortController();
  let running: Promise<void> | undefined;
  let unlisten: (() => void) | undefined;
  /** undefined while the account is not paced. */
  let bucket: { pace: Pace; fullAt: number } | undefined;

  async function run(): Promise<void> {
    for (const row of await holding(() => listUnconfirmed(database, accountId))) launch(row);
    for (;;) {
      const asleep = wakeUp;
      const waitMs = await sendWhatMay().catch(lookAgain);
      await clock.sleep(waitMs, AbortSignal.any([claiming.signal, asleep.signal])).catch(() => undefined);
      claiming.signal.throwIfAborted();
    }
  }

  function lookAgain(error: unknown): number {
    if (!claiming.signal.aborted) log.error('The queue of an account could not be read', { accountId, error });
    return errorPauseMs;
  }

  /** Launches every message that may leave now; returns how long to wait for the next look. */
  async function sendWhatMay(): Promise<number> {
    await adoptPace(await holding(() => options.pace()));
    while (underWay.size < timings.underWay && !claiming.signal.aborted) {
      const nowMs = clock.now().getTime();
      const delayMs = bucket ? nextDepartureMs(bucket.pace, bucket.fullAt, nowMs) - nowMs : 0;
      if (delayMs > 0) return Math.min(delayMs, timings.idleMs);
      const row = await holding(() => claimNext(database, accountId));
      if (!row) break;
      events.announce(`messages:${accountId}`);
      launch(row);
    }
    return timings.idleMs;
  }

  async function adoptPace(pace: Pace | undefined): Promise<void> {
    if (!pace) {
      bucket = undefined;
      return;
    }
    if (bucket?.pace.intervalMs === pace.intervalMs && bucket.pace.burst === pace.burst) return;
    const departures = await holding(() => lastDepartures(database, accountId, departuresToLookAt));
    const departuresMs = departures.map((at) => at.getTime());
    bucket = { pace, fullAt: bucketAfter(pace, departuresMs) };
  }

  function launch(row: MessageRow): void {
    if (bucket) bucket.fullAt = depart(bucket.pace, bucket.fullAt, clock.now().getTime());
    const sending = deliver(row)
      .catch((error: unknown) => {
        if (!stopping.signal.aborted) log.error('A message could not be dispatched', { accountId, id: row.id, error });
      })
      .finally(() => {
        underWay.delete(sending);
        wake();
      });
    underWay.add(sending);
  }

  /** Delivers one message, unless its row gets a result from elsewhere: a receipt that was quicker, or its expiry. */
  async function deliver(row: MessageRow): Promise<void> {
    const overtaken = new AbortController();
    const unlisten = events.listen(`message:${row.id}`, () => overtaken.abort());
    try {
      await tryUntilSettled(row, AbortSignal.any([stopping.signal, overtaken.signal]));
    } catch (error) {
      if (!overtaken.signal.aborted) throw error;
    } finally {
      unlisten();
    }
  }

  /** Tries under the same id until there is a result; an unknown one stays `sending` for the next connection. */
  async function tryUntilSettled(row: MessageRow, signal: AbortSignal): Promise<void> {
    const { id, remoteId } = row;
    const content = { type: 'text' as const, text: row.text ?? '' };
    for (let attempt = 0; ; attempt += 1) {
      try {
        await channel.send({ remoteId, to: row.toJid ?? row.chatJid, content }, signal);
        await record((tx) => markSent(tx, id));
        return;
      } catch (error) {
        signal.throwIfAborted();
        if (!isAppError(error)) throw error;
        if (!error.retryable) {
          const { code, message } = error;
          await record((tx) => markFailed(tx, id, { code, message, retryable: false }));
          return;
        }
        log.info('A message has no result yet', { accountId, id, attempt, code: error.code });
        const waitMs = error.code === 'channel.unconfirmed' ? 0 : backoffMs(attempt, retryBackoff, options.random);
        await clock.sleep(waitMs, signal);
      }
    }
  }

  /** Writes a result and its event, also when the channel has stopped meanwhile. */
  async function record(change: (tx: Transaction) => Promise<MessageRow | undefined>): Promise<void> {
    const write = (): Promise<void> =>
      database.transaction(async (tx) => {
        const row = await change(tx);
        if (!row) return;
        await events.publish(tx, [statusOccurrence(row)]);
        tx.afterCommit(() => announceChange(events, row));
      });
    await repeated(write, stopping.signal);
  }

  /** For what only a loop that goes on needs. */
  async function holding<T>(work: () => Promise<T>): Promise<T> {
    return repeated(work, claiming.signal);
  }

  async function repeated<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        await clock.sleep(backoffMs(attempt, holdBackoff, options.random), signal);
      }
    }
  }

  function wake(): void {
    wakeUp.abort();
    wakeUp = new AbortController();
  }

  return {
    start() {
      // The account's pace may have changed.
      unlisten ??= events.listen(`account:${accountId}`, wake);
      running ??= run().catch((error: unknown) => {
        if (!claiming.signal.aborted) log.error('The send loop of an account stopped', { accountId, error });
      });
    },
    wake,
    async stop({ drainMs }) {
      unlisten?.();
      claiming.abort(new Error('The send loop is stopping'));
      await running;
      await endsWithin(clock, drainMs, Promise.all(underWay));
      stopping.abort(new Error('The send loop has stopped'));
      await Promise.all(underWay);
    },
  };
}
