import type { VNode } from 'preact';
import type { WebhookModel } from '../../../views/webhooks/header.tsx';
import { WebhookGone } from '../../../views/webhooks/header.tsx';
import { hostOf } from '../../../views/partials/webhook-state.tsx';
import type { Accounts } from '../../features/accounts/accounts.ts';
import type { Webhook, Webhooks } from '../../features/webhooks/webhooks.ts';
import { isAppError } from '../../platform/errors.ts';
import type { PageAnswer } from '../../platform/page.ts';

export interface WebhookModelParts {
  webhooks: Pick<Webhooks, 'get'>;
  accounts: Pick<Accounts, 'get'>;
}

export async function webhookModel(parts: WebhookModelParts, id: string): Promise<WebhookModel> {
  const webhook = await parts.webhooks.get(id);
  const { name, kind } = await parts.accounts.get(webhook.accountId);
  return { webhook, owner: { id: webhook.accountId, name, kind } };
}

const pageSize = 50;

/** A page of webhooks in order of creation, and the last on it when more follow. Throws `account.not_found`. */
export async function pageOfWebhooks(
  webhooks: Pick<Webhooks, 'list'>,
  { accountId, after }: { accountId: string | undefined; after: string | undefined },
): Promise<{ shown: Webhook[]; next: string | undefined }> {
  const found = await webhooks.list({ accountId, afterId: after ?? null, limit: pageSize + 1 });
  const shown = found.slice(0, pageSize);
  return { shown, next: found.length > pageSize ? shown.at(-1)?.id : undefined };
}

/** A page of one webhook. */
export function webhookPage(title: string, { url }: Webhook, body: VNode, status = 200): PageAnswer {
  return { kind: 'page', title: `${title} · ${hostOf(url)}`, section: 'webhooks', status, body };
}

/** A live part, or what stands in its place once the webhook is deleted. */
export async function liveWebhookPart(id: string, part: () => Promise<VNode>): Promise<PageAnswer> {
  try {
    return { kind: 'fragment', body: await part() };
  } catch (error) {
    if (!isGone(error)) throw error;
    return { kind: 'fragment', body: <WebhookGone id={id} /> };
  }
}

/** Somebody else has deleted the webhook meanwhile: the list says so, in place of an error. */
export async function orWebhookGone(act: () => Promise<PageAnswer>): Promise<PageAnswer> {
  try {
    return await act();
  } catch (error) {
    if (!isAppError(error, 'webhook.not_found')) throw error;
    const notice = { words: 'This webhook does not exist any more.', tone: 'warn' } as const;
    return { kind: 'redirect', to: '/webhooks', notice };
  }
}

function isGone(error: unknown): boolean {
  return ['webhook.not_found', 'delivery.not_found', 'account.not_found'].some((code) => isAppError(error, code));
}
