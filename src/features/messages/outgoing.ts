import type { OutgoingMessage, QuotedMessage } from '../../channels/content.ts';
import { AppError } from '../../platform/errors.ts';
import type { Database } from '../../platform/database.ts';
import type { Secrets } from '../../platform/secrets.ts';
import type { MessageRow } from './message.ts';
import { findByRemoteId } from './messages.store.ts';
import { contentOf, originalPlace } from './stored-content.ts';

export type Outgoing = Pick<OutgoingMessage, 'content' | 'quoted' | 'mentions'>;

export interface OutgoingOptions {
  database: Database;
  secrets: Secrets;
}

/** Makes of a stored row what a channel sends. */
export function createOutgoing({ database, secrets }: OutgoingOptions): (row: MessageRow) => Promise<Outgoing> {
  async function quotedOf(row: MessageRow): Promise<QuotedMessage | null> {
    const found = row.replyTo === null ? undefined : await findByRemoteId(database, row.accountId, row.replyTo);
    if (!found) return null;
    const { original, ...message } = found;
    return {
      remoteId: message.remoteId,
      fromMe: message.direction === 'outgoing',
      from: message.fromJid,
      content: contentOf(message) ?? { type: 'text', text: '' },
      original: original && secrets.open(original, originalPlace(message.id)),
    };
  }

  return async (row) => {
    const content = contentOf(row);
    if (!content || 'file' in content) {
      throw new AppError('message.unsendable', { detail: `A message of the type ${row.type} cannot be sent.` });
    }
    return { content, quoted: await quotedOf(row), mentions: row.mentions };
  };
}
