import { accountOf } from '../../platform/caller.ts';
import { defineRoute, type Route } from '../../platform/route.ts';
import type { Groups } from './groups.ts';
import { groupAnswer, groupJson, groupParams, groupQuery, groupsAnswer } from './groups.schemas.ts';

const shared = {
  method: 'GET',
  tag: 'Groups',
  access: 'account',
  query: groupQuery,
  description: 'What was asked for lately is not asked for again (CACHE_TTL), unless one of the groups has changed.',
} as const;
const errors = ['account.not_found', 'account.not_connected', 'account.moving', 'account.unanswered'];

export function groupRoutes(groups: Groups): Route[] {
  return [
    defineRoute({
      ...shared,
      path: '/groups',
      summary: 'List the groups of an account with their members',
      answer: groupsAnswer,
      errors,
      handle: async ({ query, caller }) => ({
        data: (await groups.list(accountOf(caller, query.accountId))).map(groupJson),
      }),
    }),
    defineRoute({
      ...shared,
      path: '/groups/:jid',
      summary: 'Read a group with its members',
      params: groupParams,
      answer: groupAnswer,
      errors: [...errors, 'group.not_found'],
      handle: async ({ params, query, caller }) => ({
        data: groupJson(await groups.get(accountOf(caller, query.accountId), params.jid)),
      }),
    }),
  ];
}
