import { type AppOptions, createFeatures } from './app-features.ts';
import { kindsOf } from './app-settings.ts';
import { createStorage } from './app-storage.ts';
import { createJournalSweep } from './channels/baileys/inbound-journal.ts';
import { createDashboard } from './dashboard/dashboard.ts';
import { createChecklist } from './features/checklist/checklist.ts';
import { eventWebhooks } from './features/events/events.ts';
import { createHttpServer, defaultHttpLimits } from './platform/http.ts';
import { createIdempotency } from './platform/idempotency.store.ts';
import { group, type Service } from './platform/lifecycle.ts';
import { createSecrets } from './platform/secrets.ts';
import { createSweep } from './platform/sweep.ts';

export { appTimings } from './app-timings.ts';

export interface App extends Service {
  /** Where it listens; only once it has started. */
  readonly address: string;
  /** The one-time link for making the admin; undefined once there is one. Never to be logged. */
  setupLink(): Promise<string | undefined>;
}

/** The composition root: the only place where the parts of the product meet. */
export function createApp(options: AppOptions): App {
  const { config, log } = options;
  const secrets = createSecrets({ key: options.encryptionKey });
  const storage = createStorage(options, secrets);
  const features = createFeatures(options, storage.database, secrets);
  const idempotency = createIdempotency();
  const dashboard = createDashboard({
    ...options,
    ...features,
    secrets,
    publicUrl: config.publicUrl,
    trustProxyHops: config.trustProxy,
    timeZone: config.timeZone,
    kinds: kindsOf(config),
    environmentKey: config.adminApiKey !== undefined,
    checklist: createChecklist(storage.database),
    server: () => http.server,
    timings: options.timings.dashboard,
  });
  const http = createHttpServer({
    ...options,
    host: config.host,
    port: config.port,
    routes: features.routes,
    pages: dashboard,
    trustProxyHops: config.trustProxy,
    corsOrigins: config.corsOrigins,
    authenticate: ({ apiKey }) => features.access.authenticate(apiKey),
    sessions: features.signIn.gate,
    idempotency,
    database: storage.database,
    limits: {
      ...defaultHttpLimits,
      perKeyPerMinute: config.rateLimitPerMinute.perKey,
      perSessionPerMinute: config.rateLimitPerMinute.perSession,
      perAddressPerMinute: config.rateLimitPerMinute.perAddress,
    },
    title: 'Switchboard',
    webhooks: eventWebhooks(),
    publicUrl: config.publicUrl,
  });
  const journalSweep = createJournalSweep({
    ...options,
    database: storage.database,
    intervalMs: options.timings.journalSweepMs,
  });
  const sweep = createSweep({
    ...options,
    name: 'idempotency-keys',
    intervalMs: options.timings.idempotencySweepMs,
    sweep: () => idempotency.sweep(storage.database),
  });
  const all = group('app', [
    ...storage.services,
    ...features.services,
    sweep,
    journalSweep,
    dashboard.assetsService,
    http,
    dashboard.live,
  ]);
  for (const sentence of config.warnings) log.warn(sentence);
  return {
    name: all.name,
    start: () => all.start(),
    stop: () => all.stop(),
    get address() {
      return http.address;
    },
    async setupLink() {
      const path = await features.signIn.setup.path();
      // The free port that PORT=0 takes is known only now.
      return path && `${config.publicUrl.endsWith(':0') ? http.address : config.publicUrl}${path}`;
    },
  };
}
