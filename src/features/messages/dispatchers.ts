import type { OpenAct } from '../../channels/acts.ts';
import type { Clock } from '../../platform/clock.ts';
import type { CommitWriter, Lane } from '../../platform/commit-writer.ts';
import type { Database } from '../../platform/database.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import type { Lease } from '../../platform/leases.ts';
import type { Service } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import type { Random } from '../../platform/retry.ts';
import type { Secrets } from '../../platform/secrets.ts';
import { createSweep } from '../../platform/sweep.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { Media } from '../media/media.ts';
import { createActs } from './acts.ts';
import { createDispatcher, type Dispatcher, type DispatcherTimings } from './dispatcher.ts';
import { createOutgoing } from './outgoing.ts';
import { rulesOf } from './pacing-rules.ts';
import { markQueues } from './queue.store.ts';
import { resultKind } from './results.store.ts';

export interface DispatchersOptions {
  accounts: Accounts;
  database: Database;
  writer: CommitWriter;
  events: EventBus;
  secrets: Secrets;
  media: Media;
  openAct: OpenAct;
  timings: DispatchersTimings;
  /** How long somebody is shown typing the shortest text; 0 = not at all. */
  typingBaseMs: number;
  /** Whose midnight begins a day. */
  timeZone: string;
  clock: Clock;
  random: Random;
  log: Log;
}

export interface DispatchersTimings extends DispatcherTimings {
  /** How often the queues are looked at for messages that another process accepted, all accounts in one query. */
  pollMs: number;
  /** How long a stop of the server waits for confirmations. */
  drainMs: number;
}

/** How long the last results may take to be stored. */
const resultsMs = 2_000;

/** One send loop for each account that is online in this process. */
export interface Dispatchers extends Service {
  wake(accountId: string): void;
}

export function createDispatchers(options: DispatchersOptions): Dispatchers {
  const { accounts, log } = options;
  const present = new Map<string, Dispatcher>();
  const turns = new Map<string, Promise<void>>();
  const lanes = new Set<Lane>();
  const result = resultKind(options.events, options.secrets, createActs(options));
  const outgoing = createOutgoing(options);
  let unwatch: (() => void) | undefined;
  let stopping = false;
  /** How the queues looked last. */
  let marks = new Map<string, string>();

  /** Brings the loop in line with the channel; one step at a time for each account. */
  function adjust(accountId: string): void {
    const turn = (turns.get(accountId) ?? Promise.resolve())
      .then(() => bringInLine(accountId))
      .catch((error: unknown) => log.error('The send loop could not be changed', { accountId, error }));
    turns.set(accountId, turn);
    void turn.then(() => {
      if (turns.get(accountId) === turn) turns.delete(accountId);
    });
  }

  async function bringInLine(accountId: string): Promise<void> {
    const running = accounts.running(accountId);
    await present.get(accountId)?.stop({ drainMs: 0 });
    present.delete(accountId);
    if (stopping || running?.channel.state.kind !== 'online') return;
    const dispatcher = createDispatcher({
      ...options,
      ...running,
      accountId,
      lane: openLane(running.lease),
      result,
      outgoing,
      rules: async () => rulesOf(await accounts.get(accountId), options.typingBaseMs, options.clock.now()),
    });
    present.set(accountId, dispatcher);
    dispatcher.start();
  }

  function openLane(lease: Lease): Lane {
    const lane = options.writer.lane(lease);
    lanes.add(lane);
    lane.broken.addEventListener('abort', () => lanes.delete(lane), { once: true });
    return lane;
  }

  /** A database that stays away must not keep the server from stopping. */
  async function giveUpLater(signal: AbortSignal): Promise<void> {
    await options.clock.sleep(options.timings.drainMs + resultsMs, signal);
    for (const lane of lanes) lane.close('The server is stopping');
  }

  const poll = createSweep({
    ...options,
    name: 'queue-poll',
    intervalMs: options.timings.pollMs,
    async sweep() {
      if (present.size === 0) return 0;
      const found = await markQueues(options.database, [...present.keys()]);
      const last = marks;
      marks = new Map(
        found.map(({ accountId, count, lastPosition, restricted }) => [
          accountId,
          `${count} ${lastPosition} ${restricted}`,
        ]),
      );
      for (const [accountId, mark] of marks) if (last.get(accountId) !== mark) present.get(accountId)?.wake();
      return found.length;
    },
  });

  return {
    name: 'dispatchers',
    async start() {
      unwatch = accounts.watchChannels(adjust);
      await poll.start();
    },
    async stop() {
      stopping = true;
      await poll.stop();
      unwatch?.();
      const stopped = new AbortController();
      void giveUpLater(stopped.signal).catch(() => undefined);
      await Promise.all(turns.values());
      await Promise.all(
        [...present.values()].map((dispatcher) => dispatcher.stop({ drainMs: options.timings.drainMs })),
      );
      present.clear();
      stopped.abort();
    },
    wake: (accountId) => present.get(accountId)?.wake(),
  };
}
