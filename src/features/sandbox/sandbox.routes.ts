import { accountOf } from '../../platform/caller.ts';
import { defineRoute, type Route } from '../../platform/route.ts';
import { flag, integer, listOf, name, nullable, object, oneOf, required, text } from '../../platform/schema.ts';
import { accountAnswer, accountJson, accountParams } from '../accounts/accounts.ts';
import { customerMessage, sandboxErrors as errors, sandboxTag as tag } from './sandbox.schemas.ts';
import type { Sandbox } from './sandbox.ts';

const customer = name({ max: 40 }).description('A number of the sandbox, +999…; all of them when left out.');

const phoneView = object({
  number: required(nullable(text({ max: 20 }))),
  linked: required(flag()),
  shows: required(object({ qr: required(flag()), code: required(flag()) })),
  customers: required(
    listOf(
      object({
        number: required(text({ max: 20 })),
        offline: required(flag()),
        unread: required(integer({ min: 0 })),
        messages: required(listOf(customerMessage)),
      }),
    ),
  ),
  offline: required(flag()),
  failNext: required(flag().description('The next message of the account will be refused.')),
});

export function sandboxRoutes(sandbox: Sandbox): Route[] {
  return [...linkingRoutes(sandbox), ...phoneRoutes(sandbox)];
}

function linkingRoutes(sandbox: Sandbox): Route[] {
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
      method: 'POST',
      path: '/accounts/:id/sandbox/enter-code',
      summary: 'Type the code of a sandbox account on its virtual phone; answers once it is ready',
      tag,
      access: 'account',
      params: accountParams,
      body: object({ code: name({ max: 20 }).description('By default the one that the account shows.') }),
      answer: accountAnswer,
      errors: [...errors, 'account.already_linked', 'sandbox.no_code', 'sandbox.wrong_code'],
      handle: async ({ params, body, caller, signal }) => ({
        data: accountJson(await sandbox.enterCode(accountOf(caller, params.id), body.code, signal)),
      }),
    }),
    defineRoute({
      method: 'POST',
      path: '/accounts/:id/sandbox/log-out',
      summary: 'Log this server out on the virtual phone',
      tag,
      access: 'account',
      params: accountParams,
      answer: phoneView,
      errors,
      async handle({ params, caller }) {
        const id = accountOf(caller, params.id);
        await sandbox.logOut(id);
        return { data: await sandbox.view(id) };
      },
    }),
  ];
}

function phoneRoutes(sandbox: Sandbox): Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/accounts/:id/sandbox',
      summary: 'What is to be seen on the virtual phone and on those of its customers',
      tag,
      access: 'account',
      params: accountParams,
      answer: phoneView,
      errors,
      handle: async ({ params, caller }) => ({ data: await sandbox.view(accountOf(caller, params.id)) }),
    }),
    defineRoute({
      method: 'POST',
      path: '/accounts/:id/sandbox/read',
      summary: 'A customer opens the chat: the read receipts leave',
      tag,
      access: 'account',
      params: accountParams,
      body: object({ customer }),
      answer: phoneView,
      errors: [...errors, 'sandbox.customer_offline'],
      handle: async ({ params, body, caller }) => ({
        data: await sandbox.read(accountOf(caller, params.id), body.customer),
      }),
    }),
    defineRoute({
      method: 'POST',
      path: '/accounts/:id/sandbox/offline',
      summary: "Take customers' phones off the network, or bring them back",
      description: 'Ticks stay at one while a phone is away; also over a restart of the server.',
      tag,
      access: 'account',
      params: accountParams,
      body: object({ enabled: required(flag()), customer }),
      answer: object({ offline: required(flag()), customers: required(listOf(text({ max: 20 }))) }),
      errors,
      handle: async ({ params, body, caller }) => ({
        data: await sandbox.setOffline(accountOf(caller, params.id), body.enabled, body.customer),
      }),
    }),
    defineRoute({
      method: 'POST',
      path: '/accounts/:id/sandbox/fail-next',
      summary: 'Let the network refuse the next message of the account',
      tag,
      access: 'account',
      params: accountParams,
      answer: phoneView,
      errors,
      async handle({ params, caller }) {
        const id = accountOf(caller, params.id);
        await sandbox.failNext(id);
        return { data: await sandbox.view(id) };
      },
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
