import type { Actor } from '../../platform/actor.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Queryable, Transaction } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { requireMatch } from '../../platform/etag.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import { newId } from '../../platform/ids.ts';
import type { AllowedHost } from '../../platform/outbound-http.ts';
import type { Secrets } from '../../platform/secrets.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { Audit, AuditAction, AuditDetails } from '../audit/audit.ts';
import type { Notifications } from '../notifications/notifications.ts';
import { deliveryTopic, goneTopic, settingsTopic } from './topics.ts';
import { newWebhookSecret } from './signature.ts';
import { requireEndpoint, requireSendable } from './target.ts';
import {
  headersPlace,
  secretPlace,
  settingsTag,
  urlPlace,
  type Webhook,
  webhookOf,
  type WebhookSettings,
} from './webhook.ts';
import {
  countAttempts,
  countWebhooks,
  deleteWebhook,
  findSecrets,
  findWebhook,
  holdAdditions,
  insertWebhook,
  listWebhooks,
  lockWebhook,
  replaceSecret,
  type StoredSettings,
  updateWebhook,
} from './webhooks.store.ts';

export type NewWebhook = Partial<WebhookSettings> & { url: string };
/** What is left out stays as it is. */
export type WebhookChange = Partial<WebhookSettings> & {
  /** The tag of the state that is changed; throws `request.stale` when it is another one by now. */
  ifMatch?: string | undefined;
};

/**
 * Where an account tells what happens. Methods that take an id throw `webhook.not_found` for an unknown one, and for one of
 * another account where `accountId` is given.
 */
export interface Webhooks {
  /** Throws 422 naming what cannot be, `webhook.limit` and `account.not_found`. The secret is told only here. */
  create(
    tx: Transaction,
    accountId: string,
    input: NewWebhook,
    actor: Actor,
  ): Promise<{ webhook: Webhook; secret: string }>;
  /** In order of creation, of one account or of all. Throws `account.not_found`. */
  list(filter: { accountId: string | undefined; afterId: string | null; limit: number }): Promise<Webhook[]>;
  get(id: string, accountId?: string, db?: Queryable): Promise<Webhook>;
  /** Of the attempts of all within the last 24 hours, 0 to 1; null without any. */
  successRate24h(): Promise<number | null>;
  update(tx: Transaction, id: string, change: WebhookChange, by: By): Promise<Webhook>;
  /** What waits for it is not sent any more. */
  remove(tx: Transaction, id: string, by: By & { ifMatch: string | undefined }): Promise<void>;
  /** Both secrets are signed with for as long as that. */
  rotateSecret(
    tx: Transaction,
    id: string,
    overlapHours: number,
    by: By,
  ): Promise<{ webhook: Webhook; secret: string }>;
}

export interface By {
  accountId: string | undefined;
  actor: Actor;
}

export interface WebhooksOptions {
  database: Database;
  accounts: Pick<Accounts, 'get'>;
  secrets: Secrets;
  events: EventBus;
  audit: Pick<Audit, 'record'>;
  notifications: Pick<Notifications, 'settle'>;
  /** Private addresses that may be reached. */
  allowedHosts: readonly AllowedHost[];
  clock: Clock;
}

const mostOfAnAccount = 20;

/** What a webhook is, but for its address, when nobody says otherwise. */
export const usualSettings = {
  events: ['messages.received'],
  active: true,
  media: 'link',
  headers: {},
  timeoutSeconds: 15,
  maxInFlight: 5,
} as const satisfies Omit<WebhookSettings, 'url'>;

export function createWebhooks(options: WebhooksOptions): Webhooks {
  const { database, accounts, secrets, events, clock } = options;

  async function get(id: string, accountId?: string, db: Queryable = database): Promise<Webhook> {
    const row = await findWebhook(db, id);
    if (!row || (accountId !== undefined && row.accountId !== accountId)) throw webhookNotFound();
    return webhookOf(row, secrets);
  }

  async function locked(tx: Transaction, id: string, accountId: string | undefined): Promise<Webhook> {
    const row = await lockWebhook(tx, id);
    if (!row || (accountId !== undefined && row.accountId !== accountId)) throw webhookNotFound();
    return webhookOf(row, secrets);
  }

  async function changed(tx: Transaction, webhook: Webhook, actor: Actor, act: Told): Promise<void> {
    const account = await accounts.get(webhook.accountId, tx);
    const details = { webhook: webhook.id, host: new URL(webhook.url).host, ...act.details };
    await options.audit.record(tx, { actor, action: act.action, account, details });
    tx.afterCommit(() => {
      events.announce(`webhook:${webhook.id}`);
      events.announce(`webhooks:${webhook.accountId}`);
      events.announce(`${settingsTopic}${webhook.id}`);
    });
  }

  function sealed(id: string, settings: WebhookSettings): StoredSettings {
    const { url, headers, ...rest } = settings;
    const hasHeaders = Object.keys(headers).length > 0;
    return {
      ...rest,
      url: secrets.seal(url, urlPlace(id)),
      headers: hasHeaders ? secrets.seal(JSON.stringify(headers), headersPlace(id)) : null,
    };
  }

  function requirePossible({ url, headers }: Pick<WebhookSettings, 'url' | 'headers'>): void {
    requireEndpoint(url, options.allowedHosts);
    requireSendable(headers);
  }

  return {
    async create(tx, accountId, input, actor) {
      const settings: WebhookSettings = { ...usualSettings, ...input };
      requirePossible(settings);
      await accounts.get(accountId, tx);
      await holdAdditions(tx, accountId);
      if ((await countWebhooks(tx, accountId)) >= mostOfAnAccount) throw tooMany();
      const id = newId('wh', clock.now());
      const secret = newWebhookSecret();
      await insertWebhook(tx, {
        ...sealed(id, settings),
        id,
        accountId,
        secret: secrets.seal(secret, secretPlace(id)),
      });
      const webhook = await get(id, accountId, tx);
      await changed(tx, webhook, actor, { action: 'webhook.created', details: {} });
      return { webhook, secret };
    },

    async list(filter) {
      const rows = await listWebhooks(database, filter);
      if (rows.length === 0 && filter.accountId !== undefined) await accounts.get(filter.accountId);
      return rows.map((row) => webhookOf(row, secrets));
    },

    get,

    async successRate24h() {
      const { succeeded, failed } = await countAttempts(database);
      return succeeded + failed === 0 ? null : succeeded / (succeeded + failed);
    },

    async update(tx, id, { ifMatch, ...change }, { accountId, actor }) {
      const before = await locked(tx, id, accountId);
      requireMatch(ifMatch, settingsTag(before));
      const settings = settingsOf({ ...before, ...change });
      requirePossible(settings);
      const anew = (settings.active && !before.active) || settings.url !== before.url;
      await updateWebhook(tx, id, sealed(id, settings), anew);
      const webhook = await get(id, accountId, tx);
      const fields = differing(before, webhook);
      if (fields.length > 0) {
        await changed(tx, webhook, actor, { action: 'webhook.changed', details: { changed: fields.join(', ') } });
      }
      if (webhook.active) {
        await options.notifications.settle(tx, [webhook.accountId], ['webhook.paused']);
        tx.afterCommit(() => events.announce(`${deliveryTopic}${id}`));
      }
      return webhook;
    },

    async remove(tx, id, { accountId, actor, ifMatch }) {
      const webhook = await locked(tx, id, accountId);
      requireMatch(ifMatch, settingsTag(webhook));
      await deleteWebhook(tx, id);
      await changed(tx, webhook, actor, { action: 'webhook.deleted', details: {} });
      tx.afterCommit(() => events.announce(`${goneTopic}${id}`));
    },

    async rotateSecret(tx, id, overlapHours, { accountId, actor }) {
      const webhook = await locked(tx, id, accountId);
      const stored = await findSecrets(tx, id);
      if (!stored) throw webhookNotFound();
      const present = secrets.openText(stored.secret, secretPlace(id));
      const secret = newWebhookSecret();
      const overlaps = overlapHours > 0;
      await replaceSecret(tx, id, {
        secret: secrets.seal(secret, secretPlace(id)),
        former: overlaps ? secrets.seal(present, secretPlace(id, 'former_secret')) : null,
        formerEndsAt: overlaps ? new Date(clock.now().getTime() + overlapHours * 3_600_000) : null,
      });
      await changed(tx, webhook, actor, { action: 'webhook.secret_replaced', details: { overlapHours } });
      return { webhook: await get(id, accountId, tx), secret };
    },
  };
}

interface Told {
  action: AuditAction & `webhook.${string}`;
  details: AuditDetails;
}

function settingsOf(webhook: WebhookSettings): WebhookSettings {
  const { url, events, active, media, headers, timeoutSeconds, maxInFlight } = webhook;
  return { url, events, active, media, headers, timeoutSeconds, maxInFlight };
}

/** Names only: in an address or a header may stand a secret. */
function differing(before: WebhookSettings, after: WebhookSettings): string[] {
  const [old, present] = [settingsOf(before), settingsOf(after)];
  return Object.entries(present).flatMap(([name, value]) =>
    JSON.stringify(value) === JSON.stringify(old[name as keyof WebhookSettings]) ? [] : [name],
  );
}

export function webhookNotFound(): AppError {
  return new AppError('webhook.not_found', { status: 404, detail: 'There is no such webhook.' });
}

function tooMany(): AppError {
  return new AppError('webhook.limit', {
    status: 409,
    detail: `An account has ${mostOfAnAccount} webhooks at most. Delete one that is not needed.`,
  });
}
