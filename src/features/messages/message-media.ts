import { Readable } from 'node:stream';
import type { FileDetails } from '../../channels/content.ts';
import type { Database } from '../../platform/database.ts';
import { AppError, isAppError } from '../../platform/errors.ts';
import type { Secrets } from '../../platform/secrets.ts';
import type { AccountKind, Accounts } from '../accounts/accounts.ts';
import type { Media, StoredFiles } from '../media/media.ts';
import type { MessageRow } from './message.ts';
import { findWithOriginal, replaceOriginal } from './message-media.store.ts';
import { contentOf, originalPlace } from './stored-content.ts';

/**
 * The file of a message from its encoding, as the network has it. Rejects with `media.expired` when the network has it no more.
 */
export type DownloadMedia = (kind: AccountKind, original: Uint8Array, signal: AbortSignal) => Promise<Readable>;

export interface MessageFile {
  stream: Readable;
  details: FileDetails;
}

export interface MessageMediaOptions {
  database: Database;
  secrets: Secrets;
  accounts: Accounts;
  media: Media;
  storedFiles: Pick<StoredFiles, 'open'>;
  download: DownloadMedia;
}

/** Files of messages, both directions. */
export interface MessageMedia {
  /**
   * Errors: `message.not_found`, `media.none`, `media.not_fetched` (it waits behind an address), `media.expired`,
   * `media.phone_away`, `media.unreachable`. What is wrong with the bytes ends the stream early.
   */
  open(id: string, accountId: string | undefined, signal: AbortSignal): Promise<MessageFile>;
  /** The same from the network, whatever is stored. */
  fetch(id: string, signal: AbortSignal): Promise<MessageFile>;
}

interface FoundFile {
  row: MessageRow;
  original: Buffer | null;
  details: FileDetails;
}

export function createMessageMedia(options: MessageMediaOptions): MessageMedia {
  const { database, secrets, accounts, media, storedFiles, download } = options;

  async function find(id: string, accountId: string | undefined): Promise<FoundFile> {
    const found = await findWithOriginal(database, id, accountId);
    if (!found) throw new AppError('message.not_found', { status: 404, detail: 'There is no such message.' });
    const { original, ...row } = found;
    const content = contentOf(row);
    if (!content || !('file' in content)) throw none();
    return { row, original, details: content.file };
  }

  /** The network's file servers forget; the phone gives the file again, where it is there. */
  async function fetched(row: MessageRow, original: Uint8Array, signal: AbortSignal): Promise<Readable> {
    const { kind } = await accounts.get(row.accountId);
    try {
      return await download(kind, original, signal);
    } catch (error) {
      if (!isAppError(error, 'media.expired')) throw error;
    }
    const channel = accounts.running(row.accountId)?.channel;
    if (!channel?.files || channel.state.kind !== 'online') throw phoneAway();
    const renewed = await channel.files.renew(original);
    const sealed = secrets.seal(Buffer.from(renewed), originalPlace(row.id));
    await replaceOriginal(database, row.id, sealed);
    return download(kind, renewed, signal);
  }

  async function fromNetwork({ row, original, details }: FoundFile, signal: AbortSignal): Promise<MessageFile> {
    if (original === null) throw notFetched();
    const opened = secrets.open(original, originalPlace(row.id));
    return { stream: await fetched(row, opened, signal), details };
  }

  return {
    async open(id, accountId, signal) {
      const found = await find(id, accountId);
      const here = found.original === null ? await media.waiting(id) : await storedFiles.open(id);
      if (!here) return fromNetwork(found, signal);
      const { bytes, sizeBytes } = here;
      return { stream: Readable.from(bytes, { objectMode: false }), details: { ...found.details, sizeBytes } };
    },
    fetch: async (id, signal) => fromNetwork(await find(id, undefined), signal),
  };
}

function none(): AppError {
  return new AppError('media.none', { status: 404, detail: 'This message has no file.' });
}

function notFetched(): AppError {
  return new AppError('media.not_fetched', {
    status: 409,
    detail: 'The file of this message was not fetched from its address, or could not be.',
  });
}

function phoneAway(): AppError {
  return new AppError('media.phone_away', {
    status: 503,
    retryable: true,
    retryAfterSeconds: 10,
    detail:
      "WhatsApp's servers do not keep this file any more. The phone can give it again while the account is connected.",
  });
}
