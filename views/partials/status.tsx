import type { AccountStatus } from '../../src/features/accounts/accounts.ts';
import { Icon } from './icon.tsx';

type Status = AccountStatus['status'];
export type Tone = 'ok' | 'warn' | 'bad' | 'info' | 'idle' | 'sandbox';

const words: Record<Status, string> = {
  initializing: 'Starting',
  qr_ready: 'Scan QR code',
  ready: 'Connected',
  disconnected: 'Disconnected',
  auth_failed: 'Logged out',
  error: 'Error',
};

const tones: Record<Status, Tone> = {
  initializing: 'warn',
  qr_ready: 'info',
  ready: 'ok',
  disconnected: 'warn',
  auth_failed: 'bad',
  error: 'bad',
};

export interface StatusModel {
  status: Status;
  paused: boolean;
  /** The sentence, such as `Reconnecting (2), because the line was lost`. */
  message: string;
  nextStep: AccountStatus['nextStep'];
}

/** A dot and a word: green can send, amber waits, red needs you, blue is your turn. */
export function StatusChip({ model }: { model: StatusModel }) {
  const { word, tone } = statusWord(model);
  return <span class={`chip chip-dot tone-${tone}`}>{word}</span>;
}

export function statusWord({ status, paused, message, nextStep }: StatusModel): { word: string; tone: Tone } {
  if (paused) return { word: 'Paused', tone: 'idle' };
  if (status !== 'disconnected') return { word: words[status], tone: tones[status] };
  const attempt = /^Reconnecting \(\d+\)/.exec(message)?.[0];
  if (attempt !== undefined) return { word: attempt, tone: 'warn' };
  return nextStep === 'show_code' ? { word: 'Not linked', tone: 'info' } : { word: words.disconnected, tone: 'warn' };
}

/** Violet wherever a test number stands, so that nobody takes it for a real one. */
export function KindChip({ kind }: { kind: 'whatsapp' | 'sandbox' }) {
  if (kind === 'whatsapp') return null;
  return (
    <span class="chip tone-sandbox">
      <Icon name="flask-conical" />
      Sandbox
    </span>
  );
}
