import type { Transaction } from '../../platform/database.ts';
import { type Answer, defineRoute, type Route, type RouteInput } from '../../platform/route.ts';
import type { Infer } from '../../platform/schema.ts';
import { editBody, reactionBody } from './acts.schemas.ts';
import type { ActRequest } from './messages.ts';
import { messageParams, sendAnswer } from './messages.schemas.ts';
import { sendQuery } from './send.schemas.ts';
import { type MessageRouteOptions, type SendAnswer, sendAnswerOf } from './send-answer.ts';

type ActInput = Pick<
  RouteInput<Infer<typeof messageParams>, Infer<typeof sendQuery>, unknown>,
  'params' | 'query' | 'caller'
>;

const queued =
  'It is queued like a message and answered like one; the message shows it once WhatsApp has confirmed it.';

/** What is done to a message that was sent before. */
export function actRoutes(options: MessageRouteOptions): Route[] {
  const shared = {
    tag: 'Messages',
    access: 'account',
    params: messageParams,
    query: sendQuery,
    answer: sendAnswer,
    statuses: [202, 200],
    idempotent: true,
  } as const;
  const refusals = ['message.not_found', 'message.not_sent', 'message.deleted', 'message.not_a_message'];
  const errors = [...refusals, 'message.in_newsletter', 'account.not_connected', 'queue.full'];
  const ownErrors = [...errors, 'message.not_own', 'message.too_late'];
  return [
    defineRoute({
      ...shared,
      method: 'POST',
      path: '/messages/:id/reaction',
      summary: 'React to a message, or take the reaction back',
      description: queued,
      body: reactionBody,
      errors,
      effect: (input, tx) => accept(options, input, { type: 'reaction', emoji: input.body.emoji }, tx),
    }),
    defineRoute({
      ...shared,
      method: 'PATCH',
      path: '/messages/:id',
      summary: 'Edit a text that was sent up to 15 minutes ago',
      description: queued,
      body: editBody,
      errors: [...ownErrors, 'message.not_text'],
      effect: (input, tx) => accept(options, input, { type: 'edit', text: input.body.text }, tx),
    }),
    defineRoute({
      ...shared,
      method: 'DELETE',
      path: '/messages/:id',
      summary: 'Delete for everyone a message that was sent up to 48 hours ago',
      description: queued,
      errors: ownErrors,
      effect: (input, tx) => accept(options, input, { type: 'deletion' }, tx),
    }),
  ];
}

async function accept(
  options: MessageRouteOptions,
  { params, query, caller }: ActInput,
  act: ActRequest['act'],
  tx: Transaction,
): Promise<Answer<SendAnswer>> {
  const accountId = caller.kind === 'account' ? caller.accountId : undefined;
  const accepted = await options.messages.act(tx, { messageId: params.id, accountId, act });
  return sendAnswerOf(options, accepted, { accountId: accepted.accountId, wait: query.wait });
}
