import type { EventName } from '../../events.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import { newId } from '../../platform/ids.ts';
import type { OutboundHttp } from '../../platform/outbound-http.ts';
import type { Secrets } from '../../platform/secrets.ts';
import { attempt } from './attempt.ts';
import { verdictOf } from './verdict.ts';
import { signingSecrets } from './webhook-secrets.ts';
import { webhookNotFound, type Webhooks } from './registry.ts';
import { findSecrets } from './webhooks.store.ts';

/** What an endpoint answered to a test. */
export interface TestResult {
  delivered: boolean;
  eventId: string;
  at: Date;
  durationMs: number;
  /** Of HTTP; null without an answer. */
  status: number | null;
  error: string | null;
  headers: { name: string; value: string }[];
  /** Its first 16 kB; null without one. */
  answer: string | null;
  /** What was sent. */
  body: string;
}

/** Sends one delivery now, whether the webhook is active or not. It is no event: nothing is stored and nothing repeated. */
export interface WebhookTest {
  /** Throws `webhook.not_found`. */
  send(id: string, event: EventName, accountId: string | undefined, signal: AbortSignal): Promise<TestResult>;
}

export interface WebhookTestOptions {
  database: Database;
  webhooks: Pick<Webhooks, 'get'>;
  /** The data of an event as an example. */
  sampleOf: (event: EventName) => object;
  http: OutboundHttp;
  secrets: Secrets;
  clock: Clock;
}

/** Tests are not counted among the events of the account. */
const noSequence = 0;

export function createWebhookTest(options: WebhookTestOptions): WebhookTest {
  const { database, secrets, clock } = options;
  return {
    async send(id, event, accountId, signal) {
      const webhook = await options.webhooks.get(id, accountId);
      const stored = await findSecrets(database, id);
      if (!stored) throw webhookNotFound();
      const now = clock.now();
      const eventId = newId('evt', now);
      const body = JSON.stringify({
        id: eventId,
        event,
        names: [event],
        timestamp: now.toISOString(),
        accountId: webhook.accountId,
        sequence: noSequence,
        data: options.sampleOf(event),
      });
      const request = {
        ...webhook,
        secrets: signingSecrets({ ...stored, webhookId: id }, secrets, now),
        eventId,
        event,
        number: 1,
        body,
      };
      const { at, durationMs, outcome, headers, answer } = await attempt(request, options, signal);
      const { status, error } = verdictOf(outcome, 1, { now, random: Math.random });
      const answered = outcome.kind === 'answered';
      return {
        delivered: status === 'delivered',
        eventId,
        at,
        durationMs,
        status: answered ? outcome.status : null,
        error,
        headers: Array.from(headers, ([name, value]) => ({ name, value })),
        answer: answered ? answer : null,
        body,
      };
    },
  };
}
