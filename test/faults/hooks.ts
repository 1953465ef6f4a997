import { rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Endpoint,
  type ScriptedAnswer,
  startWebhookReceiver,
  type WebhookReceiver,
} from '../doubles/webhook-receiver.ts';
import type { LinkedAccount } from './linked-world.ts';
import { openRig, type Rig, type RigOptions, type StartOptions } from './rig.ts';
import type { Server } from './server.ts';
import type { Stage } from './stage.ts';
import { people } from './traffic.ts';

export interface Hook {
  readonly id: string;
  readonly secret: string;
  readonly endpoint: Endpoint;
}

export interface WebhookJson {
  id: string;
  active: boolean;
  health: string;
  pausedReason: string | null;
  waiting: number;
  dead: number;
}

export interface DeliveryJson {
  id: string;
  eventId: string;
  status: string;
  attempts: number;
  nextAttemptAt: string | null;
  lastError: string | null;
}

export interface DeliveryDetailsJson extends DeliveryJson {
  body: string;
  log: { number: number; at: string; status: number | null; error: string | null; answer: string | null }[];
}

/** A rig whose first account has webhooks, and the server that they lead to. */
export interface HookRig extends Rig {
  readonly receiver: WebhookReceiver;
  /** What servers are started with; `forward` moves the clock of those that run. */
  readonly starting: StartOptions;
  /** Makes an endpoint of this name and a webhook that wants every message. */
  hook(server: Server, name: string, settings?: object, ...script: readonly ScriptedAnswer[]): Promise<Hook>;
  /** Has people write so many texts, spread over this time. */
  write(count: number, overMs?: number): Promise<void>;
  /** How many messages are stored with their events. */
  events(): Promise<readonly string[]>;
  webhook(server: Server, hook: Hook): Promise<WebhookJson>;
  /** The newest event first. */
  deliveries(server: Server, hook: Hook, status?: string): Promise<readonly DeliveryJson[]>;
  delivery(server: Server, id: string): Promise<DeliveryDetailsJson>;
  /** Kinds of what people are told. */
  notices(): Promise<readonly string[]>;
  /** The servers' `now()` goes on by so much. */
  forward(ms: number): Promise<void>;
  /** Ends the claims of who is certainly dead, because waiting for that would prove nothing here. */
  endClaims(): Promise<void>;
  /** Nothing waits any more for these. */
  settles(hooks: readonly Hook[], limitMs?: number): Promise<void>;
  /**
   * Every message's event is at the endpoint, repeats with the same bytes, and signed as both official verifiers want it.
   * Returns how many repeats there were.
   */
  judge(hooks: readonly Hook[]): Promise<number>;
}

const event = 'message';
/** Of the product, less the time that only saves a database from being asked. */
const waits = {
  webhooks: { keepConnectionsMs: 5_000, pollMs: 100, drainMs: 5_000, backlogMs: 500, sweepMs: 3_600_000 },
};

export async function openHookRig(stage: Stage, options: RigOptions = {}): Promise<HookRig> {
  const rig = await openRig(stage, options);
  const { account, database, simulator } = rig;
  const receiver = await startWebhookReceiver();
  stage.later(() => receiver.stop());
  const clockFile = join(tmpdir(), `faults-clock-${database.connection.database}`);
  let forwardMs = 0;
  let written = 0;

  async function setClock(): Promise<void> {
    // In one step, so that nobody reads half of it.
    await writeFile(`${clockFile}.new`, String(forwardMs));
    await rename(`${clockFile}.new`, clockFile);
  }
  await setClock();
  stage.later(() => rm(clockFile));

  async function events(): Promise<readonly string[]> {
    const rows = await database.rows<{ id: string }>(
      `SELECT id FROM events WHERE account_id = $1 AND $2 = ANY(names) ORDER BY sequence`,
      [account.id, event],
    );
    return rows.map(({ id }) => id);
  }
  function get(server: Server, path: string): Promise<unknown> {
    return server.data('GET', path, { key: account.apiKey });
  }

  return {
    ...rig,
    receiver,
    starting: { clockFile, waits, environment: { OUTBOUND_ALLOW_HOSTS: '127.0.0.1' } },
    async hook(server, name, settings = {}, ...script) {
      const endpoint = receiver.endpoint(`/${name}`, ...script);
      const body = { url: endpoint.url, events: [event], ...settings };
      const made = (await server.data('POST', `/api/accounts/${account.id}/webhooks`, { body })) as {
        id: string;
        secret: string;
      };
      return { ...made, endpoint };
    },
    async write(count, overMs = 0) {
      for (let index = 0; index < count; index += 1) {
        await writeTo(account, written);
        written += 1;
        if (overMs > 0) await stage.clock.sleep((stage.random() * 2 * overMs) / count);
      }
    },
    events,
    webhook: async (server, { id }) => (await get(server, `/api/webhooks/${id}`)) as WebhookJson,
    async deliveries(server, { id }, status) {
      const query = status === undefined ? '' : `&status=${status}`;
      return (await get(server, `/api/webhooks/${id}/deliveries?limit=200${query}`)) as DeliveryJson[];
    },
    delivery: async (server, id) => (await get(server, `/api/deliveries/${id}`)) as DeliveryDetailsJson,
    async notices() {
      const rows = await database.rows<{ kind: string }>('SELECT kind FROM notifications WHERE read_at IS NULL');
      return rows.map(({ kind }) => kind);
    },
    async forward(ms) {
      forwardMs += ms;
      await setClock();
    },
    async endClaims() {
      await database.execute(`UPDATE webhook_delivery_queue SET claimed_until = now() WHERE claimed_until > now()`);
    },
    async settles(hooks, limitMs = 60_000) {
      const ids = hooks.map(({ id }) => id);
      const left = async (): Promise<number> => {
        const row = await database.one<{ left: number }>(
          `SELECT count(*)::int AS left FROM webhook_delivery_queue WHERE webhook_id = ANY($1) AND status = 'waiting'`,
          [ids],
        );
        return row?.left ?? 0;
      };
      await stage.until('every message is stored', async () => (await events()).length >= written, limitMs);
      await stage.until('nothing waits any more', async () => (await left()) === 0, limitMs);
    },
    async judge(hooks) {
      const happened = await events();
      stage.promise('events', happened.length, written);
      let repeats = 0;
      for (const { endpoint, secret } of hooks) {
        endpoint.verifyWith([secret]);
        const bodies = new Map<string, Buffer>();
        const unlike: string[] = [];
        for (const { headers, body } of endpoint.deliveries) {
          const id = headers['webhook-id'] ?? '';
          const before = bodies.get(id) ?? body;
          if (before !== body) repeats += 1;
          if (!before.equals(body) || (JSON.parse(body.toString()) as { id: string }).id !== id) unlike.push(id);
          bodies.set(id, before);
        }
        const missing = happened.filter((id) => !bodies.has(id));
        stage.promise(`missing at ${endpoint.url}`, missing, []);
        stage.promise('repeats with another body', unlike, []);
        stage.promise('different ids', bodies.size, happened.length);
      }
      stage.promise('refused by an official verifier', await receiver.refused(), []);
      return repeats;
    },
  };

  async function writeTo({ number }: LinkedAccount, index: number): Promise<void> {
    const from = people[index % people.length] ?? '';
    await simulator.control.phone(from).send({ to: number, text: `message ${index}` });
  }
}
