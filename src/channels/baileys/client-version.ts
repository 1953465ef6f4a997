import type { WAVersion } from '@whiskeysockets/baileys';
import type { Clock } from '../../platform/clock.ts';
import { errorMessage } from '../../platform/errors.ts';
import type { Log } from '../../platform/log.ts';
import { type OutboundHttp, readText } from '../../platform/outbound-http.ts';

const answerMs = 5_000;
const knownForMs = 24 * 60 * 60_000;
const longestScriptBytes = 4_000_000;

/** As Baileys' `fetchLatestWaWebVersion` asks, which takes no client of ours: WhatsApp answers nobody but browsers. */
const serviceWorkerUrl = 'https://web.whatsapp.com/sw.js';
const headers = {
  'sec-fetch-site': 'none',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
};

/** Another network than WhatsApp's own names no version. */
export const noNewerVersion = (): Promise<undefined> => Promise.resolve(undefined);

/**
 * Asks WhatsApp Web for its present version: only when a client was refused as outdated, and at most once a day. Resolves
 * with undefined when there is no answer.
 */
export function createVersionLookup(options: {
  outbound: OutboundHttp;
  clock: Clock;
  log: Log;
}): () => Promise<WAVersion | undefined> {
  const { outbound, clock, log } = options;
  let known: { version: WAVersion; atMs: number } | undefined;

  async function ask(): Promise<WAVersion | undefined> {
    const limits = { totalTimeoutMs: answerMs, maxBodyBytes: longestScriptBytes };
    const script = await readText(await outbound.request(serviceWorkerUrl, { headers, ...limits }));
    const revision = /\\?"client_revision\\?":\s*(\d+)/.exec(script)?.[1];
    return revision === undefined ? undefined : [2, 3000, Number(revision)];
  }

  return async () => {
    const nowMs = clock.monotonicMs();
    if (known && nowMs - known.atMs < knownForMs) return known.version;
    try {
      const version = await ask();
      if (version) known = { version, atMs: nowMs };
    } catch (error) {
      log.warn('The present version of WhatsApp Web is not known', { reason: errorMessage(error) });
    }
    return known?.version;
  };
}
