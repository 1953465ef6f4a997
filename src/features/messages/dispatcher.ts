import type { Channel } from '../../channels/channel.ts';
import type { OutgoingMessage } from '../../channels/content.ts';
import { type Clock, endsWithin } from '../../platform/clock.ts';
import type { ChangeKind, Lane } from '../../platform/commit-writer.ts';
import { type Database, isUnavailable } from '../../platform/database.ts';
import { isAppError } from '../../platform/errors.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import type { Lease } from '../../platform/leases.ts';
import type { Log } from '../../platform/log.ts';
import { backoffMs, type Random } from '../../platform/retry.ts';
import { createTurns } from '../../platform/turns.ts';
import type { MessageRow } from './message.ts';
import { createDepartures } from './departures.ts';
import type { PacingRules } from './pacing.ts';
import { listUnconfirmed } from './queue.store.ts';
import type { SendResult } from './results.store.ts';

export interface DispatcherOptions {
  accountId: string;
  channel: Channel;
  lease: Lease;
  /** Where results are stored. */
  lane: Lane;
  result: ChangeKind<SendResult>;
  database: Database;
  events: EventBus;
  /** What a row says, as the channel takes it. */
  outgoing(row: MessageRow, lane: Lane): Promise<Pick<OutgoingMessage, 'content' | 'quoted' | 'mentions'>>;
  /** How fast the account's messages may leave now; a change wakes the loop. */
  rules(): Promise<PacingRules>;
  /** Whose midnight begins a day. */
  timeZone: string;
  timings: DispatcherTimings;
  clock: Clock;
  random: Random;
  log: Log;
}

export interface DispatcherTimings {
  /** How long a loop with nothing to do waits to be woken. */
  idleMs: number;
  /** Messages of one account under way at once. */
  underWay: number;
}

/** Sends one online account's queue through its channel until it is stopped. */
export interface Dispatcher {
  start(): void;
  wake(): void;
  /**
   * Claims nothing more, lets what is under way have its result for so long, and resolves when nothing is left and every
   * result is stored, or the lane is closed.
   */
  stop(options: { drainMs: number }): Promise<void>;
}

const errorPauseMs = 1_000;
const rulesMs = 1_000;
/** A queue in which everything waits for its pace is not looked at for so long, however much is accepted meanwhile. */
const looksApartMs = 100;
const retryBackoff = { baseMs: 500, capMs: 10_000 };
const holdBackoff = { baseMs: 100, capMs: 2_000 };

function hasFile({ content }: MessageRow): boolean {
  return content !== null && 'file' in content;
}

/** Until the next look at the queue. */
interface Pause {
  /** The part in which nothing wakes it. */
  unwokenMs: number;
  waitMs: number;
}

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { accountId, channel, database, events, timings, clock, log, lane } = options;
  const claiming = new AbortController();
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  /** Chats with a message whose first try had no result: the others wait, so that the order stays. */
  const blockedChats = new Map<string, number>();
  /** Of chats in which a file is under way: what comes after it waits until it has its result. */
  const files = createTurns();
  let wakeUp = new AbortController();
  let running: Promise<void> | undefined;
  let unlisten: (() => void) | undefined;
  const departures = createDepartures(options);
  let rules: { present: PacingRules; readMs: number } | undefined;

  async function run(): Promise<void> {
    for (const row of await holding(() => listUnconfirmed(database, accountId))) launch(row, true);
    for (;;) {
      const asleep = wakeUp;
      const { unwokenMs, waitMs } = await sendWhatMay().catch(lookAgain);
      if (unwokenMs > 0) await clock.sleep(unwokenMs, claiming.signal);
      await clock.sleep(waitMs - unwokenMs, AbortSignal.any([claiming.signal, asleep.signal])).catch(() => undefined);
      claiming.signal.throwIfAborted();
    }
  }

  function lookAgain(error: unknown): Pause {
    if (!claiming.signal.aborted) log.error('The queue of an account could not be read', { accountId, error });
    return { unwokenMs: 0, waitMs: errorPauseMs };
  }

  /** Launches every message that may leave now. */
  async function sendWhatMay(): Promise<Pause> {
    // Refilled when half of it is free: a look at the queue for each single message would cost more than the message.
    while (underWay.size <= timings.underWay / 2 && !claiming.signal.aborted) {
      const count = timings.underWay - underWay.size;
      const { rows, waitMs } = await holding(async () =>
        departures.next(
          { rules: await presentRules(), count, blockedChats: [...blockedChats.keys()] },
          claiming.signal,
        ),
      );
      if (rows.length > 0) events.announce(`messages:${accountId}`);
      for (const row of rows) launch(row, false);
      if (waitMs === Infinity) break;
      if (waitMs > 0) {
        const most = Math.min(waitMs, timings.idleMs);
        return { unwokenMs: Math.min(most, looksApartMs), waitMs: most };
      }
    }
    return { unwokenMs: 0, waitMs: timings.idleMs };
  }

  /** Read when the account has changed, and now and then for what another process has changed. */
  async function presentRules(): Promise<PacingRules> {
    const nowMs = clock.monotonicMs();
    if (!rules || nowMs - rules.readMs >= rulesMs) rules = { present: await options.rules(), readMs: nowMs };
    return rules.present;
  }

  function launch(row: MessageRow, again: boolean): void {
    const sending = deliver(row, again)
      .catch((error: unknown) => {
        // Where the account is another's now, the row is that process's to send.
        if (stopping.signal.aborted || lane.broken.aborted) return;
        log.error('A message could not be dispatched', { accountId, id: row.id, error });
      })
      .finally(() => {
        underWay.delete(sending);
        if (underWay.size <= timings.underWay / 2) wake();
      });
    underWay.add(sending);
  }

  /** Delivers one message, unless its row gets a result from elsewhere: a receipt that was quicker, or its expiry. */
  async function deliver(row: MessageRow, again: boolean): Promise<void> {
    const overtaken = new AbortController();
    const unlisten = events.listen(`message:${row.id}`, () => overtaken.abort());
    const signal = AbortSignal.any([stopping.signal, overtaken.signal]);
    const tries = (): Promise<void> => tryUntilSettled(row, again, signal);
    try {
      if (hasFile(row)) await files.take(row.chatJid, tries);
      else await afterFiles(row.chatJid, signal, tries);
    } catch (error) {
      if (!overtaken.signal.aborted) throw error;
    } finally {
      unlisten();
    }
  }

  async function afterFiles(chat: string, signal: AbortSignal, tries: () => Promise<void>): Promise<void> {
    const before = files.pending(chat);
    if (before) await before;
    signal.throwIfAborted();
    await tries();
  }

  /** Tries under the same id until there is a result; an unknown one stays `sending` for the next connection. */
  async function tryUntilSettled(row: MessageRow, again: boolean, signal: AbortSignal): Promise<void> {
    const { remoteId } = row;
    const { content, quoted, mentions } = await options.outgoing(row, lane);
    const to = row.toJid ?? row.chatJid;
    let unblock = again ? block(row.chatJid) : undefined;
    try {
      for (let attempt = 0; ; attempt += 1) {
        try {
          const { original } = await channel.send(
            { remoteId, to, content, quoted, mentions, again: again || attempt > 0 },
            signal,
          );
          record({ id: row.id, error: null, original });
          return;
        } catch (error) {
          signal.throwIfAborted();
          if (!isAppError(error)) throw error;
          if (!error.retryable) {
            record({ id: row.id, error: { code: error.code, message: error.message }, original: null });
            return;
          }
          unblock ??= block(row.chatJid);
          log.info('A message has no result yet', { accountId, id: row.id, attempt, code: error.code });
          const waitMs = error.code === 'channel.unconfirmed' ? 0 : backoffMs(attempt, retryBackoff, options.random);
          await clock.sleep(waitMs, signal);
        }
      }
    } finally {
      unblock?.();
    }
  }

  function block(chat: string): () => void {
    blockedChats.set(chat, (blockedChats.get(chat) ?? 0) + 1);
    return () => {
      const left = (blockedChats.get(chat) ?? 1) - 1;
      if (left > 0) blockedChats.set(chat, left);
      else blockedChats.delete(chat);
      wake();
    };
  }

  /** Stored with what else the account stores; where that cannot be any more, the row stays `sending` and goes again. */
  function record(result: SendResult): void {
    const batch = lane.batch();
    batch.add(options.result, result);
    lane.commit(batch);
  }

  /** For what only a loop that goes on needs. */
  async function holding<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        await clock.sleep(backoffMs(attempt, holdBackoff, options.random), claiming.signal);
      }
    }
  }

  function wake(): void {
    wakeUp.abort();
    wakeUp = new AbortController();
  }

  return {
    start() {
      // The account's pace, or what it may send, may have changed.
      unlisten ??= events.listen(`account:${accountId}`, () => {
        rules = undefined;
        wake();
      });
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
      // The next loop must not find `sending` what has its result already.
      await lane.settled().catch(() => undefined);
      lane.close('The send loop has stopped');
    },
  };
}
