import { accountOf } from '../../platform/caller.ts';
import { defineRoute, type Route } from '../../platform/route.ts';
import { listOf, nullable, object, required, text } from '../../platform/schema.ts';
import { accountId, accountParams } from '../accounts/accounts.ts';
import { bodyWithFileBytes } from '../messages/messages.ts';
import {
  customerBody,
  customerMessage,
  editBody,
  messageId,
  reactionBody,
  voteBody,
  sandboxErrors as errors,
  sandboxTag as tag,
} from './sandbox.schemas.ts';
import type { Sandbox } from './sandbox.ts';

/** What the customers of a sandbox account see and do. */
export function customerRoutes(sandbox: Sandbox): Route[] {
  return [...messageRoutes(sandbox), ...actRoutes(sandbox)];
}

function messageRoutes(sandbox: Sandbox): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/accounts/:id/sandbox/messages',
      summary: 'What customers received and wrote, with the ticks on their phones',
      tag,
      access: 'account',
      params: accountParams,
      answer: listOf(customerMessage),
      list: true,
      errors,
      handle: async ({ params, caller }) => ({
        data: await sandbox.messages(accountOf(caller, params.id)),
        nextCursor: null,
      }),
    }),
    defineRoute({
      method: 'POST',
      path: '/accounts/:id/sandbox/messages',
      summary: 'Write to the account as a customer',
      tag,
      access: 'account',
      params: accountParams,
      bodyLimitBytes: bodyWithFileBytes,
      body: customerBody,
      answer: object({
        id: messageId,
        from: required(text({ max: 20 })),
        messageId: required(nullable(text({ max: 40 })).description('Null when the account has not got it yet.')),
      }),
      statuses: [201],
      errors: [...errors, 'sandbox.customer_offline', 'media.wrong_type', 'media.needs_ffmpeg', 'media.too_large'],
      handle: async ({ params, body, caller, signal }) => ({
        data: await sandbox.write(accountOf(caller, params.id), body, signal),
      }),
    }),
  ];
}

/** What a customer does to one message. */
function actRoutes(sandbox: Sandbox): Route[] {
  const path = '/accounts/:id/sandbox/messages/:messageId';
  const shared = {
    tag,
    access: 'account',
    params: object({ id: required(accountId), messageId: messageId.description('Its id on the phone.') }),
    answer: customerMessage,
    errors: [...errors, 'sandbox.customer_offline', 'message.not_found', 'message.deleted'],
  } as const;
  return [
    defineRoute({
      ...shared,
      method: 'POST',
      path: `${path}/reaction`,
      summary: 'A customer reacts to a message, or takes the reaction back',
      body: reactionBody,
      handle: async ({ params, body, caller }) => ({
        data: await sandbox.react(accountOf(caller, params.id), params.messageId, body.emoji),
      }),
    }),
    defineRoute({
      ...shared,
      method: 'POST',
      path: `${path}/vote`,
      summary: 'A customer votes in a poll, or takes the vote back',
      body: voteBody,
      errors: [...shared.errors, 'message.not_poll'],
      handle: async ({ params, body, caller }) => ({
        data: await sandbox.vote(accountOf(caller, params.id), params.messageId, body.options),
      }),
    }),
    defineRoute({
      ...shared,
      method: 'PATCH',
      path,
      summary: 'A customer edits a message of their own',
      body: editBody,
      errors: [...shared.errors, 'message.not_own', 'message.not_text'],
      handle: async ({ params, body, caller }) => ({
        data: await sandbox.edit(accountOf(caller, params.id), params.messageId, body.text),
      }),
    }),
    defineRoute({
      ...shared,
      method: 'DELETE',
      path,
      summary: 'A customer deletes a message of their own for everyone',
      errors: [...shared.errors, 'message.not_own'],
      handle: async ({ params, caller }) => ({
        data: await sandbox.deleteForEveryone(accountOf(caller, params.id), params.messageId),
      }),
    }),
  ];
}
