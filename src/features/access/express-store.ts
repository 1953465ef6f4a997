import { callbackify } from 'node:util';
import connectPgSimple from 'connect-pg-simple';
import session, { type SessionData, type Store } from 'express-session';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import type { Log } from '../../platform/log.ts';
import { touchSession } from './session.store.ts';

export interface ExpressStoreOptions {
  database: Database;
  clock: Clock;
  log: Log;
  /** When it ends if nobody acts from now on. */
  endOf(data: SessionData): Date;
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

/**
 * connect-pg-simple on our database, with our rules of expiry. The row decides when a session ends; the browser keeps the
 * cookie for as long as a session can last at most.
 */
export function createExpressStore(options: ExpressStoreOptions): Store {
  const { database, clock, log } = options;
  const store = new PgStore({ pool: poolOn(database), createTableIfMissing: false, pruneSessionInterval: false });
  const stored = new WeakSet<SessionData>();
  const insert = store.set.bind(store);

  store.set = (sid, data, done) => {
    // What is signed in never changes; express-session would write it once more when the answer ends.
    if (stored.has(data)) {
      done?.();
      return;
    }
    const plain = JSON.parse(JSON.stringify(data.cookie)) as SessionData['cookie'];
    const cookie = Object.assign(plain, { expires: options.endOf(data) });
    insert(sid, { ...data, cookie }, (error: unknown) => {
      if (!error) stored.add(data);
      done?.(error);
    });
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
