import type { BaileysEventMap, BinaryNode, WASocket } from '@whiskeysockets/baileys';
import type { Clock } from '../../platform/clock.ts';
import { errorMessage } from '../../platform/errors.ts';
import type { Log } from '../../platform/log.ts';

/** Codes in an ack with which WhatsApp refuses a new chat: the reach-out limit, and the cap on messages to new chats. */
const newChatRefusals = new Set(['463', '475']);
/** How long new chats wait when WhatsApp names no end. */
const unknownEndMs = 60 * 60_000;
/** WhatsApp Web's own guess for a notice without an end. */
const noticeWithoutEndMs = 60_000;

export interface RestrictionOptions {
  socket: WASocket;
  /** New chats are refused until then; null = no longer. */
  tell: (until: Date | null) => void;
  clock: Clock;
  log: Log;
}

/** Notices that WhatsApp lets a number start no new chats, and until when. Known chats go on. */
export function watchRestriction(options: RestrictionOptions): void {
  const { socket, tell, clock, log } = options;
  let asking = false;

  const inMs = (ms: number): Date => new Date(clock.now().getTime() + ms);

  /** Its answer comes as an event too, which says nothing when the account is in order. */
  async function ask(): Promise<void> {
    if (asking) return;
    asking = true;
    try {
      const { isActive, timeEnforcementEnds } = await socket.fetchAccountReachoutTimelock();
      if (isActive && timeEnforcementEnds) tell(timeEnforcementEnds);
    } catch (error) {
      log.warn('WhatsApp did not say how long it refuses new chats', { reason: errorMessage(error) });
    } finally {
      asking = false;
    }
  }

  socket.ws.on('CB:ack,class:message', ({ attrs }: BinaryNode) => {
    if (!newChatRefusals.has(attrs['error'] ?? '')) return;
    tell(inMs(unknownEndMs));
    void ask();
  });
  socket.ev.on('connection.update', ({ reachoutTimeLock }: Partial<BaileysEventMap['connection.update']>) => {
    if (!reachoutTimeLock || asking) return;
    const { isActive, timeEnforcementEnds } = reachoutTimeLock;
    tell(isActive ? (timeEnforcementEnds ?? inMs(noticeWithoutEndMs)) : null);
  });
}
