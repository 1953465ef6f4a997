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

interface Held {
  readonly message: Waiting;
  /** One for all messages of a chat. */
  readonly chat: { isWrittenIn: boolean };
  /** What has held it last. */
  reason: WaitReason | null;
}

/**
 * The departures of a queue in their order, as far as somebody asks for them: each time the first in rank of those that
 * may leave. The loop that sends takes the first of them, an estimate the one of its message, so that both agree.
 */
export function* plannedDepartures(queue: readonly Waiting[], options: PlanOptions): Generator<PlannedDeparture> {
  const { rules, restrictedUntilMs } = options;
  const chats = new Map<string, Held['chat']>();
  const left: Held[] = [...queue]
    .sort((one, other) => one.priority - other.priority || one.position - other.position)
    .map((message) => ({ message, chat: chatOf(message), reason: null }));
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

  function chatOf({ chatJid }: Waiting): Held['chat'] {
    const chat = chats.get(chatJid) ?? { isWrittenIn: false };
    chats.set(chatJid, chat);
    return chat;
  }

  const isNew = ({ message, chat }: Held): boolean => message.isNewChat && !chat.isWrittenIn;

  /** The first that nothing holds but its pace; and when the first of those before it may leave. */
  function firstFree(): { index: number; soonestMs: number } {
    // Looked at for each message of a long queue at each departure.
    const capMs = today >= (rules.dailyCap ?? Infinity) ? dayEndsMs : -Infinity;
    const newChatsMs = newChatsToday >= (rules.newChatsPerDay ?? Infinity) ? dayEndsMs : -Infinity;
    const restrictedMs = restrictedUntilMs ?? -Infinity;
    let soonestMs = Infinity;
    let index = 0;
    for (const held of left) {
      const { message } = held;
      let untilMs = message.sendAtMs;
      let reason: WaitReason = 'scheduled';
      if (capMs > untilMs) [untilMs, reason] = [capMs, 'daily_cap'];
      if (restrictedMs > untilMs && message.isUnconfirmedChat) [untilMs, reason] = [restrictedMs, 'restricted'];
      if (newChatsMs > untilMs && isNew(held)) [untilMs, reason] = [newChatsMs, 'new_chats'];
      if (untilMs <= nowMs) return { index, soonestMs };
      held.reason = reason;
      soonestMs = Math.min(soonestMs, untilMs);
      index += 1;
    }
    return { index, soonestMs };
  }

  while (left.length > 0) {
    const { index, soonestMs } = firstFree();
    const free = left[index];
    if (!free) {
      if (soonestMs === Infinity) return;
      advance(soonestMs);
      continue;
    }
    const { message, reason } = free;
    const { beginMs, departMs } = earliestMs(rules, message, { fullAt, lastMs, nowMs });
    // Somebody of a higher rank may leave by then.
    if (soonestMs <= beginMs) {
      advance(soonestMs);
      continue;
    }
    left.splice(index, 1);
    yield { id: message.id, beginMs, departMs, reason: reason ?? (beginMs > options.nowMs ? 'pace' : null) };
    advance(departMs);
    lastMs = departMs;
    if (rules.pace) fullAt = depart(rules.pace, fullAt, departMs);
    today += 1;
    if (isNew(free)) newChatsToday += 1;
    free.chat.isWrittenIn = true;
  }
}
