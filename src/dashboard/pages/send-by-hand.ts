import type { Content } from '../../channels/content.ts';
import type { Messages } from '../../features/messages/messages.ts';
import type { Database } from '../../platform/database.ts';

export interface SendByHandParts {
  messages: Pick<Messages, 'accept' | 'recipient'>;
  database: Database;
}

/** What a person sends from a page was taken. */
export interface Taken {
  /** In the queue; 1 = next. */
  position: number;
  at: Date;
  warnings: readonly string[];
}

/** A person writes here, so it is no call that could be a retry, and no message of the API. */
export async function sendByHand(
  { messages, database }: SendByHandParts,
  accountId: string,
  message: { to: string; content: Content; replyTo: string | null },
): Promise<Taken> {
  const to = await messages.recipient(accountId, message.to);
  const accepted = await database.transaction((tx) =>
    messages.accept(tx, {
      accountId,
      origin: 'inbox',
      to,
      content: message.content,
      replyTo: message.replyTo,
      mentions: [],
      referenceId: null,
      priority: 'normal',
      sendAt: null,
      expiresInSeconds: null,
      typing: true,
      allowDuplicate: false,
    }),
  );
  const { position, estimatedSendAt: at, warnings } = await accepted.planned(database);
  return { position, at, warnings };
}
