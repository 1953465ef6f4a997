import { accountOf } from '../../platform/caller.ts';
import { defineRoute, type Route } from '../../platform/route.ts';
import { isoTime, listOf, name, nullable, object, oneOf, required, text, withDefault } from '../../platform/schema.ts';
import { accountAnswer, accountJson, accountParams } from '../accounts/accounts.ts';
import type { Sandbox } from './sandbox.ts';

const tag = 'Sandbox';
const errors = ['account.not_found', 'account.not_connected', 'sandbox.not_a_sandbox'];
const id = required(text({ max: 100 }));

const customerMessage = object({
  id,
  customer: required(text({ max: 20 })),
  direction: required(oneOf('received', 'sent').description('Seen from the customer.')),
  text: required(text({ max: 65_536, min: 0 })),
  at: required(isoTime()),
  status: required(oneOf('pending', 'sent', 'delivered', 'read', 'received').description('The ticks on that phone.')),
});

export function sandboxRoutes(sandbox: Sandbox): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/accounts/:id/sandbox/scan',
      summary: 'Scan the code of a sandbox account with its virtual phone; answers once it is ready',
      tag,
      access: 'account',
      params: accountParams,
      answer: accountAnswer,
      errors: [...errors, 'account.no_qr'],
      handle: async ({ params, caller, signal }) => ({
        data: accountJson(await sandbox.scan(accountOf(caller, params.id), signal)),
      }),
    }),
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
      body: object({
        from: name({ max: 40 }).description('A number of the sandbox, +999…'),
        type: withDefault(oneOf('text'), 'text'),
        text: required(text({ max: 20_000 })),
      }),
      answer: object({
        id,
        from: required(text({ max: 20 })),
        messageId: required(nullable(text({ max: 40 })).description('Null when the account has not got it yet.')),
      }),
      statuses: [201],
      errors,
      handle: async ({ params, body, caller, signal }) => ({
        data: await sandbox.write(accountOf(caller, params.id), { from: body.from, text: body.text }, signal),
      }),
    }),
    defineRoute({
      method: 'POST',
      path: '/accounts/:id/sandbox/faults',
      summary: 'Make something go wrong on the line of a sandbox account',
      tag,
      access: 'account',
      params: accountParams,
      body: object({ kind: required(oneOf('drop-line', 'device-removed', 'replaced', 'unavailable')) }),
      answer: object({ kind: required(text({ max: 40 })) }),
      errors,
      async handle({ params, body, caller }) {
        await sandbox.fault(accountOf(caller, params.id), body.kind);
        return { data: { kind: body.kind } };
      },
    }),
  ];
}
