import { accountOf } from '../../platform/caller.ts';
import { positionOf } from '../../platform/cursor.ts';
import { defineRoute, type Route } from '../../platform/route.ts';
import { listOf } from '../../platform/schema.ts';
import type { Contacts } from './contacts.ts';
import { contactAnswer, contactParams, contactQuery } from './contacts.schemas.ts';

const shared = { method: 'GET', tag: 'Contacts', access: 'account' } as const;

export function contactRoutes(contacts: Contacts): Route[] {
  return [
    defineRoute({
      ...shared,
      path: '/contacts',
      summary: 'List the people of an account, the last that appeared first',
      description: "Who wrote, whom the phone's address book names, and who speaks in its groups.",
      query: contactQuery,
      answer: listOf(contactAnswer),
      list: true,
      errors: ['account.not_found'],
      async handle({ query: { accountId, search, cursor, limit }, caller }) {
        const { contacts: data, nextPosition } = await contacts.list({
          accountId: accountOf(caller, accountId),
          search,
          beforePosition: positionOf(cursor),
          limit,
        });
        return { data, nextCursor: nextPosition === null ? null : String(nextPosition) };
      },
    }),
    defineRoute({
      ...shared,
      path: '/contacts/:id',
      summary: 'Read who a person is',
      params: contactParams,
      answer: contactAnswer,
      errors: ['contact.not_found'],
      handle: async ({ params, caller }) => ({
        data: await contacts.get(params.id, caller.kind === 'account' ? caller.accountId : undefined),
      }),
    }),
  ];
}
