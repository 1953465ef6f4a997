import type { Content } from '../../channels/content.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import type { Service } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import type { Secrets } from '../../platform/secrets.ts';
import { createSweep } from '../../platform/sweep.ts';
import { listUntranslated, storeTranslations, type Translation } from './retranslation.store.ts';
import { columnsOf, originalPlace } from './stored-content.ts';

/** What a message says, read from the network's encoding; undefined for what this version cannot translate either. */
export type Translate = (original: Uint8Array) => (TranslatedContent & { content: Content }) | undefined;

export interface TranslatedContent {
  replyTo: string | null;
  mentions: string[];
}

export interface RetranslationOptions {
  database: Database;
  secrets: Secrets;
  events: EventBus;
  translate: Translate;
  intervalMs: number;
  clock: Clock;
  log: Log;
}

const batchSize = 100;

/** Translates what an earlier version stored without understanding it; each message is tried once by each version. */
export function createRetranslation(options: RetranslationOptions): Service {
  const { database, secrets, translate, events, log } = options;

  function translated({ id, accountId, original }: { id: string; accountId: string; original: Buffer }): Translation {
    try {
      const found = translate(secrets.open(original, originalPlace(id)));
      if (found) return { id, ...columnsOf(found.content), replyTo: found.replyTo, mentions: found.mentions };
    } catch (error) {
      log.warn('A stored message could not be read again', { accountId, id, error });
    }
    return { id, type: 'unsupported', text: null, content: null, replyTo: null, mentions: [] };
  }

  return createSweep({
    ...options,
    name: 'message-retranslation',
    batchSize,
    async sweep() {
      const rows = await listUntranslated(database, batchSize);
      if (rows.length === 0) return 0;
      await storeTranslations(database, rows.map(translated));
      for (const accountId of new Set(rows.map((row) => row.accountId))) events.announce(`messages:${accountId}`);
      return rows.length;
    },
  });
}
