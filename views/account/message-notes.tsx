import type { Message } from '../../src/features/messages/messages.ts';
import { Time } from '../partials/time.tsx';

const originWords: Partial<Record<Message['origin'], string>> = {
  api: 'API',
  ai: 'AI',
  rule: 'Rule',
  campaign: 'Campaign',
  phone: 'Typed on the phone',
};

/** Who or what wrote a message, where that is no person here. */
export function MessageOrigin({ origin }: { origin: Message['origin'] }) {
  const word = originWords[origin];
  return word === undefined ? null : <span class="chip">{word}</span>;
}

type Wait = NonNullable<Message['waiting']>;

const waitWords: Record<Wait['reason'], string> = {
  scheduled: 'Scheduled',
  pace: 'Waits for its turn at this account’s pace',
  new_chats: 'Waits: today’s new chats are used up',
  daily_cap: 'Waits: today’s messages are used up',
  restricted: 'Waits: WhatsApp refuses new chats at present',
  offline: 'Waits until the account is connected',
  line: 'Next to leave',
};

/** Why a queued message has not left, and when it will. */
export function MessageWaiting({ wait: { reason, estimatedSendAt } }: { wait: Wait }) {
  return (
    <p class="muted small">
      {waitWords[reason]}
      {reason !== 'line' && reason !== 'offline' && (
        <>
          , about <Time at={new Date(estimatedSendAt)} />
        </>
      )}
    </p>
  );
}
