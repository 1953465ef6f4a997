import type { ChannelState, PairingCode } from '../../channels/channel.ts';

export type Status = 'initializing' | 'qr_ready' | 'ready' | 'disconnected' | 'auth_failed' | 'error';
export type NextStep = 'show_code' | 'reconnect' | 'link_again' | 'resume';

/** What people are told about an account: a word, a sentence, why, and the one thing to do next. */
export interface AccountStatus {
  status: Status;
  message: string;
  reason: string | null;
  nextStep: NextStep | null;
}

export const pausedStatus: AccountStatus = {
  status: 'disconnected',
  message: 'Paused by you',
  reason: 'paused',
  nextStep: 'resume',
};

/** An account that was never linked shows no code until a person asks for one. */
export const neverLinkedStatus: AccountStatus = {
  status: 'disconnected',
  message: 'Not linked yet. Show a new code',
  reason: 'qr_timeout',
  nextStep: 'show_code',
};

export function statusOf(state: ChannelState): AccountStatus {
  switch (state.kind) {
    case 'stopped':
      return { status: 'initializing', message: 'Starting', reason: null, nextStep: null };
    case 'connecting':
      return state.attempt === 0
        ? { status: 'initializing', message: 'Starting', reason: null, nextStep: null }
        : reconnecting(state.attempt, state.reason);
    case 'pairing':
      return pairing(state.code);
    case 'online':
      return { status: 'ready', message: connectedAs(state.self.phone), reason: null, nextStep: null };
    case 'waiting':
      return reconnecting(state.attempt, state.reason);
    case 'needs-login':
      return {
        status: 'auth_failed',
        message: `Logged out: ${sentenceOf(state.reason)}`,
        reason: state.reason,
        nextStep: 'link_again',
      };
    case 'failed':
      return failed(state.reason);
  }
}

function pairing(code: PairingCode | null): AccountStatus {
  const shown = { status: 'qr_ready', nextStep: 'show_code' } as const;
  if (code === null) return { ...shown, message: 'Scan QR code', reason: null };
  if (!code.refused) return { ...shown, message: `Type the code on ${code.phone}, or scan the QR code`, reason: null };
  return {
    ...shown,
    message: 'The phone did not accept what was typed. Type the code again, or ask for a new one',
    reason: 'code_refused',
  };
}

/** The link is undone, because a number belongs to one account. */
export function numberInUseStatus(holder: string): AccountStatus {
  return {
    status: 'auth_failed',
    message: `This number is already linked to ${holder}`,
    reason: numberInUse,
    nextStep: 'link_again',
  };
}

function reconnecting(attempt: number, reason: string | null): AccountStatus {
  const because = reason === null ? '' : `, because ${sentenceOf(reason)}`;
  return { status: 'disconnected', message: `Reconnecting (${attempt})${because}`, reason, nextStep: 'reconnect' };
}

function failed(reason: string): AccountStatus {
  const isCalm = reason === 'replaced' || reason === 'qr_timeout';
  return {
    status: isCalm ? 'disconnected' : 'error',
    message: capitalised(sentenceOf(reason)),
    reason,
    nextStep: reason === 'qr_timeout' ? 'show_code' : 'reconnect',
  };
}

function connectedAs(phone: string | null): string {
  return phone === null ? 'Connected' : `Connected as ${phone}`;
}

export const numberInUse = 'account.number_in_use';

const sentences: Record<string, string> = {
  logged_out: 'the device was removed on the phone',
  unlinked_by_you: 'you unlinked the phone',
  account_locked: 'WhatsApp has locked this number',
  account_banned: 'WhatsApp has banned this number',
  pairing_stuck: 'the pairing did not finish',
  temporarily_banned: 'WhatsApp has banned this number for a while. Wait, then press Reconnect',
  qr_timeout: 'paused to protect your number. Show a new code',
  replaced: 'another program has taken the line of this number',
  bad_session: 'WhatsApp refused the session several times',
  client_outdated: 'WhatsApp wants a newer client; it is tried again every five minutes',
  certificate_refused:
    "the server's certificate is not WhatsApp's. Check for a proxy in between, or set WHATSAPP_STRICT_NOISE=false to " +
    'accept it',
  timed_out: 'the line timed out',
  connection_lost: 'the line was lost',
  connect_timeout: 'WhatsApp did not answer',
  unavailable: 'WhatsApp is unavailable at the moment',
  silent_line: 'nothing came over the line any more',
  stalled_after_login: 'the line got stuck after login',
  sends_unconfirmed: 'messages were not confirmed',
  restart_required: 'the phone confirmed the link',
  crashed: 'of an error inside',
  [numberInUse]: 'this number is already linked to another account of this server',
  'secrets.unreadable': 'its keys cannot be read with the present ENCRYPTION_KEY',
  'sandbox.off': 'sandbox accounts are switched off (SANDBOX=false)',
  internal: 'of an error inside. See the log',
};

function sentenceOf(reason: string): string {
  const known = sentences[reason];
  if (known !== undefined) return known;
  const code = /^(?:refused|upgrade_refused)_(\d+)$/.exec(reason)?.[1];
  return code === undefined ? reason : `WhatsApp refused the line with code ${code}`;
}

function capitalised(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
