import { accountOf } from '../../platform/caller.ts';
import { defineRoute, type Route } from '../../platform/route.ts';
import type { Numbers } from './numbers.ts';
import { checkAnswer, checkBody } from './numbers.schemas.ts';

export function numberRoutes(numbers: Numbers): Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/numbers/check',
      summary: 'Tell which numbers are on WhatsApp',
      description: 'What was asked for lately is not asked for again (CACHE_TTL).',
      tag: 'Numbers',
      access: 'account',
      body: checkBody,
      answer: checkAnswer,
      errors: ['account.not_found', 'account.not_connected', 'account.moving', 'account.unanswered'],
      handle: async ({ body, caller }) => ({
        data: await numbers.check(accountOf(caller, body.accountId), body.numbers),
      }),
    }),
  ];
}
