import type { Clock } from '../../platform/clock.ts';
import { type Database, isUnavailable } from '../../platform/database.ts';
import { findEventsAfter, type PublishedEvent } from '../../platform/events.store.ts';
import type { MessageMedia } from '../messages/messages.ts';
import { type ClaimedDelivery, storeBody } from './attempts.store.ts';

export interface BodiesOptions {
  database: Database;
  files: Pick<MessageMedia, 'open'>;
  clock: Clock;
}

/** What every attempt of a delivery sends. */
export interface Bodies {
  /** Undefined when its event, or the delivery itself, is not kept any more. */
  of(delivery: ClaimedDelivery, signal: AbortSignal): Promise<string | undefined>;
}

const mostFileBytes = 1_000_000;
const fileTimeoutMs = 10_000;

/** The data of an event that a file goes with. */
interface DataWithFile {
  id: string;
  media: { url: string; size: number | null };
}

/**
 * Most bodies were made with their delivery. One that holds a file is made before its first attempt, and stored, so that
 * the others send the same. Where the file is large, or cannot be had at once, its link stays.
 */
export function createBodies({ database, files, clock }: BodiesOptions): Bodies {
  async function withFile(event: PublishedEvent, signal: AbortSignal): Promise<object> {
    const data = event.data as DataWithFile;
    if ((data.media.size ?? 0) > mostFileBytes) return data;
    const base64 = await fileOf(data.id, event.accountId, signal);
    if (base64 === undefined) return data;
    const { url: _link, ...media } = data.media;
    return { ...data, media: { ...media, base64 } };
  }

  async function fileOf(messageId: string, accountId: string, signal: AbortSignal): Promise<string | undefined> {
    const ending = new AbortController();
    const over = AbortSignal.any([signal, ending.signal]);
    clock.sleep(fileTimeoutMs, over).then(
      () => ending.abort(new Error('The file took too long')),
      () => undefined,
    );
    try {
      const { stream } = await files.open(messageId, accountId, over);
      over.addEventListener('abort', () => stream.destroy(), { once: true });
      const chunks: Buffer[] = [];
      let size = 0;
      for await (const chunk of stream) {
        size += (chunk as Buffer).length;
        if (size > mostFileBytes) return undefined;
        chunks.push(chunk as Buffer);
      }
      return over.aborted ? undefined : Buffer.concat(chunks).toString('base64');
    } catch (error) {
      if (isUnavailable(error) || signal.aborted) throw error;
      return undefined;
    } finally {
      ending.abort();
    }
  }

  return {
    async of(delivery, signal) {
      if (delivery.body !== null) return delivery.body;
      const { accountId, sequence } = delivery;
      const { events } = await findEventsAfter(database, accountId, sequence - 1, 1);
      const event = events.find((each) => each.sequence === sequence);
      if (!event) return undefined;
      const body = JSON.stringify({
        id: event.id,
        event: delivery.event,
        names: event.names.filter((name) => delivery.events.includes(name)),
        timestamp: event.createdAt.toISOString(),
        accountId,
        sequence,
        data: await withFile(event, signal),
      });
      return storeBody(database, delivery, body);
    },
  };
}
