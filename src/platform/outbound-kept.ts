import type { Socket } from 'node:net';
import type { Clock } from './clock.ts';

/** Connections that have answered and may be asked again. Each was checked when it was opened. */
export interface KeptConnections {
  /** One that is still open, if there is one. */
  take(origin: string): Socket | undefined;
  put(origin: string, socket: Socket): void;
}

export interface KeptConnectionsOptions {
  /** How long one is kept without being used. */
  idleMs: number;
  clock: Clock;
}

const mostOfAnOrigin = 5;
const mostInAll = 64;
/** After that a name is looked up again, which may lead elsewhere by then. */
const longestLifeMs = 60_000;

interface Kept {
  socket: Socket;
  origin: string;
  forget(): void;
}

export function createKeptConnections({ idleMs, clock }: KeptConnectionsOptions): KeptConnections {
  const idle = new Set<Kept>();
  const openedAtMs = new WeakMap<Socket, number>();

  function isTooOld(socket: Socket): boolean {
    const openedAt = openedAtMs.get(socket) ?? clock.monotonicMs();
    openedAtMs.set(socket, openedAt);
    return clock.monotonicMs() - openedAt > longestLifeMs;
  }

  return {
    take(origin) {
      const found = [...idle].findLast((each) => each.origin === origin);
      if (!found) return undefined;
      found.forget();
      found.socket.ref();
      return found.socket;
    },
    put(origin, socket) {
      const ofOrigin = [...idle].filter((each) => each.origin === origin).length;
      if (socket.destroyed || !socket.writable || isTooOld(socket)) return void socket.destroy();
      if (ofOrigin >= mostOfAnOrigin || idle.size >= mostInAll) return void socket.destroy();
      // Whatever comes while nothing was asked, it is of no use any more.
      const drop = (): void => {
        kept.forget();
        socket.destroy();
      };
      const ends = ['close', 'end', 'error', 'data', 'timeout'] as const;
      const kept: Kept = {
        socket,
        origin,
        forget() {
          idle.delete(kept);
          socket.setTimeout(0);
          for (const event of ends) socket.removeListener(event, drop);
        },
      };
      idle.add(kept);
      for (const event of ends) socket.once(event, drop);
      socket.setTimeout(idleMs);
      // It does not keep the process from ending.
      socket.unref();
      socket.resume();
    },
  };
}
