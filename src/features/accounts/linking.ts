import type { Account } from './account.ts';

/** A code to scan. */
export interface QrCode {
  code: string;
  revision: number;
  attempt: number;
  attempts: number;
  expiresAt: Date;
}

/** A code to type on the phone with this number. */
export interface PairingCode {
  /** As people read it, `ABCD-EFGH`. */
  code: string;
  phone: string;
  revision: number;
  expiresAt: Date;
}

/** Where the linking of an account stands, as a page shows it. */
export type Linking =
  | { kind: 'linked' }
  /** No code yet; at `lateAt` this becomes `late` by itself. */
  | { kind: 'starting'; lateAt: Date }
  /** No code for too long; it is being tried on, and a person may try again. */
  | { kind: 'late'; message: string }
  | { kind: 'showing'; qr: QrCode; code: PairingCode | undefined; message: string }
  /** Nothing goes on until a person does what `nextStep` of the account says. */
  | { kind: 'stopped'; message: string };

export interface LinkingFacts {
  account: Account;
  qr: QrCode | undefined;
  code: PairingCode | undefined;
  /** How long a first code may take. */
  lateMs: number;
  now: Date;
}

export function linkingOf({ account, qr, code, lateMs, now }: LinkingFacts): Linking {
  const { status, message, nextStep, since } = account.status;
  if (account.linked) return { kind: 'linked' };
  if (status === 'qr_ready' && qr) return { kind: 'showing', qr, code, message };
  if (status === 'initializing' && !account.paused) {
    const lateAt = new Date(since.getTime() + lateMs);
    if (now < lateAt) return { kind: 'starting', lateAt };
    return { kind: 'late', message: `No code for ${Math.round(lateMs / 1000)} seconds. It is still being tried` };
  }
  if (status === 'disconnected' && nextStep === 'reconnect')
    return { kind: 'late', message: `No code yet. ${message}` };
  return { kind: 'stopped', message };
}
