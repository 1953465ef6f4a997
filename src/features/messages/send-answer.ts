import type { Answer } from '../../platform/route.ts';
import type { Infer } from '../../platform/schema.ts';
import type { Acceptance, Accepted } from './acceptance.ts';
import type { Messages } from './messages.ts';
import type { sendAnswer } from './messages.schemas.ts';

export interface MessageRouteOptions {
  messages: Messages;
  /** How long `?wait=true` waits. */
  waitMs: number;
}

export type SendAnswer = Infer<typeof sendAnswer>;

/** What is answered to who sent something: that it was accepted, or what became of it where the caller waits. */
export function sendAnswerOf(
  { messages, waitMs }: MessageRouteOptions,
  accepted: Accepted,
  { accountId, wait }: { accountId: string; wait: boolean },
): Answer<SendAnswer> {
  const answerOf = (acceptance: Acceptance): Answer<SendAnswer> => {
    const answer: Answer<SendAnswer> = { status: 202, data: acceptanceJson(acceptance), accountId };
    if (!wait) return answer;
    return {
      ...answer,
      after: async (signal) => {
        const message = await messages.settled(accepted.id, waitMs, signal);
        return message ? { status: 200, data: message } : answer;
      },
    };
  };
  return { ...answerOf(accepted), complete: async (db) => answerOf(await accepted.planned(db)) };
}

function acceptanceJson(acceptance: Acceptance) {
  const { id, whatsappId, status, position, estimatedSendAt, duplicate, warnings } = acceptance;
  return { id, whatsappId, status, position, estimatedSendAt: estimatedSendAt.toISOString(), duplicate, warnings };
}
