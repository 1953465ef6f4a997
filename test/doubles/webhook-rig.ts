import { newWebhookSecret } from '../../src/features/webhooks/signature.ts';
import { headersPlace, secretPlace, urlPlace, type WebhookRow } from '../../src/features/webhooks/webhook.ts';
import {
  createBacklog,
  createBodies,
  createDeliverer,
  createResults,
  deliveryOutlet,
} from '../../src/features/webhooks/webhooks.ts';
import { findWebhook, insertWebhook, type StoredSettings } from '../../src/features/webhooks/webhooks.store.ts';
import type { Results } from '../../src/features/webhooks/results.ts';
import { createNotifications, type NotificationKind } from '../../src/features/notifications/notifications.ts';
import { type Clock, systemClock } from '../../src/platform/clock.ts';
import type { Database } from '../../src/platform/database.ts';
import { createEventBus, type EventBus } from '../../src/platform/event-bus.ts';
import { newId } from '../../src/platform/ids.ts';
import type { Service } from '../../src/platform/lifecycle.ts';
import { createOutboundHttp } from '../../src/platform/outbound-http.ts';
import { createSecrets } from '../../src/platform/secrets.ts';
import { createRecordingLog, type RecordingLog } from './recording-log.ts';
import { openTestDatabase, type TestDatabase } from './test-database.ts';

export interface NewWebhook extends Partial<Omit<StoredSettings, 'url' | 'headers'>> {
  url?: string;
  accountId?: string;
}

export interface DeliveryState {
  webhookId: string;
  sequence: number;
  eventId: string;
  status: string;
  attempts: number;
  tries: number;
  dueAt: Date;
}

/** Webhooks on a database of their own, without the rest of the product: events are published by hand. */
export interface WebhookRig {
  readonly database: TestDatabase;
  readonly events: EventBus;
  readonly log: RecordingLog;
  /** Returns its id. */
  webhook(settings?: NewWebhook): Promise<string>;
  row(id: string): Promise<WebhookRow>;
  /** As many occurrences, each in a transaction of its own unless `together`; with a file where there is a `url` of one. */
  publish(count: number, options?: { accountId?: string; together?: boolean; url?: string }): Promise<void>;
  /** Of a webhook in the order of events. */
  deliveries(webhookId: string): Promise<DeliveryState[]>;
  /** Ids of all events, in their order. */
  eventIds(accountId?: string): Promise<string[]>;
  /** Kinds of what nobody has seen yet. */
  unread(): Promise<NotificationKind[]>;
  backlog(mostWaiting: number): Service;
  /** On another way to the database, or with another clock, where one is given. */
  deliverer(own?: { database?: Database; clock?: Clock }): Service;
  results(): Results;
  close(): Promise<void>;
}

const accounts = ['acc_1', 'acc_2'];

/** `now`: the product's, where a test moves it; what waits goes by real time. */
export async function openWebhookRig({ now = () => new Date() } = {}): Promise<WebhookRig> {
  const clock: Clock = { ...systemClock, now };
  const database = await openTestDatabase();
  for (const id of accounts) {
    await database.execute(
      `INSERT INTO whatsapp_accounts (id, name, kind, status, status_message) VALUES ($1, $1, 'sandbox', 'ready', '')`,
      [id],
    );
  }
  const log = createRecordingLog();
  const events = createEventBus(clock, [deliveryOutlet]);
  const secrets = createSecrets({ key: 'the encryption key of the webhooks, 32 and more' });
  const notifications = createNotifications({ database, events, sweepIntervalMs: 3_600_000, clock, log });
  const shared = { database, events, notifications, secrets, clock, random: Math.random, log };
  let published = 0;
  return {
    database,
    events,
    log,
    async webhook({ url = 'https://example.com/', accountId = 'acc_1', ...settings } = {}) {
      const id = newId('wh', clock.now());
      await database.transaction((tx) =>
        insertWebhook(tx, {
          events: ['message'],
          media: 'link',
          timeoutSeconds: 15,
          maxInFlight: 5,
          active: true,
          ...settings,
          id,
          accountId,
          url: secrets.seal(url, urlPlace(id)),
          headers: secrets.seal('{}', headersPlace(id)),
          secret: secrets.seal(newWebhookSecret(), secretPlace(id)),
        }),
      );
      return id;
    },
    async row(id) {
      const row = await findWebhook(database, id);
      if (!row) throw new Error('There is no such webhook');
      return row;
    },
    async publish(count, { accountId = 'acc_1', together = false, url } = {}) {
      const occurrences = Array.from({ length: count }, () => {
        published += 1;
        const media = url === undefined ? {} : { media: { url } };
        return { accountId, names: ['messages.received', 'message'], data: { text: `text ${published}`, ...media } };
      });
      const groups = together ? [occurrences] : occurrences.map((occurrence) => [occurrence]);
      for (const group of groups) {
        await database.transaction((tx) => {
          events.publish(tx, group);
          return Promise.resolve();
        });
      }
    },
    deliveries: (webhookId) =>
      database.rows<DeliveryState>(
        `SELECT webhook_id AS "webhookId", sequence, event_id AS "eventId", status, attempts, tries, due_at AS "dueAt"
         FROM webhook_delivery_queue WHERE webhook_id = $1 ORDER BY sequence`,
        [webhookId],
      ),
    async eventIds(accountId = 'acc_1') {
      const rows = await database.rows<{ id: string }>(
        'SELECT id FROM events WHERE account_id = $1 ORDER BY sequence',
        [accountId],
      );
      return rows.map(({ id }) => id);
    },
    async unread() {
      const rows = await database.rows<{ kind: NotificationKind }>(
        'SELECT kind FROM notifications WHERE read_at IS NULL',
      );
      return rows.map(({ kind }) => kind);
    },
    backlog: (mostWaiting) => createBacklog({ ...shared, mostWaiting, intervalMs: 20 }),
    deliverer: (own = {}) =>
      createDeliverer({
        ...shared,
        ...own,
        http: createOutboundHttp({
          allowedHosts: [{ host: '127.0.0.1', port: undefined }],
          userAgent: 'test',
          keepConnectionsMs: 5_000,
          clock,
        }),
        // No event of these has a file.
        bodies: createBodies({
          ...shared,
          ...own,
          files: { open: () => Promise.reject(new Error('No files')) },
        }),
        results: createResults({ ...shared, ...own }),
        alone: false,
        timings: { pollMs: 50, drainMs: 200 },
        probe: () => undefined,
      }),
    results: () => createResults(shared),
    close: () => database.close(),
  };
}
