import type { GroupMetadata, makeWASocket, SignalKeyStore } from '@whiskeysockets/baileys';
import { AppError } from '../../platform/errors.ts';
import type { Log } from '../../platform/log.ts';
import type { AuthState } from './auth-state.ts';
import { createBaileysLogger } from './logger-adapter.ts';
import type { NoiseTrust } from './noise-certificates.ts';
import type { SentMessages } from './sent-messages.ts';
import type { SocketCaches } from './socket-caches.ts';
import type { ConnectionTimings } from './timings.ts';

export interface Network {
  webSocketUrl: string;
  trust: NoiseTrust;
}

export interface SocketOptions {
  network: Network;
  auth: AuthState;
  caches: SocketCaches;
  sentMessages: SentMessages;
  timings: ConnectionTimings;
  log: Log;
}

/** As what this server presents itself: the name under the phone's linked devices, the browser, its version. */
export function newBrowser(): [string, string, string] {
  return ['Switchboard', 'Chrome', '1.0'];
}

export interface SocketParts {
  browser: [string, string, string];
  groupMetadata: (jid: string) => Promise<GroupMetadata | undefined>;
  lineIsUp: () => boolean;
}

/** How Baileys is to work for us. */
export function socketConfig(
  options: SocketOptions,
  { browser, groupMetadata, lineIsUp }: SocketParts,
): Parameters<typeof makeWASocket>[0] {
  const { network, auth, caches, sentMessages, timings, log } = options;
  return {
    waWebSocketUrl: network.webSocketUrl,
    connectTimeoutMs: timings.connectTimeoutMs,
    auth: { creds: auth.creds, keys: writtenOnlyWhile(lineIsUp, auth.keys) },
    // The store itself holds until the database answers; a second try could only come too late.
    transactionOpts: { maxCommitRetries: 1, delayBetweenTriesMs: 0 },
    logger: createBaileysLogger(log),
    browser,
    // Being "available" silences the phone's own notifications.
    markOnlineOnConnect: false,
    // The initial history stays on, because it carries the first LID mappings.
    syncFullHistory: false,
    emitOwnEvents: false,
    enableRecentMessageCache: false,
    ...(timings.qrLifeMs === undefined ? {} : { qrTimeout: timings.qrLifeMs }),
    msgRetryCounterCache: caches.retryCounters,
    userDevicesCache: caches.userDevices,
    cachedGroupMetadata: groupMetadata,
    getMessage: async (key) => (key.id ? sentMessages(key.id) : undefined),
  };
}

/**
 * Baileys goes on decrypting what has arrived when the line is down, but can neither confirm nor report it. Without these
 * writes the keys stay as they were, and the message can be read when it is delivered again.
 */
function writtenOnlyWhile(lineIsUp: () => boolean, keys: SignalKeyStore): SignalKeyStore {
  return {
    get: (type, ids) => keys.get(type, ids),
    async set(data) {
      if (!lineIsUp()) throw new AppError('channel.disconnected', { retryable: true, detail: 'The line is down' });
      await keys.set(data);
    },
  };
}
