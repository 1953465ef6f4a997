import type { Server } from 'node:http';
import type { SignIn } from '../features/access/access.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database.ts';
import type { EventBus } from '../platform/event-bus.ts';
import type { Pages } from '../platform/http-app.ts';
import type { Service } from '../platform/lifecycle.ts';
import type { Log } from '../platform/log.ts';
import type { Page } from '../platform/page.ts';
import type { Secrets } from '../platform/secrets.ts';
import { createAssets } from './assets.ts';
import { createFlash } from './flash.ts';
import { createLive } from './live.ts';
import { createOwnOrigin } from './own-origin.ts';
import { createPageRouter } from './page-router.ts';
import { dashboardPages, type PageParts } from './pages/pages.ts';

export interface DashboardOptions extends Omit<PageParts, 'adviceFor'> {
  database: Database;
  signIn: SignIn;
  events: EventBus;
  secrets: Secrets;
  /** `dist/public` */
  assetsDirectory: string;
  version: string;
  publicUrl: string;
  trustProxyHops: number;
  /** IANA name of the zone in which times are shown. */
  timeZone: string;
  /** Where the HTTP server that carries the sockets is to be found, once it has started. */
  server: () => Server;
  timings: DashboardTimings;
  clock: Clock;
  log: Log;
}

/** All in ms. */
export interface DashboardTimings {
  formMs: number;
  /** How often the sessions of open pages, and what other instances did, are looked at. */
  lookMs: number;
  /** At most one fact of a topic in this time. */
  factPauseMs: number;
}

export interface Dashboard extends Pages {
  /** Needed before requests come. */
  readonly assetsService: Service;
  /** The sockets: started after the HTTP server and stopped before it, which waits for them. */
  readonly live: Service;
  readonly definitions: readonly Page[];
}

/** Everything that people see in a browser. */
export function createDashboard(options: DashboardOptions): Dashboard {
  const { signIn, timings, clock, log } = options;
  const assets = createAssets(options.assetsDirectory);
  const definitions = dashboardPages({ ...options, adviceFor: (request) => signIn.adviceFor(request) });
  const router = createPageRouter({
    ...options,
    pages: definitions,
    assets,
    viewerOf: (request) => signIn.sessions.of(request),
    csrfTokenOf: (request, response) => signIn.csrf.tokenFor(request, response),
    requireCsrf: (request, token) => signIn.csrf.require(request, token),
    flash: createFlash(options.secrets),
    formTimeoutMs: timings.formMs,
  });
  const live = createLive({
    ...options,
    sessionOf: (cookie) => signIn.sessions.fromCookie(cookie),
    alive: (sessionIds) => signIn.sessions.alive(sessionIds),
    isOwnOrigin: createOwnOrigin(options),
    publishedElsewhere: () => options.events.publishedElsewhere(options.database),
    lookMs: timings.lookMs,
    gatherMs: timings.factPauseMs,
    clock,
    log,
  });
  return { ...router, assets: assets.serve, assetsService: assets, live, definitions };
}
