import { type Actor, actorOf } from '../../platform/actor.ts';
import { accountOf } from '../../platform/caller.ts';
import { defineRoute, type Route } from '../../platform/route.ts';
import { listOf } from '../../platform/schema.ts';
import type { IssuedKey } from '../access/access.ts';
import { settingsTag } from './account.ts';
import type { Account, Accounts } from './accounts.ts';
import {
  accountAnswer,
  accountChangeBody,
  accountJson,
  accountListQuery,
  accountParams,
  accountWithKeyAnswer,
  deletedAnswer,
  newAccountBody,
  newKeyBody,
} from './accounts.schemas.ts';

const tag = 'Accounts';

export function accountRoutes(accounts: Accounts): Route[] {
  return [
    ...readingRoutes(accounts),
    ...changingRoutes(accounts),
    ...connectingRoutes(accounts),
    noticeRoute(accounts),
  ];
}

function readingRoutes(accounts: Accounts): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/accounts',
      summary: 'List the accounts',
      tag,
      access: 'admin',
      query: accountListQuery,
      answer: listOf(accountAnswer),
      list: true,
      async handle({ query }) {
        const found = await accounts.list(query.cursor ?? null, query.limit + 1);
        const page = found.slice(0, query.limit);
        const nextCursor = found.length > query.limit ? (page.at(-1)?.id ?? null) : null;
        return { data: page.map(accountJson), nextCursor };
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/accounts/:id',
      summary: 'Read an account with its status and settings',
      tag,
      access: 'account',
      params: accountParams,
      answer: accountAnswer,
      etag: true,
      errors: ['account.not_found'],
      async handle({ params, caller }) {
        const account = await accounts.get(accountOf(caller, params.id));
        return { data: accountJson(account), etag: settingsTag(account) };
      },
    }),
  ];
}

function changingRoutes(accounts: Accounts): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/accounts',
      summary: 'Create an account',
      description: 'It begins to show codes at once. The API key stands only in this answer.',
      tag,
      access: 'admin',
      body: newAccountBody,
      answer: accountWithKeyAnswer,
      statuses: [201],
      idempotent: true,
      errors: ['sandbox.off'],
      async effect(input, tx) {
        const { account, issued } = await accounts.create(tx, input.body, actorOf(input));
        return { ...withKey(account, issued), status: 201, accountId: account.id };
      },
    }),
    defineRoute({
      method: 'PATCH',
      path: '/accounts/:id',
      summary: 'Rename an account or change its settings',
      tag,
      access: 'admin',
      params: accountParams,
      body: accountChangeBody,
      answer: accountAnswer,
      etag: true,
      errors: ['account.not_found', 'request.stale'],
      async effect(input, tx) {
        const change = { ...input.body, ifMatch: input.headers.ifMatch };
        const account = await accounts.update(tx, input.params.id, change, actorOf(input));
        return { data: accountJson(account), etag: settingsTag(account) };
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/accounts/:id',
      summary: 'Delete an account with everything it holds',
      description: 'Unlinks the phone when it can.',
      tag,
      access: 'admin',
      params: accountParams,
      answer: deletedAnswer,
      errors: ['account.not_found'],
      async handle(input) {
        const { id } = input.params;
        await accounts.remove(id, actorOf(input));
        return { data: { id } };
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/accounts/:id/regenerate-api-key',
      summary: 'Replace the API key of an account',
      description: 'The old key ends at once, or after `overlapMinutes`. The new one stands only in this answer.',
      tag,
      access: 'admin',
      params: accountParams,
      body: newKeyBody,
      answer: accountWithKeyAnswer,
      errors: ['account.not_found'],
      async effect(input, tx) {
        const { params, body } = input;
        const { account, issued } = await accounts.replaceKey(tx, params.id, body.overlapMinutes ?? 0, actorOf(input));
        return withKey(account, issued);
      },
    }),
  ];
}

function noticeRoute(accounts: Accounts): Route {
  return defineRoute({
    method: 'DELETE',
    path: '/accounts/:id/notice',
    summary: 'Dismiss the notice of an account',
    tag,
    access: 'admin',
    params: accountParams,
    answer: accountAnswer,
    errors: ['account.not_found'],
    handle: async ({ params }) => ({ data: accountJson(await accounts.dismissNotice(params.id)) }),
  });
}

function connectingRoutes(accounts: Accounts): Route[] {
  const acts = [
    [
      'pause',
      'Pause an account: its line is cut at once and it refuses sends',
      (id: string, actor: Actor) => accounts.pause(id, actor),
    ],
    ['resume', 'Resume a paused account', (id: string, actor: Actor) => accounts.resume(id, actor)],
    [
      'reconnect',
      'Connect an account anew, or show a new code',
      (id: string, actor: Actor) => accounts.reconnect(id, actor),
    ],
    ['logout', 'Unlink the phone; chats stay', (id: string, actor: Actor) => accounts.logOut(id, actor)],
  ] as const;
  return acts.map(([word, summary, act]) =>
    defineRoute({
      method: 'POST',
      path: `/accounts/:id/${word}`,
      summary,
      tag,
      access: 'admin',
      params: accountParams,
      answer: accountAnswer,
      errors: ['account.not_found', 'account.not_connected', 'account.paused'],
      handle: async (input) => ({ data: accountJson(await act(input.params.id, actorOf(input))) }),
    }),
  );
}

function withKey(account: Account, issued: IssuedKey) {
  const data = accountJson({ ...account, apiKeyHint: issued.hint });
  return { data: { ...data, apiKey: issued.key }, masked: { ...data, apiKey: issued.hint } };
}
