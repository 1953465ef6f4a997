import { type Clock, waitEnded } from './clock.ts';
import { unavailable } from './database-errors.ts';
import { backoffMs, type Random } from './retry.ts';

export interface ConnectionPoolOptions<Connection> {
  open(): Promise<Connection>;
  close(connection: Connection): Promise<void>;
  /** The server has no connection left for us: wait instead of failing. */
  isServerFull(error: unknown): boolean;
  maxConnections: number;
  /** How long callers wait for a first connection while the server is full. */
  fullWaitMs: number;
  /** How long callers wait while all our connections are in use. */
  busyWaitMs: number;
  /** Connections that nobody used for this long are closed, but one. */
  idleLimitMs: number;
  clock: Clock;
  random: Random;
}

export interface ConnectionPool<Connection> {
  /** Urgent callers go before the others who wait. */
  acquire(options: { urgent: boolean }): Promise<Connection>;
  /** Gives back what `acquire` gave; a `broken` one is closed. */
  release(connection: Connection, broken: boolean): void;
  /** The connection died by itself; used or idle, it is never handed out again. */
  forget(connection: Connection): void;
  closeIdle(): void;
  /** Refuses new callers, waits `drainMs` for the connections in use, closes everything. */
  close(drainMs: number): Promise<void>;
}

interface Waiter<Connection> {
  readonly urgent: boolean;
  resolve(connection: Connection): void;
  reject(error: unknown): void;
}

const growthBackoff = { baseMs: 50, capMs: 1_000 };

/**
 * Grows from nothing to `maxConnections` when callers wait. When the server says that it is full, callers wait: for a
 * connection that another caller gives back, or, where we have none at all, for the server to have room again.
 */
export function createConnectionPool<Connection>(
  options: ConnectionPoolOptions<Connection>,
): ConnectionPool<Connection> {
  const { clock, random } = options;
  const all = new Set<Connection>();
  const idle: { connection: Connection; sinceMs: number }[] = [];
  const waiters: Waiter<Connection>[] = [];
  const closing = new AbortController();
  const closed = unavailable('The server is shutting down.');
  let opening = 0;
  let growthPausedUntilMs = 0;
  let drained: (() => void) | undefined;

  const inUse = (): number => all.size - idle.length;

  function rejectWaiters(error: unknown): void {
    for (const waiter of waiters.splice(0)) waiter.reject(error);
  }

  function offer(connection: Connection): void {
    const waiter = waiters.shift();
    if (waiter) waiter.resolve(connection);
    else idle.push({ connection, sinceMs: clock.monotonicMs() });
  }

  async function discard(connection: Connection): Promise<void> {
    all.delete(connection);
    await options.close(connection).catch(() => undefined);
  }

  async function openOne(): Promise<void> {
    const begunMs = clock.monotonicMs();
    for (let attempt = 0; ; attempt += 1) {
      try {
        const connection = await options.open();
        all.add(connection);
        if (closing.signal.aborted) await discard(connection);
        else offer(connection);
        return;
      } catch (error) {
        const waitMs = backoffMs(attempt, growthBackoff, random) + 1;
        growthPausedUntilMs = clock.monotonicMs() + waitMs;
        if (all.size > 0) return; // those who wait are served by the connections we have
        if (!options.isServerFull(error) || clock.monotonicMs() - begunMs + waitMs > options.fullWaitMs) {
          rejectWaiters(error);
          return;
        }
        await clock.sleep(waitMs, closing.signal);
      }
    }
  }

  function grow(): void {
    const room = options.maxConnections - all.size - opening;
    if (room <= 0 || waiters.length <= opening || closing.signal.aborted) return;
    if (all.size > 0 && clock.monotonicMs() < growthPausedUntilMs) return;
    opening += 1;
    void openOne()
      .catch(rejectWaiters)
      .finally(() => {
        opening -= 1;
        if (all.size > 0 || waiters.length > 0) grow();
      });
    grow();
  }

  function wait(urgent: boolean): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const served = new AbortController();
      const waiter: Waiter<Connection> = {
        urgent,
        resolve: (connection) => {
          served.abort(waitEnded);
          resolve(connection);
        },
        reject: (error) => {
          served.abort(waitEnded);
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      };
      const behind = urgent ? waiters.findIndex((other) => !other.urgent) : -1;
      waiters.splice(behind < 0 ? waiters.length : behind, 0, waiter);
      clock.sleep(options.busyWaitMs, served.signal).then(
        () => {
          const index = waiters.indexOf(waiter);
          if (index >= 0) waiters.splice(index, 1);
          reject(unavailable('All database connections are in use; please try again.'));
        },
        () => undefined,
      );
      grow();
    });
  }

  function forgetIdle(connection: Connection): void {
    const index = idle.findIndex((entry) => entry.connection === connection);
    if (index >= 0) idle.splice(index, 1);
  }

  return {
    acquire: ({ urgent }) => {
      if (closing.signal.aborted) return Promise.reject(closed);
      const entry = idle.pop();
      return entry ? Promise.resolve(entry.connection) : wait(urgent);
    },
    release: (connection, broken) => {
      if (!all.has(connection)) {
        if (waiters.length > 0) grow();
      } else if (broken || closing.signal.aborted) {
        void discard(connection).finally(grow);
      } else {
        offer(connection);
      }
      if (inUse() === 0) drained?.();
    },
    forget: (connection) => {
      forgetIdle(connection);
      all.delete(connection);
      if (waiters.length > 0) grow();
      if (inUse() === 0) drained?.();
    },
    closeIdle: () => {
      const oldestMs = clock.monotonicMs() - options.idleLimitMs;
      while (all.size > 1 && idle[0] && idle[0].sinceMs <= oldestMs) {
        const entry = idle.shift();
        if (entry) void discard(entry.connection);
      }
    },
    close: async (drainMs) => {
      closing.abort();
      rejectWaiters(closed);
      if (inUse() > 0) {
        const finished = new AbortController();
        drained = () => finished.abort();
        await clock.sleep(drainMs, finished.signal).catch(() => undefined);
      }
      idle.length = 0;
      await Promise.all([...all].map(discard));
    },
  };
}
