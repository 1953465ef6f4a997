import type { AppTimings } from './app-timings.ts';
import type { Config } from './config.ts';
import type { AccountKind } from './features/accounts/accounts.ts';

/** The kinds of account that can be made. */
export function kindsOf({ sandbox }: Config): readonly AccountKind[] {
  return sandbox ? ['whatsapp', 'sandbox'] : ['whatsapp'];
}

export function signInSettings({ admin, session, publicUrl, trustProxy }: Config, { sessionSweepMs }: AppTimings) {
  return {
    environment: admin,
    cookieSecure: session.cookieSecure,
    idleMs: session.idleMinutes * 60_000,
    maxMs: session.maxHours * 3_600_000,
    sweepMs: sessionSweepMs,
    publicUrl,
    trustProxyHops: trustProxy,
  };
}
