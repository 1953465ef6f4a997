import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Request, RequestHandler, Response } from 'express';
import session, { type SessionData } from 'express-session';
import type { Clock } from '../../platform/clock.ts';
import { cookieAttributes, cookieName, cookieOf } from '../../platform/cookies.ts';
import type { Database } from '../../platform/database.ts';
import type { EventBus } from '../../platform/event-bus.ts';
import type { Log } from '../../platform/log.ts';
import type { Secrets } from '../../platform/secrets.ts';
import { macOf, unsigned } from '../../platform/signed-value.ts';
import { browserName } from './browser-name.ts';
import { createExpressStore } from './express-store.ts';
import { deleteAllSessions, deleteSession, findAlive, listSessions } from './session.store.ts';

declare module 'express-session' {
  interface SessionData {
    person?: Person;
  }
}

interface Person {
  username: string;
  createdAt: string;
  lastSeenAt: string;
  browser: string;
  address: string;
}

export interface SignedIn {
  /** Of no use to whoever reads it: the secret id stands in the cookie only. */
  sessionId: string;
  username: string;
  csrfToken: string;
  /** When the session ends if the person does nothing more. */
  endsAt: Date;
}

export interface SessionEntry {
  sessionId: string;
  username: string;
  createdAt: Date;
  lastSeenAt: Date;
  /** `Firefox on Windows` */
  browser: string;
  address: string;
  endsAt: Date;
}

export interface Sessions {
  /** Reads the request's session; costs nothing without the cookie. Needed once before `of`. */
  readonly load: RequestHandler;
  of(request: IncomingMessage): SignedIn | undefined;
  /** A new session under a new id, and its cookie. */
  signIn(request: Request, response: Response, username: string): Promise<SignedIn>;
  signOut(request: Request, response: Response): Promise<void>;
  /** Ends one; false when there is none of this id. */
  end(sessionId: string): Promise<boolean>;
  /** Ends every session on every instance; returns how many. */
  endAll(): Promise<number>;
  list(): Promise<SessionEntry[]>;
  /** Which of these are still signed in. */
  alive(sessionIds: readonly string[]): Promise<Set<string>>;
  /** For what is no Express request, such as the opening of a WebSocket. */
  fromCookie(cookieHeader: string | undefined): Promise<SignedIn | undefined>;
}

export interface SessionsOptions {
  database: Database;
  secrets: Secrets;
  events: EventBus;
  clock: Clock;
  log: Log;
  /** Signs the cookie. */
  sessionSecret: string;
  cookieSecure: boolean;
  idleMs: number;
  /** How long a session may last in all. */
  maxMs: number;
}

/** New and ended sessions are announced under it. */
const topic = 'sessions';

/** Live parts of a page fetch themselves, and a page asks how long its session lasts: nobody acted. */
function isAutomatic(request: IncomingMessage): boolean {
  const path = ('originalUrl' in request ? String(request.originalUrl) : (request.url ?? '')).split('?', 1)[0];
  return request.headers['x-live'] !== undefined || path === '/ui/session';
}

function publicIdOf(sid: string): string {
  return createHash('sha256').update(sid).digest('hex');
}

/** express-session speaks in callbacks. */
function called(work: (done: (error?: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    work((error) => {
      if (error === undefined || error === null) resolve();
      else reject(error instanceof Error ? error : new Error('A session could not be stored', { cause: error }));
    });
  });
}

/** The sessions of people in browsers, in the database, so that they outlast a restart and hold on every instance. */
export function createSessions(options: SessionsOptions): Sessions {
  const { database, events, clock, sessionSecret, cookieSecure: secure, idleMs, maxMs } = options;
  const name = cookieName('sb_session', secure);
  const csrfKey = options.secrets.derive('csrf of sessions', 32);
  const automatic = new WeakSet<SessionData>();
  const fresh = new WeakSet<SessionData>();
  const known = new WeakMap<IncomingMessage, SignedIn>();

  function lastEnd({ person }: SessionData): number {
    return (person ? new Date(person.createdAt).getTime() : 0) + maxMs;
  }

  const endOf = (data: SessionData): Date => new Date(Math.min(clock.now().getTime() + idleMs, lastEnd(data)));
  const store = createExpressStore({
    ...options,
    endOf,
    isNew: (data) => fresh.has(data),
    prolongs: (data) => !automatic.has(data),
  });
  const middleware = session({
    name,
    secret: sessionSecret,
    store,
    resave: false,
    saveUninitialized: false,
    cookie: { ...cookieAttributes(secure), maxAge: maxMs },
  });

  function sidOf(cookieHeader: string | undefined): string | undefined {
    const text = cookieOf(cookieHeader, name);
    return text?.startsWith('s:') ? unsigned(text.slice(2), sessionSecret) : undefined;
  }

  function signedInBy(sid: string, data: SessionData, isAct: boolean): SignedIn | undefined {
    const { person, cookie } = data;
    const storedEnd = Math.min(new Date(cookie.expires ?? 0).getTime(), lastEnd(data));
    if (!person || storedEnd <= clock.now().getTime()) return undefined;
    const sessionId = publicIdOf(sid);
    return {
      sessionId,
      username: person.username,
      csrfToken: macOf(sessionId, csrfKey),
      endsAt: isAct ? endOf(data) : new Date(storedEnd),
    };
  }

  function note(request: Request): void {
    const isAct = !isAutomatic(request);
    const signedIn = signedInBy(request.sessionID, request.session, isAct);
    // What has ended by our clock must not be prolonged either.
    if (!isAct || !signedIn) automatic.add(request.session);
    if (signedIn) known.set(request, signedIn);
  }

  const load: RequestHandler = (request, response, next) => {
    if (sidOf(request.headers.cookie) === undefined || known.has(request)) return next();
    return middleware(request, response, (error?: unknown) => {
      if (error === undefined) note(request);
      next(error);
    });
  };

  async function signIn(request: Request, response: Response, username: string): Promise<SignedIn> {
    await called((done) => void middleware(request, response, done));
    await called((done) => void request.session.regenerate(done));
    fresh.add(request.session);
    const now = clock.now().toISOString();
    request.session.person = {
      username,
      createdAt: now,
      lastSeenAt: now,
      browser: browserName(request.get('user-agent')),
      address: request.ip ?? '',
    };
    await called((done) => void request.session.save(done));
    events.announce(topic);
    const sessionId = publicIdOf(request.sessionID);
    const endsAt = endOf(request.session);
    const signedIn: SignedIn = { sessionId, username, csrfToken: macOf(sessionId, csrfKey), endsAt };
    known.set(request, signedIn);
    return signedIn;
  }

  function ended(count: number): number {
    if (count > 0) events.announce(topic);
    return count;
  }

  return {
    load,
    of: (request) => known.get(request),
    signIn,
    async signOut(request, response) {
      response.clearCookie(name, cookieAttributes(secure));
      if (!known.delete(request)) return;
      await called((done) => void request.session.destroy(done));
      events.announce(topic);
    },
    end: async (sessionId) => ended((await deleteSession(database, sessionId)) ? 1 : 0) > 0,
    endAll: async () => ended(await deleteAllSessions(database)),
    list: async () =>
      (await listSessions(database)).map(({ publicId, createdAt, lastSeenAt, ...entry }) => ({
        ...entry,
        sessionId: publicId,
        createdAt: new Date(createdAt),
        lastSeenAt: new Date(lastSeenAt),
      })),
    alive: async (sessionIds) => new Set(sessionIds.length === 0 ? [] : await findAlive(database, sessionIds)),
    async fromCookie(cookieHeader) {
      const sid = sidOf(cookieHeader);
      if (sid === undefined) return undefined;
      let data: SessionData | null | undefined;
      await called((done) => {
        store.get(sid, (error: unknown, found) => {
          data = found;
          done(error);
        });
      });
      return data ? signedInBy(sid, data, false) : undefined;
    },
  };
}
