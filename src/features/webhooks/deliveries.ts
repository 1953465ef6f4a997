import type { Actor } from '../../platform/actor.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Transaction } from '../../platform/database.ts';
import { AppError, invalidField } from '../../platform/errors.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { Audit } from '../audit/audit.ts';
import {
  countDeadErrors,
  endHold,
  type ErrorCount,
  findDelivery,
  listAttempts,
  listDeliveries,
  replayEvents,
  retryDead,
  retryDelivery,
  type TimeRange,
} from './deliveries.store.ts';
import {
  type Attempt,
  type Delivery,
  deliveryKey,
  deliveryNotFound,
  deliveryOf,
  type DeliveryStatus,
} from './delivery.ts';
import { deliveryTopic } from './topics.ts';
import { mostWaiting, type Webhook } from './webhook.ts';
import type { Webhooks } from './registry.ts';

export interface DeliveryList {
  /** Of the newest events first. */
  deliveries: Delivery[];
  /** The place of what follows; null at the end. */
  nextSequence: number | null;
}

/** A delivery with the exact bytes of its body, null until a file that goes with it was read, and every attempt. */
export interface DeliveryDetails extends Delivery {
  body: string | null;
  log: Attempt[];
}

/**
 * What became of the deliveries of webhooks, for 7 days after they ended. Throws `webhook.not_found` and
 * `delivery.not_found`, also for those of another account where `accountId` is given; `webhook.paused` where something is
 * to be sent and cannot.
 */
export interface Deliveries {
  list(
    webhookId: string,
    filter: { status: DeliveryStatus | undefined; beforeSequence: number | undefined; limit: number },
    accountId: string | undefined,
  ): Promise<DeliveryList>;
  get(id: string, accountId: string | undefined): Promise<DeliveryDetails>;
  /** Why deliveries were given up, the ten most frequent reasons. */
  deadErrors(webhookId: string): Promise<ErrorCount[]>;
  /** At once and from the beginning of the schedule, whatever became of it. */
  retry(tx: Transaction, id: string, by: By): Promise<Delivery>;
  /** The same of all that were given up, of events within this time. Returns how many there are. */
  retryDead(tx: Transaction, webhookId: string, range: Partial<TimeRange>, by: By): Promise<number>;
  /**
   * What happened within this time and the webhook wants, whether it got it or not, under the same ids. Returns how much
   * that is; 422 where it is more than may wait.
   */
  replay(tx: Transaction, webhookId: string, range: TimeRange, by: By): Promise<number>;
}

interface By {
  accountId: string | undefined;
  actor: Actor;
}

export interface DeliveriesOptions {
  database: Database;
  webhooks: Pick<Webhooks, 'get'>;
  accounts: Pick<Accounts, 'get'>;
  audit: Pick<Audit, 'record'>;
  events: EventBus;
  clock: Clock;
}

export function createDeliveries(options: DeliveriesOptions): Deliveries {
  const { database, webhooks, events, clock } = options;

  async function active(tx: Transaction, webhookId: string, accountId: string | undefined): Promise<Webhook> {
    const webhook = await webhooks.get(webhookId, accountId, tx);
    if (!webhook.active) throw paused();
    return webhook;
  }

  async function begin(
    tx: Transaction,
    webhook: Webhook,
    actor: Actor,
    details: Record<string, number | string>,
  ): Promise<void> {
    await endHold(tx, webhook.id);
    const account = await options.accounts.get(webhook.accountId, tx);
    await options.audit.record(tx, {
      actor,
      action: 'webhook.sent_again',
      account,
      details: { webhook: webhook.id, ...details },
    });
    tx.afterCommit(() => {
      events.announce(`${deliveryTopic}${webhook.id}`);
      events.announce(`webhook:${webhook.id}`);
    });
  }

  return {
    async list(webhookId, filter, accountId) {
      await webhooks.get(webhookId, accountId);
      const rows = await listDeliveries(database, { ...filter, webhookId, limit: filter.limit + 1 });
      const page = rows.slice(0, filter.limit);
      const nextSequence = rows.length > filter.limit ? (page.at(-1)?.sequence ?? null) : null;
      return { deliveries: page.map(deliveryOf), nextSequence };
    },

    async get(id, accountId) {
      const key = deliveryKey(id);
      const row = await findDelivery(database, key);
      if (!row || (accountId !== undefined && row.accountId !== accountId)) throw deliveryNotFound();
      return { ...deliveryOf(row), body: row.body, log: await listAttempts(database, key) };
    },

    deadErrors: (webhookId) => countDeadErrors(database, webhookId, 10),

    async retry(tx, id, { accountId, actor }) {
      const key = deliveryKey(id);
      const row = await findDelivery(tx, key);
      if (!row || (accountId !== undefined && row.accountId !== accountId)) throw deliveryNotFound();
      const webhook = await active(tx, key.webhookId, accountId);
      await retryDelivery(tx, key, clock.now());
      await begin(tx, webhook, actor, { deliveries: 1 });
      const again = await findDelivery(tx, key);
      if (!again) throw deliveryNotFound();
      return deliveryOf(again);
    },

    async retryDead(tx, webhookId, range, { accountId, actor }) {
      const webhook = await active(tx, webhookId, accountId);
      const count = await retryDead(tx, webhookId, range, clock.now());
      await begin(tx, webhook, actor, { deliveries: count });
      return count;
    },

    async replay(tx, webhookId, range, { accountId, actor }) {
      const webhook = await active(tx, webhookId, accountId);
      const room = Math.max(0, mostWaiting - webhook.waiting);
      const count = await replayEvents(tx, webhookId, range, { at: clock.now(), limit: room + 1 });
      if (count > room) throw invalidField('from', `and to hold more than the ${room} events that may wait now`);
      await begin(tx, webhook, actor, { deliveries: count });
      return count;
    },
  };
}

function paused(): AppError {
  return new AppError('webhook.paused', {
    status: 409,
    detail: 'This webhook is paused. Switch it on first: what waits for it is sent then.',
  });
}
