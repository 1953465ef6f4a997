import { fetchLatestWaWebVersion, type WAVersion } from '@whiskeysockets/baileys';
import type { Clock } from '../../platform/clock.ts';
import { errorMessage } from '../../platform/errors.ts';
import type { Log } from '../../platform/log.ts';

const answerMs = 5_000;
const knownForMs = 24 * 60 * 60_000;

/** Another network than WhatsApp's own names no version. */
export const noNewerVersion = (): Promise<undefined> => Promise.resolve(undefined);

/**
 * Asks WhatsApp Web for its present version: only when a client was refused as outdated, and at most once a day. Resolves
 * with undefined when there is no answer.
 */
export function createVersionLookup(options: { clock: Clock; log: Log }): () => Promise<WAVersion | undefined> {
  const { clock, log } = options;
  let known: { version: WAVersion; atMs: number } | undefined;

  return async () => {
    const nowMs = clock.monotonicMs();
    if (known && nowMs - known.atMs < knownForMs) return known.version;
    try {
      const { version, isLatest } = await fetchLatestWaWebVersion({ signal: AbortSignal.timeout(answerMs) });
      if (isLatest) known = { version, atMs: nowMs };
    } catch (error) {
      log.warn('The present version of WhatsApp Web is not known', { reason: errorMessage(error) });
    }
    return known?.version;
  };
}
