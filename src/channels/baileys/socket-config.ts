import type { GroupMetadata, makeWASocket, WAVersion } from '@whiskeysockets/baileys';
import type { Log } from '../../platform/log.ts';
import type { AuthState } from './auth-state.ts';
import { createDeviceCache } from './device-cache.ts';
import { createBaileysLogger } from './logger-adapter.ts';
import type { MediaNetwork } from './media-download.ts';
import type { NoiseTrust } from './noise-certificates.ts';
import type { SentMessages } from './sent-messages.ts';
import type { MakeRepository } from './signal-repository.ts';
import type { SocketCaches } from './socket-caches.ts';
import type { ConnectionTimings } from './timings.ts';

export interface Network {
  webSocketUrl: string;
  trust: NoiseTrust;
  media: MediaNetwork;
}

export interface SocketOptions {
  network: Network;
  auth: AuthState;
  caches: SocketCaches;
  sentMessages: SentMessages;
  timings: ConnectionTimings;
  /** The client version to present, where another than Baileys' own is known to be wanted. */
  version: WAVersion | undefined;
  log: Log;
}

/** As what this server presents itself: the name under the phone's linked devices, the browser, its version. */
export function newBrowser(): [string, string, string] {
  return ['Switchboard', 'Chrome', '1.0'];
}

export interface SocketParts {
  browser: [string, string, string];
  groupMetadata: (jid: string) => Promise<GroupMetadata | undefined>;
  makeSignalRepository: MakeRepository;
}

/** How Baileys is to work for us. */
export function socketConfig(
  options: SocketOptions,
  { browser, groupMetadata, makeSignalRepository }: SocketParts,
): Parameters<typeof makeWASocket>[0] {
  const { network, auth, caches, sentMessages, timings, version, log } = options;
  return {
    waWebSocketUrl: network.webSocketUrl,
    // None of Baileys' own, because the line's watch ends a dial and a silent line. With one, each frame that is sent costs a
    // timer and two errors with their stacks (`promiseTimeout` in its `Utils/generics.js`).
    connectTimeoutMs: 0,
    auth: { creds: auth.creds, keys: auth.store.keys },
    makeSignalRepository,
    // The store takes every change at once; what it refuses, it refuses for good.
    transactionOpts: { maxCommitRetries: 1, delayBetweenTriesMs: 0 },
    logger: createBaileysLogger(log),
    browser,
    ...(version && { version }),
    // Being "available" silences the phone's own notifications.
    markOnlineOnConnect: false,
    // The initial history stays on, because it carries the first LID mappings.
    syncFullHistory: false,
    emitOwnEvents: false,
    enableRecentMessageCache: false,
    ...(timings.qrLifeMs === undefined ? {} : { qrTimeout: timings.qrLifeMs }),
    msgRetryCounterCache: caches.retryCounters,
    userDevicesCache: createDeviceCache(auth.store.keys),
    cachedGroupMetadata: groupMetadata,
    getMessage: async (key) => (key.id ? sentMessages(key.id) : undefined),
  };
}
