import { accountOf } from '../../platform/caller.ts';
import { defineRoute, type Route } from '../../platform/route.ts';
import type { Chats } from './chats.ts';
import { chatParams, chatQuery, presenceAnswer, presenceBody, readAnswer } from './chats.schemas.ts';

const shared = {
  method: 'POST',
  tag: 'Chats',
  access: 'account',
  errors: ['account.not_found', 'account.not_connected', 'account.moving'],
} as const;

export function chatRoutes(chats: Chats): Route[] {
  return [
    defineRoute({
      ...shared,
      path: '/presence',
      summary: 'Show that somebody types, records or is online',
      description: 'Typing and recording are shown until paused, or for 25 s.',
      body: presenceBody,
      answer: presenceAnswer,
      async handle({ body, caller }) {
        const { to, state } = body;
        return { data: { chat: await chats.show(accountOf(caller, body.accountId), to, state), state } };
      },
    }),
    defineRoute({
      ...shared,
      path: '/chats/:jid/read',
      summary: 'Mark what people wrote in a chat as read, for them and on the phone',
      params: chatParams,
      query: chatQuery,
      answer: readAnswer,
      handle: async ({ params, query, caller }) => ({
        data: await chats.read(accountOf(caller, query.accountId), params.jid),
      }),
    }),
  ];
}
