import type { Clock } from '../../platform/clock.ts';
import { aheadSeconds, type ClaimedDelivery, type Room } from './attempts.store.ts';
import type { DeliveryKey } from './delivery.ts';

/** Attempts under way in this process, and those of them that only a webhook with no other may take. */
const atOnce = 32;
const reserved = 8;
/** Attempts whose results wait to be stored, at most: while the database is away nothing else begins. */
const mostUnstored = 256;
/** Deliveries that are claimed ahead. */
const mostAhead = 64;
/** So many times what a webhook may have under way is claimed ahead, as long as its endpoint answers within this time. */
const mostRounds = 3;
const quickMs = 250;

/** One attempt. */
export interface UnderWay extends DeliveryKey {
  ending: AbortController;
  done: Promise<void>;
}

/** What this process has of a webhook; forgotten once that is nothing. */
interface Line {
  /** Those that count for what it may have, and those that are answered but not stored. */
  open: Set<UnderWay>;
  answered: Set<UnderWay>;
  ahead: { delivery: ClaimedDelivery; untilMs: number }[];
  /** Attempts at a time that it may have. */
  most: number;
  rounds: number;
  /** More may be due than was claimed. */
  hasMore: boolean;
}

export interface LinesOptions {
  begin: (delivery: ClaimedDelivery) => UnderWay;
  /** More of this webhook may be claimed. */
  wake: (webhookId: string) => void;
  /** An attempt has ended, or no longer holds its place. */
  freed: () => void;
  clock: Clock;
}

/**
 * The deliveries of each webhook that this process has claimed. Those of a quick endpoint are claimed before they may
 * begin: an attempt that ends is followed at once, and what arrives one by one is claimed by the dozen.
 */
export interface Lines {
  /** Attempts that may begin. */
  free(): number;
  room(): Room;
  /** False where it has what it may: it is woken when that is less. */
  mayClaim(webhookId: string): boolean;
  /** Begins what may begin, and keeps the rest until it may. */
  take(claimed: readonly ClaimedDelivery[]): void;
  /** The endpoint has it: its place is free before that is stored. */
  answered(attempt: UnderWay, durationMs: number): void;
  /** Of this webhook nothing is claimed ahead until an endpoint has answered again. Returns what was. */
  giveBack(webhookId: string): DeliveryKey[];
  /** The same of all webhooks. */
  giveBackAll(): DeliveryKey[];
  /** What was claimed ahead and has waited too long. */
  giveBackLate(): DeliveryKey[];
  /** Of this webhook, or all. */
  underWay(webhookId?: string): UnderWay[];
}

export function createLines({ begin, wake, freed, clock }: LinesOptions): Lines {
  const lines = new Map<string, Line>();

  function lineOf(webhookId: string): Line {
    const known = lines.get(webhookId);
    if (known) return known;
    const line: Line = { open: new Set(), answered: new Set(), ahead: [], most: 1, rounds: 0, hasMore: false };
    lines.set(webhookId, line);
    return line;
  }

  function sum(of: (line: Line) => number): number {
    return [...lines.values()].reduce((total, line) => total + of(line), 0);
  }

  function free(): number {
    const open = sum((line) => line.open.size);
    return Math.min(atOnce - open, mostUnstored - open - sum(({ answered }) => answered.size));
  }

  /** None where places are short: then an attempt that ends makes room for the webhook whose turn it is. */
  function roundsOf({ rounds }: Line): number {
    return sum(({ most }) => most) > atOnce - reserved ? 0 : rounds;
  }

  function isFull(line: Line): boolean {
    return roundsOf(line) > 0 ? line.ahead.length >= line.most : line.open.size >= line.most;
  }

  function mayBegin(line: Line): boolean {
    return line.open.size < line.most && free() > (line.open.size === 0 ? 0 : reserved);
  }

  function launch(line: Line, delivery: ClaimedDelivery): void {
    const attempt = begin(delivery);
    line.open.add(attempt);
    void attempt.done.finally(() => {
      line.open.delete(attempt);
      line.answered.delete(attempt);
      goOn();
    });
  }

  /** There may be a place now. */
  function goOn(): void {
    for (const [webhookId, line] of lines) {
      while (mayBegin(line) && !isLate(line.ahead[0])) {
        const next = line.ahead.shift();
        if (!next) break;
        launch(line, next.delivery);
      }
      if (line.hasMore && !isFull(line)) {
        line.hasMore = false;
        wake(webhookId);
      }
      if (line.open.size + line.answered.size + line.ahead.length === 0 && !line.hasMore) lines.delete(webhookId);
    }
    freed();
  }

  function isLate(next: { untilMs: number } | undefined): boolean {
    return next !== undefined && next.untilMs <= clock.monotonicMs();
  }

  function emptied(line: Line, count: number): DeliveryKey[] {
    if (count > 0) line.hasMore = true;
    return line.ahead.splice(0, count).map(({ delivery: { webhookId, sequence } }) => ({ webhookId, sequence }));
  }

  function giveBack(webhookId: string): DeliveryKey[] {
    const line = lines.get(webhookId);
    if (!line) return [];
    line.rounds = 0;
    return emptied(line, line.ahead.length);
  }

  return {
    free,
    room() {
      const busy = [...lines.values()].flatMap(({ open, answered, ahead }) => [
        ...[...open, ...ahead.map(({ delivery }) => delivery)].map((each) => busyWith(each, false)),
        ...[...answered].map((each) => busyWith(each, true)),
      ]);
      const rounds = [...lines].flatMap(([webhookId, line]) => {
        const count = roundsOf(line);
        return count > 0 ? [{ webhookId, rounds: count }] : [];
      });
      return { busy, rounds, count: free(), reserved, ahead: mostAhead - sum(({ ahead }) => ahead.length) };
    },
    mayClaim(webhookId) {
      const line = lines.get(webhookId);
      if (!line || !isFull(line)) return true;
      line.hasMore = true;
      return false;
    },
    take(claimed) {
      const untilMs = clock.monotonicMs() + aheadSeconds * 1_000;
      for (const delivery of claimed.toSorted((a, b) => a.turn - b.turn)) {
        const line = lineOf(delivery.webhookId);
        line.most = delivery.most;
        line.hasMore = delivery.hasMore;
        if (mayBegin(line)) launch(line, delivery);
        else line.ahead.push({ delivery, untilMs });
      }
      goOn();
    },
    answered(attempt, durationMs) {
      const line = lineOf(attempt.webhookId);
      line.open.delete(attempt);
      line.answered.add(attempt);
      line.rounds = Math.min(mostRounds, Math.floor(quickMs / Math.max(1, durationMs)));
      goOn();
    },
    giveBack,
    giveBackAll: () => [...lines.keys()].flatMap(giveBack),
    giveBackLate: () =>
      [...lines.values()].flatMap((line) => emptied(line, line.ahead.filter((each) => isLate(each)).length)),
    underWay(webhookId) {
      const found = webhookId === undefined ? [...lines.values()] : [lines.get(webhookId)];
      return found.flatMap((line) => (line ? [...line.open, ...line.answered] : []));
    },
  };
}

function busyWith({ webhookId, sequence }: DeliveryKey, isAnswered: boolean): DeliveryKey & { isAnswered: boolean } {
  return { webhookId, sequence, isAnswered };
}
