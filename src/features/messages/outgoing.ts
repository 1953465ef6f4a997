import type {
  Content,
  MediaContent,
  OutgoingContent,
  OutgoingMedia,
  OutgoingMessage,
  QuotedMessage,
} from '../../channels/content.ts';
import type { Lane } from '../../platform/commit-writer.ts';
import type { Database } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import type { Secrets } from '../../platform/secrets.ts';
import type { Media } from '../media/media.ts';
import type { MessageRow } from './message.ts';
import { findByRemoteId } from './messages.store.ts';
import { preparedKind } from './prepared.store.ts';
import { actOf, contentOf, originalPlace, pollSecret } from './stored-content.ts';

export type Outgoing = Pick<OutgoingMessage, 'content' | 'quoted' | 'mentions'>;

export interface OutgoingOptions {
  database: Database;
  secrets: Secrets;
  media: Media;
}

/** Makes of a stored row what a channel sends. What a file turns out to be is stored in the lane. */
export function createOutgoing(options: OutgoingOptions): (row: MessageRow, lane: Lane) => Promise<Outgoing> {
  const { database, secrets, media } = options;
  const prepared = preparedKind(secrets);

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

  async function withFile(row: MessageRow, content: MediaContent, lane: Lane): Promise<OutgoingMedia> {
    const { original = null } = (await findByRemoteId(database, row.accountId, row.remoteId, 'outgoing')) ?? {};
    let kept: Uint8Array | null = original && secrets.open(original, originalPlace(row.id));
    return {
      ...content,
      open: (signal) => media.open(row.id, signal),
      get prepared() {
        return kept;
      },
      async keep(made) {
        const batch = lane.batch();
        batch.add(prepared, { id: row.id, ...made });
        lane.commit(batch);
        await lane.settled();
        kept = made.original;
      },
    };
  }

  async function complete(row: MessageRow, content: Content, lane: Lane): Promise<OutgoingContent> {
    if ('file' in content) return withFile(row, content, lane);
    return content.type === 'poll' ? { ...content, secret: pollSecret(secrets, row.id) } : content;
  }

  return async (row, lane) => {
    const act = actOf(row);
    if (act) return { content: act, quoted: null, mentions: [] };
    const content = contentOf(row);
    if (!content) {
      throw new AppError('message.unsendable', { detail: `A message of the type ${row.type} cannot be sent.` });
    }
    return { content: await complete(row, content, lane), quoted: await quotedOf(row), mentions: row.mentions };
  };
}
