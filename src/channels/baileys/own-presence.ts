import type { BaileysEventMap, WASocket } from '@whiskeysockets/baileys';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import type { Activity, Presence } from '../channel.ts';

export interface OwnPresenceOptions {
  socket: WASocket;
  clock: Clock;
  log: Log;
}

/** People's apps stop showing it about then when nobody says anything more. */
const shownMs = 25_000;

/** What one line shows of the account to others. */
export interface OwnPresence extends Presence {
  stop(): void;
}

/**
 * Typing is shown only while the account is available, so it is that for as long as somebody types anywhere. Baileys
 * 7.0.0-rc14 tells `unavailable` when it opens, and nothing before it knows the name under which people see the account.
 */
export function createOwnPresence({ socket, clock, log }: OwnPresenceOptions): OwnPresence {
  /** Chats in which something is shown. */
  const shown = new Map<string, AbortController>();
  let wanted = false;
  let told = false;
  let last: Promise<unknown> = Promise.resolve();

  function inTurn(work: () => Promise<void>): void {
    last = last.then(work).catch((error: unknown) => log.debug('Presence could not be shown', { error }));
  }

  function tellAvailability(): void {
    inTurn(async () => {
      const next = wanted || shown.size > 0;
      if (next === told || !socket.authState.creds.me?.name) return;
      told = next;
      await socket.sendPresenceUpdate(next ? 'available' : 'unavailable');
    });
  }

  function end(chat: string): void {
    shown.get(chat)?.abort();
    shown.delete(chat);
  }

  function begin(chat: string): void {
    end(chat);
    const over = new AbortController();
    shown.set(chat, over);
    clock.sleep(shownMs, over.signal).then(
      () => {
        shown.delete(chat);
        tellAvailability();
      },
      () => undefined,
    );
  }

  socket.ev.on('creds.update', ({ me }: Partial<BaileysEventMap['creds.update']>) => {
    if (me?.name) tellAvailability();
  });

  return {
    show(chat: string, activity: Activity) {
      if (activity === 'paused') end(chat);
      else begin(chat);
      if (shown.size > 0) tellAvailability();
      inTurn(() => socket.sendPresenceUpdate(activity, chat));
      if (shown.size === 0) tellAvailability();
    },
    setAvailable(isAvailable) {
      wanted = isAvailable;
      tellAvailability();
    },
    follow(person) {
      inTurn(() => socket.presenceSubscribe(person));
    },
    stop() {
      for (const chat of shown.keys()) end(chat);
    },
  };
}
