import type { Clock } from '../../platform/clock.ts';
import { type Database, isUnavailable, type Transaction } from '../../platform/database.ts';
import { errorMessage } from '../../platform/errors.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import type { Log } from '../../platform/log.ts';
import { backoffMs, type Random } from '../../platform/retry.ts';
import type { Notifications } from '../notifications/notifications.ts';
import {
  type AttemptResult,
  type HealthChange,
  type HealthState,
  recordAttempts,
  recordHealth,
} from './attempts.store.ts';
import { settingsTopic } from './topics.ts';
import { pauseWebhook } from './webhooks.store.ts';
import type { PausedReason } from './webhook.ts';

export interface Result extends AttemptResult {
  gone: boolean;
  /** False where it says nothing about the endpoint, which had no part in it. */
  contacted: boolean;
  /** Until when the endpoint asked to be left alone. */
  notBefore: Date | null;
}

/** Stores how attempts ended: what ends while others are being stored goes together, and waits out a database that is away. */
export interface Results {
  /** Resolves once it is stored; never when that was given up. */
  store(result: Result): Promise<void>;
  /** The process ends: what could not be stored until now is not, so that it is delivered again. */
  giveUp(): void;
}

export interface ResultsOptions {
  database: Database;
  events: EventBus;
  notifications: Pick<Notifications, 'notify'>;
  clock: Clock;
  random: Random;
  log: Log;
}

const holdBackoff = { baseMs: 50, capMs: 2_000 };
const mostAtOnce = 500;
/** So long without a success since the first failure, and a webhook is paused. */
const patienceMs = 5 * 24 * 60 * 60 * 1_000;

interface Waiting {
  result: Result;
  done: () => void;
}

export function createResults(options: ResultsOptions): Results {
  const { database, clock, log } = options;
  const waiting: Waiting[] = [];
  const givenUp = new AbortController();
  let writing = false;

  async function writeAll(): Promise<void> {
    for (let attempt = 0; waiting.length > 0 && !givenUp.signal.aborted;) {
      const batch = waiting.slice(0, mostAtOnce);
      try {
        await write(batch.map(({ result }) => result));
        waiting.splice(0, batch.length);
        attempt = 0;
        for (const { done } of batch) done();
      } catch (error) {
        // Two processes may have taken the same webhooks in another order; everything else may go well later too.
        if (!isUnavailable(error)) log.error('Attempts of deliveries could not be stored', { error });
        else if (attempt === 0) log.warn('Attempts of deliveries are held', { reason: errorMessage(error) });
        await clock.sleep(backoffMs(attempt, holdBackoff, options.random), givenUp.signal).catch(() => undefined);
        attempt += 1;
      }
    }
    writing = false;
  }

  async function write(results: readonly Result[]): Promise<void> {
    await database.transaction(async (tx) => {
      const [states] = await Promise.all([recordHealth(tx, healthChanges(results)), recordAttempts(tx, results)]);
      for (const state of states) await pauseWhereOver(tx, state, results);
      const active = new Set(states.flatMap((state) => (state.active ? state.id : [])));
      tx.afterCommit(() => {
        for (const { id } of states) options.events.announce(`webhook:${id}`);
        // Another instance may have deleted or paused it.
        for (const { webhookId } of results) {
          if (!active.has(webhookId)) options.events.announce(`${settingsTopic}${webhookId}`);
        }
      });
    });
  }

  async function pauseWhereOver(tx: Transaction, state: HealthState, results: readonly Result[]): Promise<void> {
    const reason = reasonToPause(state, results, clock.now());
    if (!state.active || !reason || !(await pauseWebhook(tx, state.id, reason))) return;
    await options.notifications.notify(tx, {
      accountId: state.accountId,
      kind: 'webhook.paused',
      sentence: sentences[reason],
      path: `/webhooks/${state.id}`,
    });
    tx.afterCommit(() => log.warn('A webhook was paused', { id: state.id, accountId: state.accountId, reason }));
  }

  return {
    store(result) {
      const stored = new Promise<void>((done) => waiting.push({ result, done }));
      if (!writing) {
        writing = true;
        // What ends in the same turn of the event loop goes along.
        setImmediate(() => void writeAll());
      }
      return stored;
    },
    giveUp: () => givenUp.abort(new Error('The server is stopping')),
  };
}

const sentences = {
  gone: 'A webhook was paused: its endpoint answered 410 Gone.',
  failing: 'A webhook was paused: its endpoint has taken nothing for five days.',
} as const;

function reasonToPause(
  { id, firstFailureAt }: HealthState,
  results: readonly Result[],
  now: Date,
): Exclude<PausedReason, 'by_hand'> | undefined {
  if (results.some(({ webhookId, gone }) => webhookId === id && gone)) return 'gone';
  if (firstFailureAt && now.getTime() - firstFailureAt.getTime() >= patienceMs) return 'failing';
  return undefined;
}

function healthChanges(results: readonly Result[]): HealthChange[] {
  const webhookIds = [...new Set(results.map(({ webhookId }) => webhookId))];
  return webhookIds.map((webhookId) => {
    const ofIt = results.filter((result) => result.webhookId === webhookId && result.contacted);
    const lastSuccess = ofIt.findLastIndex(({ status }) => status === 'delivered');
    const failed = ofIt.filter(({ status }) => status !== 'delivered');
    const trailing = ofIt.slice(lastSuccess + 1);
    return {
      webhookId,
      succeeded: ofIt.length - failed.length,
      failed: failed.length,
      trailing: trailing.length,
      firstFailureAt: trailing[0]?.at ?? null,
      lastFailureAt: failed.at(-1)?.at ?? null,
      lastSuccessAt: ofIt[lastSuccess]?.at ?? null,
      notBefore: latest(ofIt.flatMap(({ notBefore }) => notBefore ?? [])),
    };
  });
}

function latest(dates: readonly Date[]): Date | null {
  return dates.reduce<Date | null>((last, date) => (last && last >= date ? last : date), null);
}
