import { actorOf } from '../../platform/actor.ts';
import { accountOf, type Caller } from '../../platform/caller.ts';
import type { Transaction } from '../../platform/database.ts';
import { type Answer, defineRoute, type RequestFacts, type Route } from '../../platform/route.ts';
import { type Infer, listOf } from '../../platform/schema.ts';
import { accountParams } from '../accounts/accounts.ts';
import type { NewWebhook, Webhooks } from './registry.ts';
import type { Webhook } from './webhook.ts';
import {
  accountWebhooksQuery,
  answerOf,
  answerWithSecret,
  deletedWebhookAnswer,
  newWebhookBody,
  newWebhookOfAccountBody,
  rotateBody,
  webhookAnswer,
  webhookChangeBody,
  webhookJson,
  webhookListQuery,
  webhookParams,
  webhookWithSecretAnswer,
} from './webhooks.schemas.ts';

export const tag = 'Webhooks';
const defaultOverlapHours = 24;

/** The account beyond which a caller does not see. */
export function limitOf(caller: Caller): string | undefined {
  return caller.kind === 'account' ? caller.accountId : undefined;
}

/** Who acts, and how far they see. */
export function byOf(input: RequestFacts) {
  return { accountId: limitOf(input.caller), actor: actorOf(input) };
}

export function webhookRoutes(webhooks: Webhooks): Route[] {
  return [...collectionRoutes(webhooks), ...memberRoutes(webhooks)];
}

function collectionRoutes(webhooks: Webhooks): Route[] {
  async function page(
    query: { cursor?: string; limit: number },
    accountId: string | undefined,
  ): Promise<Answer<ReturnType<typeof webhookJson>[]>> {
    const found = await webhooks.list({ accountId, afterId: query.cursor ?? null, limit: query.limit + 1 });
    const shown: Webhook[] = found.slice(0, query.limit);
    const nextCursor = found.length > query.limit ? (shown.at(-1)?.id ?? null) : null;
    return { data: shown.map(webhookJson), nextCursor };
  }

  async function create(
    input: RequestFacts,
    tx: Transaction,
    accountId: string,
    body: NewWebhook,
  ): Promise<Answer<Infer<typeof webhookWithSecretAnswer>>> {
    const { webhook, secret } = await webhooks.create(tx, accountId, body, actorOf(input));
    return { ...answerWithSecret(webhook, secret), status: 201 };
  }

  const listing = {
    method: 'GET',
    tag,
    access: 'account',
    answer: listOf(webhookAnswer),
    list: true,
    errors: ['account.not_found'],
  } as const;
  const creating = {
    method: 'POST',
    summary: 'Create a webhook',
    description: 'It is told what happens from now on. The secret stands only in this answer.',
    tag,
    access: 'account',
    answer: webhookWithSecretAnswer,
    statuses: [201],
    idempotent: true,
    etag: true,
    errors: ['account.not_found', 'webhook.limit'],
  } as const;
  return [
    defineRoute({
      ...listing,
      path: '/accounts/:id/webhooks',
      summary: 'List the webhooks of an account',
      params: accountParams,
      query: accountWebhooksQuery,
      handle: ({ params, query, caller }) => page(query, accountOf(caller, params.id)),
    }),
    defineRoute({
      ...listing,
      path: '/webhooks',
      summary: 'List webhooks, of one account or of all',
      query: webhookListQuery,
      handle: ({ query, caller }) =>
        page(query, caller.kind === 'account' ? accountOf(caller, query.accountId) : query.accountId),
    }),
    defineRoute({
      ...creating,
      path: '/accounts/:id/webhooks',
      params: accountParams,
      body: newWebhookBody,
      effect: (input, tx) => create(input, tx, accountOf(input.caller, input.params.id), input.body),
    }),
    defineRoute({
      ...creating,
      path: '/webhooks',
      body: newWebhookOfAccountBody,
      effect: (input, tx) => {
        const { accountId, ...body } = input.body;
        return create(input, tx, accountOf(input.caller, accountId), body);
      },
    }),
  ];
}

function memberRoutes(webhooks: Webhooks): Route[] {
  const shared = { tag, access: 'account', params: webhookParams, errors: ['webhook.not_found'] } as const;
  const changing = { ...shared, etag: true, errors: [...shared.errors, 'request.stale'] } as const;
  return [
    defineRoute({
      ...shared,
      method: 'GET',
      path: '/webhooks/:id',
      summary: 'Read a webhook with its health',
      etag: true,
      answer: webhookAnswer,
      handle: async ({ params, caller }) => answerOf(await webhooks.get(params.id, limitOf(caller))),
    }),
    defineRoute({
      ...changing,
      method: 'PUT',
      path: '/webhooks/:id',
      summary: 'Change a webhook',
      description: 'What is left out stays as it is.',
      body: webhookChangeBody,
      answer: webhookAnswer,
      effect: async (input, tx) =>
        answerOf(
          await webhooks.update(tx, input.params.id, { ...input.body, ifMatch: input.headers.ifMatch }, byOf(input)),
        ),
    }),
    defineRoute({
      ...changing,
      method: 'DELETE',
      path: '/webhooks/:id',
      summary: 'Delete a webhook; what waits for it is not sent any more',
      answer: deletedWebhookAnswer,
      async effect(input, tx) {
        const { id } = input.params;
        await webhooks.remove(tx, id, { ...byOf(input), ifMatch: input.headers.ifMatch });
        return { data: { id } };
      },
    }),
    defineRoute({
      ...shared,
      method: 'POST',
      path: '/webhooks/:id/rotate-secret',
      summary: 'Replace the secret of a webhook',
      description:
        'Deliveries are signed with both for a while, so that receivers can follow. Shown only in this answer.',
      body: rotateBody,
      answer: webhookWithSecretAnswer,
      async effect(input, tx) {
        const { overlapHours = defaultOverlapHours } = input.body;
        const { webhook, secret } = await webhooks.rotateSecret(tx, input.params.id, overlapHours, byOf(input));
        return answerWithSecret(webhook, secret);
      },
    }),
  ];
}
