import { type Clock, endsWithin, waitEnded } from '../../platform/clock.ts';
import { type Database, isUnavailable } from '../../platform/database.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import type { Service } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import type { OutboundHttp } from '../../platform/outbound-http.ts';
import type { Probe } from '../../platform/probe.ts';
import type { Random } from '../../platform/retry.ts';
import type { Secrets } from '../../platform/secrets.ts';
import { attempt, type Attempted } from './attempt.ts';
import { type ClaimedDelivery, claimDeliveries, releaseAll, releaseDeliveries } from './attempts.store.ts';
import type { Bodies } from './bodies.ts';
import type { DeliveryKey } from './delivery.ts';
import { createLines, type UnderWay } from './lines.ts';
import { type Result, type Results } from './results.ts';
import { deliveryTopic, goneTopic, settingsTopic } from './topics.ts';
import { verdictOf } from './verdict.ts';
import { openHeaders, urlPlace } from './webhook.ts';
import { signingSecrets } from './webhook-secrets.ts';

export interface DelivererOptions {
  database: Database;
  http: OutboundHttp;
  bodies: Bodies;
  results: Results;
  secrets: Secrets;
  events: EventBus;
  /** No other process can be alive on this database. */
  alone: boolean;
  timings: DelivererTimings;
  probe: Probe;
  clock: Clock;
  random: Random;
  log: Log;
}

export interface DelivererTimings {
  /** How often is looked for what is due, when nothing wakes it. */
  pollMs: number;
  /** How long a stop waits for attempts that are under way. */
  drainMs: number;
}

/** How much of an answer is kept of an attempt that succeeded. */
const keptOnSuccess = 1_000;

/** Attempts what is due, of all accounts: whoever claims a delivery attempts it, so that no instance has to own any. */
export function createDeliverer(options: DelivererOptions): Service {
  const { database, clock, log, timings } = options;
  const stopping = new AbortController();
  const lines = createLines({ begin: launch, wake, freed, clock });
  /** Webhooks that may have something to do. */
  const woken = new Set<string>();
  /** Webhooks that changed since the claim began that is under way: it may have read them as they were. */
  const changed = new Set<string>();
  /** There may have been no place for all that is due: as soon as there is one, all is looked at. */
  let isCrowded = false;
  let looksAtAll = true;
  let lookedAtMs = 0;
  let wakeUp = new AbortController();
  let running: Promise<void> | undefined;

  function wake(webhookId: string): void {
    woken.add(webhookId);
    wakeUp.abort(waitEnded);
  }

  function follow(topic: string): void {
    if (topic.startsWith(deliveryTopic)) wake(topic.slice(deliveryTopic.length));
    if (topic.startsWith(settingsTopic)) {
      const id = topic.slice(settingsTopic.length);
      changed.add(id);
      void giveBack(lines.giveBack(id));
    }
    if (!topic.startsWith(goneTopic)) return;
    const id = topic.slice(goneTopic.length);
    for (const each of lines.underWay(id)) each.ending.abort(new Error('The webhook is deleted'));
  }

  /** What was claimed but does not begin. Where that cannot be said now, the claim ends by itself. */
  async function giveBack(keys: readonly DeliveryKey[]): Promise<void> {
    if (keys.length === 0) return;
    await releaseDeliveries(database, keys).catch(() => undefined);
    for (const { webhookId } of keys) wake(webhookId);
  }

  function freed(): void {
    if (!isCrowded) return;
    isCrowded = false;
    looksAtAll = true;
    wakeUp.abort(waitEnded);
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      wakeUp = new AbortController();
      try {
        await begin();
      } catch (error) {
        if (!isUnavailable(error)) log.error('Deliveries could not be read', { error });
        lookedAtMs = clock.monotonicMs();
      }
      if (wakeUp.signal.aborted) continue;
      // Without a place nothing can begin before an attempt ends, which wakes.
      const pauseMs =
        lines.free() <= 0 ? timings.pollMs : Math.max(0, lookedAtMs + timings.pollMs - clock.monotonicMs());
      await clock.sleep(pauseMs, AbortSignal.any([stopping.signal, wakeUp.signal])).catch(() => undefined);
    }
  }

  /** Of the webhooks that were woken, and of all of them now and then: what is due by time, or what others left behind. */
  async function begin(): Promise<void> {
    await giveBack(lines.giveBackLate());
    const all = looksAtAll || clock.monotonicMs() - lookedAtMs >= timings.pollMs;
    const room = lines.room();
    if (room.count <= 0) isCrowded = true;
    if (room.count <= 0 || (!all && woken.size === 0)) return;
    const webhookIds = [...woken].filter((id) => lines.mayClaim(id));
    woken.clear();
    if (!all && webhookIds.length === 0) return;
    if (all) lookedAtMs = clock.monotonicMs();
    looksAtAll = false;
    changed.clear();
    const claimed = await claimDeliveries(database, {
      ...room,
      webhookIds: all ? undefined : webhookIds,
      at: clock.now(),
    });
    const isAsClaimed = ({ webhookId }: DeliveryKey): boolean => !changed.has(webhookId);
    lines.take(claimed.filter(isAsClaimed));
    void giveBack(claimed.filter((each) => !isAsClaimed(each)));
    isCrowded = claimed.filter(({ turn, most }) => turn <= most).length >= room.count - room.reserved;
  }

  function launch(delivery: ClaimedDelivery): UnderWay {
    const { webhookId, sequence } = delivery;
    const ending = new AbortController();
    const taken = (durationMs: number): void => lines.answered(each, durationMs);
    const done = deliver(delivery, taken, ending.signal).catch((error: unknown) =>
      fail(delivery, error, ending.signal),
    );
    const each: UnderWay = { webhookId, sequence, ending, done };
    return each;
  }

  /** `taken`: told once the endpoint has it, before that is stored. A failure holds its place, because it may be the last. */
  async function deliver(
    delivery: ClaimedDelivery,
    taken: (durationMs: number) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const body = await options.bodies.of(delivery, signal);
    if (body === undefined) {
      await options.results.store(withoutBody(delivery, clock.now()));
      return;
    }
    options.probe('delivery-claimed');
    const attempted = await attempt(
      {
        url: options.secrets.openText(delivery.url, urlPlace(delivery.webhookId)),
        headers: openHeaders(options.secrets, delivery.webhookId, delivery.headers),
        secrets: signingSecrets(delivery, options.secrets, clock.now()),
        eventId: delivery.eventId,
        event: delivery.event,
        number: delivery.attempts + 1,
        body,
        timeoutSeconds: delivery.timeoutSeconds,
      },
      options,
      signal,
    );
    options.probe('delivery-answered');
    const result = resultOf(delivery, attempted, { now: clock.now(), random: options.random });
    if (result.status === 'delivered') taken(attempted.durationMs);
    else void giveBack(lines.giveBack(delivery.webhookId));
    await options.results.store(result);
  }

  /** What was ended, or found no database, is as if it had not begun. Anything else counts, or it would go on for ever. */
  async function fail(delivery: ClaimedDelivery, error: unknown, signal: AbortSignal): Promise<void> {
    const { webhookId, sequence, accountId } = delivery;
    if (signal.aborted || isUnavailable(error)) {
      await releaseDeliveries(database, [{ webhookId, sequence }]).catch(() => undefined);
      return;
    }
    log.error('A delivery failed', { webhookId, accountId, sequence, error });
    const now = clock.now();
    const outcome = { kind: 'unanswered', error: 'This server could not send it. Its log says why.' } as const;
    const attempted: Attempted = { at: now, durationMs: 0, outcome, headers: new Map(), answer: '' };
    await options.results.store(resultOf(delivery, attempted, { now, random: options.random }));
  }

  return {
    name: 'webhook-deliverer',
    async start() {
      if (running) return;
      if (options.alone) await releaseAll(database);
      options.events.listenToAll(follow, stopping.signal);
      running = run();
    },
    async stop() {
      stopping.abort(new Error('The server is stopping'));
      await running;
      const all = Promise.all([giveBack(lines.giveBackAll()), ...lines.underWay().map(({ done }) => done)]);
      if (!(await endsWithin(clock, timings.drainMs, all))) {
        for (const { ending } of lines.underWay()) ending.abort(new Error('The server is stopping'));
      }
      // Where the database is away, nothing can be stored for as long as that lasts.
      await endsWithin(clock, timings.drainMs, all);
      options.results.giveUp();
    },
  };
}

function resultOf(delivery: ClaimedDelivery, attempted: Attempted, when: { now: Date; random: Random }): Result {
  const { outcome, at, durationMs, answer } = attempted;
  const tries = delivery.tries + 1;
  const verdict = verdictOf(outcome, tries, when);
  const after = (ms: number | null): Date | null => (ms === null ? null : new Date(when.now.getTime() + ms));
  return {
    webhookId: delivery.webhookId,
    sequence: delivery.sequence,
    number: delivery.attempts + 1,
    tries,
    status: verdict.status,
    dueAt: after(verdict.againMs),
    notBefore: after(verdict.holdMs),
    gone: verdict.gone,
    contacted: true,
    at,
    durationMs,
    httpStatus: outcome.kind === 'answered' ? outcome.status : null,
    error: verdict.error,
    answer: verdict.status === 'delivered' ? answer.slice(0, keptOnSuccess) : answer,
  };
}

function withoutBody({ webhookId, sequence, attempts, tries }: ClaimedDelivery, at: Date): Result {
  return {
    webhookId,
    sequence,
    number: attempts + 1,
    tries: tries + 1,
    status: 'dead',
    dueAt: null,
    notBefore: null,
    gone: false,
    contacted: false,
    at,
    durationMs: 0,
    httpStatus: null,
    error: 'The event is older than 7 days and not kept any more.',
    answer: null,
  };
}
