import type { WASocket } from '@whiskeysockets/baileys';
import type { WebSocket } from 'ws';
import type { Lane } from '../../platform/commit-writer.ts';

/** Holds what a socket sends until everything that it rests on is durable: keys, received messages, statuses. */
export interface FrameBarrier {
  /** Runs once everything that was handed to the socket so far has left. Never, when the line closes before. */
  afterDeparture(work: () => void): void;
  /** From now on nothing leaves any more. */
  close(): void;
}

export interface FrameBarrierOptions {
  socket: WASocket;
  lane: Lane;
  /** Whether the account is still ours. */
  owned: () => boolean;
  /** So many changes may wait for the database before the line is not read any more. */
  mostWaiting: number;
}

interface HeldFrame {
  /** The last batch that was committed before the frame was made. */
  number: number;
  data: Parameters<WebSocket['send']>[0];
  work: (() => void)[];
}

/**
 * The frames of a socket carry a counter each and leave in order. Baileys 7.0.0-rc14 makes its WebSocket when the socket
 * is made; from then on each frame takes its place here with the number of the last batch of changes.
 */
export function holdFrames(options: FrameBarrierOptions): FrameBarrier {
  const { socket, lane } = options;
  const raw = rawSocket(socket);
  const send = raw.send.bind(raw);
  const held: HeldFrame[] = [];
  let closed = false;
  let paused = false;

  const mayLeave = (): boolean => !closed && !lane.broken.aborted && options.owned();

  function leave({ data, work }: HeldFrame): void {
    if (raw.readyState !== raw.OPEN || !mayLeave()) return;
    send(data, () => undefined);
    for (const each of work) each();
  }

  function release(): void {
    for (let frame = held[0]; frame && frame.number <= lane.durable; frame = held[0]) {
      held.shift();
      leave(frame);
    }
    if (paused && lane.last - lane.durable < options.mostWaiting / 2) {
      paused = false;
      raw.resume();
    }
  }

  raw.send = (data: HeldFrame['data'], ...rest: readonly unknown[]) => {
    held.push({ number: lane.last, data, work: [] });
    // Baileys goes on as if it had left: what it does next has a place behind it.
    for (const callback of rest) if (typeof callback === 'function') (callback as () => void)();
    if (!paused && lane.last - lane.durable > options.mostWaiting) {
      paused = true;
      raw.pause();
    }
    release();
  };
  lane.onDurable(release);

  return {
    afterDeparture(work) {
      const last = held.at(-1);
      if (last) last.work.push(work);
      else if (mayLeave()) work();
    },
    close() {
      closed = true;
      held.length = 0;
    },
  };
}

/** Private in the type; `socket` of Baileys' `Socket/Client/websocket.js`. */
export function rawSocket(socket: WASocket): WebSocket {
  const { socket: raw } = socket.ws as unknown as { socket: WebSocket | null };
  if (!raw) throw new Error('This version of Baileys makes no WebSocket when its socket is made');
  return raw;
}
