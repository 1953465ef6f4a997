/** Why a socket ended. Codes: Baileys' `DisconnectReason`, WhatsApp's stream errors and `failure` reasons. */
export type CloseCause =
  | { kind: 'code'; code: number; detail: string }
  | { kind: 'qr-exhausted' }
  | { kind: 'connect-timeout' }
  | { kind: 'upgrade-refused'; status: number }
  | { kind: 'silent' }
  | { kind: 'stalled' }
  | { kind: 'unconfirmed-sends' }
  | { kind: 'certificate' }
  | { kind: 'crashed'; detail: string };

/** What happened to this account before, as counted by its channel. */
export interface History {
  /** Connections in a row that ended without 60 s online, this one included. */
  failures: number;
  /** Times it was replaced within the last 10 minutes, this one included. */
  replacements: number;
}

export type Disposition =
  | { kind: 'reconnect'; reason: string; minimumMs: number; maximumMs: number; countsAsFailure: boolean }
  /** The phone or WhatsApp removed this device: archive the keys and ask for a new link. */
  | { kind: 'needs-login'; reason: string }
  /** Stop; the keys stay. */
  | { kind: 'failed'; reason: string };

export const replacedWindowMs = 10 * 60_000;
const replacedDelayMs = 30_000;
const clientOutdatedDelayMs = 5 * 60_000;
const firstBackOffMs = 1_000;
const longestBackOffMs = 60_000;
const unavailableMinimumMs = 5_000;

const removedReasons = new Map([
  [401, 'logged_out'],
  [403, 'account_locked'],
  [406, 'account_banned'],
]);
const refusedCodes = new Set([409, 411, 413, 414, 415, 418, 419]);

/** What the channel does after a socket ended; the policy of every code in one place. */
export function afterClose(cause: CloseCause, history: History): Disposition {
  switch (cause.kind) {
    case 'qr-exhausted':
      return { kind: 'failed', reason: 'qr_timeout' };
    case 'certificate':
      return { kind: 'failed', reason: 'certificate_refused' };
    case 'upgrade-refused':
      return backOff(`upgrade_refused_${cause.status}`, history, unavailableMinimumMs);
    case 'connect-timeout':
      return backOff('connect_timeout', history);
    case 'silent':
      return backOff('silent_line', history);
    case 'stalled':
      return backOff('stalled_after_login', history);
    case 'unconfirmed-sends':
      return backOff('sends_unconfirmed', history);
    case 'crashed':
      return backOff('crashed', history);
    case 'code':
      return afterCode(cause.code, history);
  }
}

function afterCode(code: number, history: History): Disposition {
  const removed = removedReasons.get(code);
  if (removed) return { kind: 'needs-login', reason: removed };
  if (refusedCodes.has(code)) {
    return history.failures >= 3 ? { kind: 'failed', reason: `refused_${code}` } : backOff(`refused_${code}`, history);
  }
  switch (code) {
    case 515:
      return { kind: 'reconnect', reason: 'restart_required', minimumMs: 0, maximumMs: 0, countsAsFailure: false };
    case 440:
      return history.replacements > 3 ? { kind: 'failed', reason: 'replaced' } : fixed('replaced', replacedDelayMs);
    case 402:
      return { kind: 'failed', reason: 'temporarily_banned' };
    case 405:
      return fixed('client_outdated', clientOutdatedDelayMs);
    case 408:
      return backOff('timed_out', history);
    case 428:
      return backOff('connection_lost', history);
    case 503:
      return backOff('unavailable', history, unavailableMinimumMs);
    default:
      // Unknown stream errors surface as 500 `badSession`; they say nothing about the keys, which therefore stay.
      return history.failures >= 5 ? { kind: 'failed', reason: 'bad_session' } : backOff('bad_session', history);
  }
}

/** Full jitter between the minimum and a bound that doubles up to 60 s. */
function backOff(reason: string, history: History, minimumMs = 0): Disposition {
  const bound = Math.min(longestBackOffMs, firstBackOffMs * 2 ** Math.min(history.failures - 1, 10));
  return { kind: 'reconnect', reason, minimumMs, maximumMs: Math.max(bound, minimumMs), countsAsFailure: true };
}

function fixed(reason: string, delayMs: number): Disposition {
  return { kind: 'reconnect', reason, minimumMs: delayMs, maximumMs: delayMs, countsAsFailure: true };
}
