import { randomBytes } from 'node:crypto';
import { type CallOptions, type Answer } from './calls.ts';
import { owner, type UsedShop } from './linked-shop.ts';
import { waitFor } from './wait-for.ts';
import type { Endpoint } from './webhook-receiver.ts';

export interface WebhookJson {
  id: string;
  accountId: string;
  url: string;
  events: string[];
  active: boolean;
  media: string;
  headers: Record<string, string>;
  timeoutSeconds: number;
  maxInFlight: number;
  health: string;
  healthMessage: string | null;
  pausedReason: string | null;
  lastSuccessAt: string | null;
  successRate24h: number | null;
  waiting: number;
  dead: number;
  secret?: string;
}

export interface DeliveryJson {
  id: string;
  eventId: string;
  event: string;
  status: string;
  attempts: number;
  nextAttemptAt: string | null;
  lastStatus: number | null;
  lastError: string | null;
  replay: boolean;
  body: string;
  log: { number: number; status: number | null; error: string | null; answer: string | null }[];
}

/** A linked shop's webhooks, as a script with the account's own key sees them. */
export interface HookedShop {
  call: (method: string, path: string, options?: CallOptions) => Promise<Answer>;
  /** `data` of a call that must succeed. */
  data: <T>(method: string, path: string, body?: object) => Promise<T>;
  /** A webhook that leads to the endpoint, whose deliveries are verified. */
  hooked: (endpoint: Endpoint, settings?: object) => Promise<WebhookJson & { secret: string }>;
  deliveriesOf: (webhook: { id: string }, query?: string) => Promise<DeliveryJson[]>;
  /** The newest delivery, once it has this status. */
  delivery: (webhook: { id: string }, status: string) => Promise<DeliveryJson>;
  /** A customer whom nobody knows writes; resolves with the network's id. */
  write: (text: string) => Promise<string>;
}

export function hookedShop({ linked, newCustomer }: UsedShop): HookedShop {
  async function data<T>(method: string, path: string, body?: object): Promise<T> {
    const { app, shop } = linked();
    return (await app.data(method, path, { key: shop.apiKey, ...(body && { body }) })) as T;
  }
  const deliveriesOf = ({ id }: { id: string }, query = ''): Promise<DeliveryJson[]> =>
    data('GET', `/api/webhooks/${id}/deliveries${query}`);

  return {
    call(method, path, options) {
      const { app, shop } = linked();
      return app.call(method, path, { key: shop.apiKey, ...options });
    },
    data,
    async hooked(endpoint, settings = {}) {
      const body = { url: endpoint.url, ...settings };
      const webhook = await data<WebhookJson & { secret: string }>('POST', '/api/webhooks', body);
      endpoint.verifyWith([webhook.secret]);
      return webhook;
    },
    deliveriesOf,
    async delivery(webhook, status) {
      let newest: DeliveryJson | undefined;
      await waitFor(async () => ([newest] = await deliveriesOf(webhook))[0]?.status === status);
      return data('GET', `/api/deliveries/${newest?.id}`);
    },
    write: async (text) => (await newCustomer().send({ to: owner, text })).id,
  };
}

/** Where nothing else is. */
export function newPath(): string {
  return `/${randomBytes(6).toString('hex')}`;
}
