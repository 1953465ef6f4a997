import { createChannelFactory, createMediaDownload } from './app-channels.ts';
import { createInbox } from './app-inbox.ts';
import { lineRoutes } from './app-line-routes.ts';
import { createNetworks } from './app-networks.ts';
import { kindsOf, signInSettings } from './app-settings.ts';
import { type StorageOptions } from './app-storage.ts';
import type { AppTimings } from './app-timings.ts';
import { createWebhookParts } from './app-webhooks.ts';
import { openAct } from './channels/baileys/encrypted-acts.ts';
import { translateOriginal } from './channels/baileys/kept-originals.ts';
import { accessRoutes } from './features/access/access.routes.ts';
import { createAccess, createSignIn } from './features/access/access.ts';
import { keyRoutes } from './features/access/keys.routes.ts';
import { accountRoutes } from './features/accounts/accounts.routes.ts';
import { createAccounts } from './features/accounts/accounts.ts';
import { qrRoutes } from './features/accounts/qr.routes.ts';
import { auditRoutes } from './features/audit/audit.routes.ts';
import { createAudit } from './features/audit/audit.ts';
import { createChats } from './features/chats/chats.ts';
import { createContacts } from './features/contacts/contacts.ts';
import { eventRoutes } from './features/events/events.routes.ts';
import { createEventLog } from './features/events/events.ts';
import { createGroups } from './features/groups/groups.ts';
import { createMedia, createStoredFiles } from './features/media/media.ts';
import { messageRoutes } from './features/messages/messages.routes.ts';
import { messageMediaRoutes } from './features/messages/message-media.routes.ts';
import {
  createFileKeeper,
  createMediaLinks,
  createMessageMedia,
  createMessages,
} from './features/messages/messages.ts';
import { createNotifications } from './features/notifications/notifications.ts';
import { customerRoutes } from './features/sandbox/customers.routes.ts';
import { sandboxRoutes } from './features/sandbox/sandbox.routes.ts';
import { createSandbox, createSandboxStores, startOnDemand } from './features/sandbox/sandbox.ts';
import { systemRoutes } from './features/system/system.routes.ts';
import { createSystem } from './features/system/system.ts';
import { deliveryOutlet } from './features/webhooks/webhooks.ts';
import type { Database } from './platform/database.ts';
import { createCommitWriter } from './platform/commit-writer.ts';
import { createEventBus } from './platform/event-bus.ts';
import { createLeases } from './platform/leases.ts';
import { createOutboundHttp } from './platform/outbound-http.ts';
import type { Probe } from './platform/probe.ts';
import { type Secrets } from './platform/secrets.ts';
import { createSimulator } from './simulator/simulator.ts';

export interface AppOptions extends StorageOptions {
  /** The master key of what is sealed in the database. */
  encryptionKey: string;
  /** Signs the cookies of sessions. */
  sessionSecret: string;
  version: string;
  /** What the build made for browsers. */
  assetsDirectory: string;
  timings: AppTimings;
  probe: Probe;
}

const messagesUnderWay = 32;

/** All that the product does, and the routes by which it is asked for it. */
export function createFeatures(options: AppOptions, database: Database, secrets: Secrets) {
  const { config, clock, timings, version } = options;
  const shared = { ...options, database, secrets, events: createEventBus(clock, [deliveryOutlet]), openAct };
  const writer = createCommitWriter(shared);
  const leases = createLeases({ ...shared, timings: timings.lease });
  // The lock of the embedded database's folder proves that no other process lives.
  const alone = config.database.kind === 'embedded';
  const audit = createAudit({ ...shared, sweepIntervalMs: timings.auditSweepMs });
  const notifications = createNotifications({ ...shared, sweepIntervalMs: timings.notificationSweepMs });
  const access = createAccess({
    ...shared,
    audit,
    adminApiKey: config.adminApiKey,
    cacheSize: config.cache.size,
    cacheMs: config.cache.ttlMs,
  });
  const signIn = createSignIn({ ...shared, audit, ...signInSettings(config, timings) });
  const network = startOnDemand({
    ...shared,
    leases,
    alone,
    wanted: config.sandbox,
    lookMs: timings.lease.lookMs,
    make: (lease) =>
      createSimulator({
        seed: secrets.derive('sandbox network', 32),
        ...createSandboxStores(database, secrets, lease),
        log: (message, context) => options.log.debug(message, context),
      }),
  });
  const client = { clock, userAgent: `Switchboard/${version}` };
  const networks = createNetworks({ outbound: client, sandbox: network, whatsapp: config.whatsapp });
  const links = createMediaLinks({ ...shared, key: secrets.derive('media links', 32), publicUrl: config.publicUrl });
  const http = createOutboundHttp({ ...client, allowedHosts: config.outboundAllowHosts });
  const media = createMedia({
    ...shared,
    http,
    queueBytes: config.mediaQueueBytes,
    timings: timings.media,
  });
  const storedFiles = createStoredFiles({ ...shared, mostBytes: config.mediaStoreBytes });
  const sandboxNumbersEverywhere = config.whatsapp.webSocketUrl !== undefined;
  const accounts = createAccounts({
    ...shared,
    writer,
    leases,
    alone,
    // Where they are switched off, somebody must still say so.
    mayTake: (kind) => kind !== 'sandbox' || !config.sandbox || network.isOwned,
    access,
    audit,
    notifications,
    openChannel: createChannelFactory({
      ...shared,
      writer,
      networks,
      outbound: createOutboundHttp({ ...client, allowedHosts: [] }),
      whatsapp: config.whatsapp,
      timings: timings.channel,
    }),
    kinds: kindsOf(config),
    inbox: createInbox({ ...shared, links, storedFiles }),
    sandboxNumbersEverywhere,
    linking: {
      firstCodeMs: timings.firstCodeMs,
      codeIntervalMs: timings.codeIntervalMs,
      leastCodeLifeMs: timings.leastCodeLifeMs,
      lateMs: timings.lateCodeMs,
    },
    forget: (account) => sandbox.forget(account),
    unlinkMs: timings.unlinkMs,
    timings: { pollMs: timings.accountPollMs, lookMs: timings.lease.lookMs },
  });
  const messages = createMessages({
    ...shared,
    writer,
    accounts,
    media,
    links,
    typingBaseMs: config.typingDelayMs,
    translate: translateOriginal,
    timeZone: config.timeZone,
    sandboxNumbersEverywhere,
    timings: {
      pollMs: timings.queuePollMs,
      idleMs: timings.queueIdleMs,
      underWay: messagesUnderWay,
      expiryIntervalMs: timings.expiryIntervalMs,
      retranslationMs: timings.retranslationMs,
      drainMs: timings.confirmationDrainMs,
    },
  });
  const chats = createChats({ accounts, messages });
  const contacts = createContacts({ ...shared, accounts });
  const groups = createGroups({ ...shared, accounts, cacheSize: config.cache.size, cacheMs: config.cache.ttlMs });
  const sandbox = createSandbox({
    ...shared,
    accounts,
    messages,
    media,
    network,
    timings: {
      readyMs: timings.sandboxReadyMs,
      arrivalMs: timings.sandboxArrivalMs,
      gatherMs: timings.sandboxGatherMs,
    },
  });
  const download = createMediaDownload(networks);
  const files = createMessageMedia({ ...shared, accounts, media, storedFiles, download });
  const keeper = createFileKeeper({ ...shared, accounts, storedFiles, files, timings: timings.storedFiles });
  const hooks = createWebhookParts({
    ...shared,
    accounts,
    audit,
    notifications,
    files,
    http: createOutboundHttp({
      ...client,
      allowedHosts: config.outboundAllowHosts,
      keepConnectionsMs: timings.webhooks.keepConnectionsMs,
    }),
    allowedHosts: config.outboundAllowHosts,
    alone,
    timings: timings.webhooks,
  });
  const eventLog = createEventLog({ ...shared, accounts, sweepIntervalMs: timings.eventSweepMs });
  const system = createSystem({ ...shared, storedFiles });
  const parts = {
    access,
    signIn,
    audit,
    accounts,
    messages,
    chats,
    contacts,
    groups,
    sandbox,
    eventLog,
    notifications,
    system,
    webhooks: hooks.webhooks,
    deliveries: hooks.deliveries,
    webhookTest: hooks.webhookTest,
  };
  const routes = [
    ...accessRoutes(signIn),
    ...accountRoutes(accounts),
    ...qrRoutes(accounts, { firstCodeMs: timings.firstCodeMs }),
    ...sandboxRoutes(sandbox),
    ...customerRoutes(sandbox),
    ...lineRoutes({ ...shared, ...parts, sandboxNumbersEverywhere, cache: config.cache }),
    ...messageRoutes({ messages, media, waitMs: timings.sendWaitMs }),
    ...messageMediaRoutes({ files, links }),
    ...eventRoutes(eventLog),
    ...hooks.routes,
    ...keyRoutes(access),
    ...auditRoutes(audit),
    ...systemRoutes(system),
  ];
  // Stopped in reverse: the send loops wait for confirmations before the lines are closed.
  const services = [
    signIn,
    system,
    audit,
    eventLog,
    notifications,
    leases,
    network,
    sandbox,
    ...hooks.services,
    accounts,
    media,
    messages,
    keeper,
  ];
  return { ...shared, ...parts, storedFiles, routes, services };
}
