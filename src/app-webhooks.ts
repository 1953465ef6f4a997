import type { Accounts } from './features/accounts/accounts.ts';
import type { Audit } from './features/audit/audit.ts';
import { eventSample } from './features/events/events.ts';
import type { MessageMedia } from './features/messages/messages.ts';
import type { Notifications } from './features/notifications/notifications.ts';
import { deliveryRoutes } from './features/webhooks/deliveries.routes.ts';
import { webhookRoutes } from './features/webhooks/webhooks.routes.ts';
import {
  createBacklog,
  createBodies,
  createDeliverer,
  createDeliveries,
  createResults,
  createRetention,
  createWebhooks,
  createWebhookTest,
  type DelivererTimings,
  mostWaiting,
} from './features/webhooks/webhooks.ts';
import type { Clock } from './platform/clock.ts';
import type { Database } from './platform/database.ts';
import type { EventBus } from './platform/event-bus.ts';
import type { Log } from './platform/log.ts';
import type { AllowedHost, OutboundHttp } from './platform/outbound-http.ts';
import type { Probe } from './platform/probe.ts';
import type { Random } from './platform/retry.ts';
import type { Secrets } from './platform/secrets.ts';

export interface WebhookTimings extends DelivererTimings {
  /** How long a connection to an endpoint waits for another delivery. */
  keepConnectionsMs: number;
  /** How often is looked whether too much waits for a webhook. */
  backlogMs: number;
  /** How often deliveries of long ago are removed. */
  sweepMs: number;
}

export interface WebhookPartsOptions {
  database: Database;
  secrets: Secrets;
  events: EventBus;
  accounts: Accounts;
  audit: Audit;
  notifications: Notifications;
  /** Of messages. */
  files: MessageMedia;
  http: OutboundHttp;
  allowedHosts: readonly AllowedHost[];
  alone: boolean;
  timings: WebhookTimings;
  probe: Probe;
  clock: Clock;
  random: Random;
  log: Log;
}

/** Webhooks and what brings them their deliveries. */
export function createWebhookParts(options: WebhookPartsOptions) {
  const { timings } = options;
  const webhooks = createWebhooks(options);
  const deliveries = createDeliveries({ ...options, webhooks });
  const webhookTest = createWebhookTest({ ...options, webhooks, sampleOf: (event) => eventSample(event).data });
  const bodies = createBodies(options);
  const results = createResults(options);
  return {
    webhooks,
    deliveries,
    webhookTest,
    routes: [...webhookRoutes(webhooks), ...deliveryRoutes(deliveries, webhookTest)],
    services: [
      createRetention({ ...options, intervalMs: timings.sweepMs }),
      createBacklog({ ...options, mostWaiting, intervalMs: timings.backlogMs }),
      createDeliverer({ ...options, bodies, results }),
    ],
  };
}
