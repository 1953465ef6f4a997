import type { WASocket } from '@whiskeysockets/baileys';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { CloseCause } from './disconnects.ts';
import type { ConnectionTimings } from './timings.ts';

export interface LineWatch {
  /** The network showed a first sign of life, such as a QR code. */
  answered(): void;
  opened(): void;
  stop(): void;
}

export interface LineWatchOptions {
  socket: WASocket;
  timings: Pick<ConnectionTimings, 'connectTimeoutMs' | 'silenceMs' | 'stallMs'>;
  clock: Clock;
  log: Log;
  /** Told once; the socket is to be ended. */
  dead(cause: CloseCause): void;
}

/**
 * Notices what Baileys does not: a dial that never ends (a refused upgrade gives no close event), a line on which nothing
 * comes any more, and an account that deadlocks after login (an app-state query that stays unanswered holds the
 * account's transaction lock, and then no send resolves and nothing is delivered).
 */
export function watchLine(options: LineWatchOptions): LineWatch {
  const { socket, timings, clock, log } = options;
  const stopping = new AbortController();
  let answered = false;
  let lastFrameMs = clock.monotonicMs();

  socket.ws.on('frame', () => {
    lastFrameMs = clock.monotonicMs();
  });

  async function watchDial(): Promise<void> {
    await clock.sleep(timings.connectTimeoutMs, stopping.signal);
    if (!answered) options.dead({ kind: 'connect-timeout' });
  }

  async function watchSilence(): Promise<void> {
    for (;;) {
      const silentMs = clock.monotonicMs() - lastFrameMs;
      if (silentMs >= timings.silenceMs) {
        log.warn('No frame from WhatsApp, the line is cut', { silentMs: Math.round(silentMs) });
        options.dead({ kind: 'silent' });
        return;
      }
      await clock.sleep(timings.silenceMs - silentMs, stopping.signal);
    }
  }

  async function watchStall(): Promise<void> {
    for (;;) {
      let free = false;
      const lock = socket.authState.creds.me?.id ?? '';
      void socket.authState.keys
        .transaction(() => Promise.resolve(), lock)
        .then(
          () => (free = true),
          () => undefined,
        );
      await clock.sleep(timings.stallMs, stopping.signal);
      if (free) continue;
      log.warn("The account's lock is held since login, the socket is restarted", { stallMs: timings.stallMs });
      options.dead({ kind: 'stalled' });
      return;
    }
  }

  function run(watch: () => Promise<void>): void {
    watch().catch((error: unknown) => {
      if (!stopping.signal.aborted) log.error('A watch of the line failed', { error });
    });
  }

  run(watchDial);
  run(watchSilence);
  return {
    answered: () => {
      answered = true;
    },
    opened: () => {
      answered = true;
      run(watchStall);
    },
    stop: () => stopping.abort(),
  };
}
