import { earliestMs, type PacingRules } from './pacing.ts';
import { type BucketFullAtMs, depart } from './token-bucket.ts';

/** A queued message, as far as its departure depends on it. */
export interface Waiting {
  id: string;
  chatJid: string;
  /** Nobody has written in the chat yet, or tried to. */
  isNewChat: boolean;
  /** Nothing that was written in it was confirmed. */
  isUnconfirmedChat: boolean;
  /** Lower goes first. */
  priority: number;
  position: number;
  /** Not before this time; -Infinity = at once. */
  sendAtMs: number;
  typingMs: number;
}

/** What has left so far. */
export interface Departed {
  fullAt: BucketFullAtMs;
  /** -Infinity = nothing yet. */
  lastMs: number;
  /** Of the present day. */
  today: number;
  newChatsToday: number;
}

/** Why a message does not leave at once. */
export type WaitReason = 'scheduled' | 'pace' | 'new_chats' | 'daily_cap' | 'restricted';

export interface PlannedDeparture {
  id: string;
  /** When it is begun: from then on somebody is shown typing. */
  beginMs: number;
  departMs: number;
  /** null when it leaves at once. */
  reason: WaitReason | null;
}

export interface PlanOptions {
  rules: PacingRules;
  departed: Departed;
  nowMs: number;
  /** New chats are refused by the network until then; undefined = they are not. */
  restrictedUntilMs: number | undefined;
  /** When the present day ends; those after it are taken for days of 24 hours. */
  dayEndsMs: number;
}

const dayMs = 86_400_000;

interface Hold {
  untilMs: number;
  reason: WaitReason;
}

/**
 * The departures of a queue in their order, as far as somebody asks for them: each time the first in rank of those that
 * may leave. The loop that sends takes the first of them, an estimate the one of its message, so that both agree.
 */
export function* plannedDepartures(queue: readonly Waiting[], options: PlanOptions): Generator<PlannedDeparture> {
  const { rules, restrictedUntilMs } = options;
  const left = [...queue].sort((one, other) => one.priority - other.priority || one.position - other.position);
  const heldBy = new Map<string, WaitReason>();
  const writtenIn = new Set<string>();
  let { fullAt, lastMs, today, newChatsToday } = options.departed;
  let nowMs = options.nowMs;
  let { dayEndsMs } = options;

  function advance(toMs: number): void {
    nowMs = Math.max(nowMs, toMs);
    if (nowMs < dayEndsMs) return;
    while (dayEndsMs <= nowMs) dayEndsMs += dayMs;
    today = 0;
    newChatsToday = 0;
  }

  const isNew = ({ isNewChat, chatJid }: Waiting): boolean => isNewChat && !writtenIn.has(chatJid);

  /** What holds a message longest, beside its pace; undefined when nothing does. */
  function holdOf(message: Waiting): Hold | undefined {
    const holds: Hold[] = [{ untilMs: message.sendAtMs, reason: 'scheduled' }];
    if (today >= (rules.dailyCap ?? Infinity)) holds.push({ untilMs: dayEndsMs, reason: 'daily_cap' });
    if (restrictedUntilMs !== undefined && message.isUnconfirmedChat) {
      holds.push({ untilMs: restrictedUntilMs, reason: 'restricted' });
    }
    const isSpent = newChatsToday >= (rules.newChatsPerDay ?? Infinity);
    if (isSpent && isNew(message)) holds.push({ untilMs: dayEndsMs, reason: 'new_chats' });
    const longest = holds.reduce((one, other) => (other.untilMs > one.untilMs ? other : one));
    return longest.untilMs > nowMs ? longest : undefined;
  }

  while (left.length > 0) {
    let soonestMs = Infinity;
    let index = 0;
    for (; index < left.length; index += 1) {
      const message = left[index];
      const hold = message && holdOf(message);
      if (!message || !hold) break;
      heldBy.set(message.id, hold.reason);
      soonestMs = Math.min(soonestMs, hold.untilMs);
    }
    const message = left[index];
    if (!message) {
      if (soonestMs === Infinity) return;
      advance(soonestMs);
      continue;
    }
    const { beginMs, departMs } = earliestMs(rules, message, { fullAt, lastMs, nowMs });
    // Somebody of a higher rank may leave by then.
    if (soonestMs <= beginMs) {
      advance(soonestMs);
      continue;
    }
    left.splice(index, 1);
    const isPaced = beginMs > options.nowMs;
    yield { id: message.id, beginMs, departMs, reason: heldBy.get(message.id) ?? (isPaced ? 'pace' : null) };
    advance(departMs);
    lastMs = departMs;
    if (rules.pace) fullAt = depart(rules.pace, fullAt, departMs);
    today += 1;
    if (isNew(message)) newChatsToday += 1;
    writtenIn.add(message.chatJid);
  }
}
