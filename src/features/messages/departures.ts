import type { Channel } from '../../channels/channel.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import type { Lease } from '../../platform/leases.ts';
import { plannedDepartures } from './departure-plan.ts';
import { readOutlook } from './departures.store.ts';
import type { MessageRow } from './message.ts';
import { isImmediate, type PacingRules } from './pacing.ts';
import { claimNext, claimOne } from './queue.store.ts';

export interface DeparturesOptions {
  accountId: string;
  channel: Pick<Channel, 'presence'>;
  lease: Lease;
  database: Database;
  /** Whose midnight begins a day. */
  timeZone: string;
  clock: Clock;
}

export interface Look {
  rules: PacingRules;
  /** How many may leave at most. */
  count: number;
  /** Chats in which nothing may leave at present. */
  blockedChats: readonly string[];
}

/** Messages that leave now, and how long to wait for the next look when there are none. */
export interface Turn {
  rows: MessageRow[];
  waitMs: number;
}

/** Decides which messages of an account leave when, and claims them. */
export interface Departures {
  /** Shows somebody typing first, where the rules say so: resolves after that. Rejects when the signal aborts. */
  next(look: Look, signal: AbortSignal): Promise<Turn>;
}

export function createDepartures(options: DeparturesOptions): Departures {
  const { accountId, channel, lease, database, timeZone, clock } = options;

  async function all({ count, blockedChats }: Look): Promise<Turn> {
    const rows = await claimNext(database, { accountId, epoch: lease.epoch, count, blockedChats });
    // What is due later wakes the loop by the look at all queues.
    return { rows, waitMs: rows.length > 0 ? 0 : Infinity };
  }

  async function one({ rules, blockedChats }: Look, signal: AbortSignal): Promise<Turn> {
    const outlook = await readOutlook(database, accountId, rules, { timeZone, blockedChats });
    const [departure] = plannedDepartures(outlook.queue, { ...outlook, rules });
    if (!departure) return { rows: [], waitMs: Infinity };
    const { id, beginMs, departMs } = departure;
    if (beginMs > outlook.nowMs) return { rows: [], waitMs: beginMs - outlook.nowMs };
    const chatJid = outlook.queue.find((waiting) => waiting.id === id)?.chatJid ?? '';
    if (departMs > outlook.nowMs) await typeFor(departMs - outlook.nowMs, chatJid, signal);
    const row = await claimOne(database, { accountId, epoch: lease.epoch, id });
    return { rows: row ? [row] : [], waitMs: 0 };
  }

  /** Shown as well as it can be: nobody waits for the network's word on it. */
  async function typeFor(durationMs: number, chat: string, signal: AbortSignal): Promise<void> {
    const { presence } = channel;
    presence?.show(chat, 'composing');
    try {
      await clock.sleep(durationMs, signal);
    } finally {
      presence?.show(chat, 'paused');
    }
  }

  return {
    next: (look, signal) => (isImmediate(look.rules) ? all(look) : one(look, signal)),
  };
}
