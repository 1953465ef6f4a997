/** Why a socket ended. Codes: Baileys' `DisconnectReason`, WhatsApp's stream errors and `failure` reasons. */
export type CloseCause =
  /** `expiresInSeconds` stands with a ban for a while. */
  | { kind: 'code'; code: number; detail: string; expiresInSeconds?: number }
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

/** How long to wait before the next connection, in ms. */
export interface ReconnectDelays {
  /** Bound of the first wait; it doubles with each failure up to the longest. */
  firstMs: number;
  longestMs: number;
  /** At least so long when the network says that it is unavailable. */
  unavailableMs: number;
  replacedMs: number;
  clientOutdatedMs: number;
}

export const whatsappDelays: ReconnectDelays = {
  firstMs: 1_000,
  longestMs: 60_000,
  unavailableMs: 5_000,
  replacedMs: 30_000,
  // A little more than five minutes: with the two tries at the beginning at most twelve in an hour.
  clientOutdatedMs: 330_000,
};
export const replacedWindowMs = 10 * 60_000;

const removedReasons = new Map([
  [401, 'logged_out'],
  [403, 'account_locked'],
  [406, 'account_banned'],
]);
const refusedCodes = new Set([409, 411, 413, 414, 415, 418, 419]);

/** What the channel does after a socket ended; the policy of every code in one place. */
export function afterClose(cause: CloseCause, history: History, delays: ReconnectDelays): Disposition {
  const backOff = (reason: string, minimumMs = 0): Disposition => jittered(reason, history, delays, minimumMs);
  switch (cause.kind) {
    case 'qr-exhausted':
      return { kind: 'failed', reason: 'qr_timeout' };
    case 'certificate':
      return { kind: 'failed', reason: 'certificate_refused' };
    case 'upgrade-refused':
      return backOff(`upgrade_refused_${cause.status}`, delays.unavailableMs);
    case 'connect-timeout':
      return backOff('connect_timeout');
    case 'silent':
      return backOff('silent_line');
    case 'stalled':
      return backOff('stalled_after_login');
    case 'unconfirmed-sends':
      return backOff('sends_unconfirmed');
    case 'crashed':
      return backOff('crashed');
    case 'code':
      return afterCode(cause.code, history, delays);
  }
}

function afterCode(code: number, history: History, delays: ReconnectDelays): Disposition {
  const backOff = (reason: string, minimumMs = 0): Disposition => jittered(reason, history, delays, minimumMs);
  const removed = removedReasons.get(code);
  if (removed) return { kind: 'needs-login', reason: removed };
  if (refusedCodes.has(code)) {
    return history.failures >= 3 ? { kind: 'failed', reason: `refused_${code}` } : backOff(`refused_${code}`);
  }
  switch (code) {
    case 515:
      return { kind: 'reconnect', reason: 'restart_required', minimumMs: 0, maximumMs: 0, countsAsFailure: false };
    case 440:
      return history.replacements > 3 ? { kind: 'failed', reason: 'replaced' } : fixed('replaced', delays.replacedMs);
    case 402:
      return { kind: 'failed', reason: 'temporarily_banned' };
    case 405:
      return fixed('client_outdated', delays.clientOutdatedMs);
    case 408:
      return backOff('timed_out');
    case 428:
      return backOff('connection_lost');
    case 503:
      return backOff('unavailable', delays.unavailableMs);
    default:
      // Unknown stream errors surface as 500 `badSession`; they say nothing about the keys, which therefore stay.
      return history.failures >= 5 ? { kind: 'failed', reason: 'bad_session' } : backOff('bad_session');
  }
}

/** Full jitter between the minimum and a bound that doubles with each failure. */
function jittered(reason: string, history: History, delays: ReconnectDelays, minimumMs: number): Disposition {
  const bound = Math.min(delays.longestMs, delays.firstMs * 2 ** Math.min(history.failures - 1, 10));
  return { kind: 'reconnect', reason, minimumMs, maximumMs: Math.max(bound, minimumMs), countsAsFailure: true };
}

function fixed(reason: string, delayMs: number): Disposition {
  return { kind: 'reconnect', reason, minimumMs: delayMs, maximumMs: delayMs, countsAsFailure: true };
}
