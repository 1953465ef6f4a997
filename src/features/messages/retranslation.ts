import type { DatedAct, OpenAct } from '../../channels/acts.ts';
import type { Content } from '../../channels/content.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import type { Service } from '../../platform/lifecycle.ts';
import type { Log } from '../../platform/log.ts';
import type { Secrets } from '../../platform/secrets.ts';
import { createSweep } from '../../platform/sweep.ts';
import type { ActRow } from './acts.store.ts';
import { columnsOfAct, createActs } from './acts.ts';
import {
  listUntranslated,
  removeUntranslated,
  storeTranslations,
  type Translation,
  type Untranslated,
} from './retranslation.store.ts';
import { columnsOf, originalPlace } from './stored-content.ts';

/** What a message says or does, read from the network's encoding; undefined for what cannot be translated. */
export type Translate = (original: Uint8Array) => TranslatedMessage | DatedAct | undefined;

export interface TranslatedMessage {
  content: Content;
  replyTo: string | null;
  mentions: string[];
}

export interface RetranslationOptions {
  database: Database;
  secrets: Secrets;
  events: EventBus;
  translate: Translate;
  openAct: OpenAct;
  intervalMs: number;
  clock: Clock;
  log: Log;
}

const batchSize = 100;

/**
 * Translates what an earlier version stored without understanding it; each message is tried once by each version. What
 * does something to another message goes into that one.
 */
export function createRetranslation(options: RetranslationOptions): Service {
  const { database, secrets, translate, events, log } = options;
  const acts = createActs(options);

  function translated({ id, accountId, original }: Untranslated): TranslatedMessage | DatedAct | undefined {
    try {
      return translate(secrets.open(original, originalPlace(id)));
    } catch (error) {
      log.warn('A stored message could not be read again', { accountId, id, error });
      return undefined;
    }
  }

  async function store(rows: readonly Untranslated[]): Promise<void> {
    const translations: Translation[] = [];
    const found: { id: string; act: ActRow }[] = [];
    for (const row of rows) {
      const result = translated(row);
      if (result && 'act' in result) found.push({ id: row.id, act: actRow(row, result) });
      else translations.push(translationOf(row, result));
    }
    await database.transaction(async (tx) => {
      await storeTranslations(tx, translations);
      if (found.length === 0) return;
      const removed = await removeUntranslated(
        tx,
        found.map(({ id }) => id),
      );
      await acts.takeSilently(
        tx,
        found.filter(({ id }) => removed.has(id)).map(({ act }) => act),
      );
    });
  }

  return createSweep({
    ...options,
    name: 'message-retranslation',
    batchSize,
    async sweep() {
      const rows = await listUntranslated(database, batchSize);
      if (rows.length === 0) return 0;
      await store(rows);
      for (const accountId of new Set(rows.map((row) => row.accountId))) events.announce(`messages:${accountId}`);
      return rows.length;
    },
  });
}

function translationOf({ id }: Untranslated, found: TranslatedMessage | undefined): Translation {
  if (!found) return { id, type: 'unsupported', text: null, content: null, replyTo: null, mentions: [] };
  return { id, ...columnsOf(found.content), replyTo: found.replyTo, mentions: found.mentions };
}

/** Whether an admin did it is not known any more. */
function actRow(row: Untranslated, act: DatedAct): ActRow {
  const { accountId, chatJid, fromJid, fromPhone, fromLid, fromName } = row;
  const fromMe = row.direction === 'outgoing';
  return { ...columnsOfAct(act), accountId, chatJid, fromMe, fromJid, fromPhone, fromLid, fromName, asAdmin: false };
}
