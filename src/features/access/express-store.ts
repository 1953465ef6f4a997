import { callbackify } from 'node:util';
import connectPgSimple from 'connect-pg-simple';
import session, { type SessionData, type Store } from 'express-session';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import type { Log } from '../../platform/log.ts';
import { changeSession, touchSession } from './session.store.ts';

export interface ExpressStoreOptions {
  database: Database;
  clock: Clock;
  log: Log;
  /** When it ends if nobody acts from now on. */
  endOf(data: SessionData): Date;
  /** Whether somebody has just signed in with it, so that there is no row yet. */
  isNew(data: SessionData): boolean;
  /** Whether the request to which this data belongs is a person's act. */
  prolongs(data: SessionData): boolean;
}

type Pool = NonNullable<NonNullable<ConstructorParameters<typeof PgStore>[0]>['pool']>;

const PgStore = connectPgSimple(session);

/** All that the store uses of a pool of connections. */
function poolOn(database: Database): Pool {
  const pool = {
    query: async (sql: string, parameters: unknown[]) => ({ rows: await database.rows(sql, parameters) }),
  };
  return pool as unknown as Pool;
}

/** What it holds beside its cookie. */
function contentOf({ cookie: _cookie, ...content }: SessionData): string {
  return JSON.stringify(content);
}

function cookieOf({ cookie }: SessionData, expires: Date): SessionData['cookie'] {
  return Object.assign(JSON.parse(JSON.stringify(cookie)) as SessionData['cookie'], { expires });
}

/**
 * connect-pg-simple on our database, with our rules of expiry. The row decides when a session ends; the browser keeps the
 * cookie for as long as a session can last at most.
 */
export function createExpressStore(options: ExpressStoreOptions): Store {
  const { database, clock, log } = options;
  const store = new PgStore({ pool: poolOn(database), createTableIfMissing: false, pruneSessionInterval: false });
  const stored = new WeakMap<SessionData, string>();
  const insert = store.set.bind(store);

  async function change(sid: string, data: SessionData): Promise<void> {
    await changeSession(database, sid, contentOf(data));
  }

  store.set = (sid, data, done) => {
    const content = contentOf(data);
    // express-session stores a new session once more when the answer ends.
    if (stored.get(data) === content) {
      done?.();
      return;
    }
    const isInsert = options.isNew(data) && !stored.has(data);
    const finish = (error?: unknown): void => {
      if (!error) stored.set(data, content);
      done?.(error);
    };
    if (isInsert) insert(sid, { ...data, cookie: cookieOf(data, options.endOf(data)) }, finish);
    // An upsert would bring back to life what was ended meanwhile.
    else callbackify(change)(sid, data, finish);
  };

  async function touch(sid: string, data: SessionData): Promise<void> {
    if (!options.prolongs(data)) return;
    try {
      await touchSession(database, sid, { endsAt: options.endOf(data), now: clock.now() });
    } catch (error) {
      // The answer is complete: it must not be cut off for this.
      log.warn('A session could not be prolonged', { error });
    }
  }

  store.touch = (sid, data, done) => callbackify(touch)(sid, data, () => done?.());
  return store;
}
