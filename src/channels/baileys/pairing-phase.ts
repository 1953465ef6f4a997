import type { Clock } from '../../platform/clock.ts';
import type { PairingCode, PairingState } from '../channel.ts';
import type { ConnectionTimings } from './timings.ts';

/** WhatsApp hands out so many codes to scan for one socket. */
const qrAttempts = 6;
const firstQrLifeMs = 60_000;
const laterQrLifeMs = 20_000;

/** The time in which one socket shows codes: those to scan, one after the other, and one to type beside them. */
export interface PairingPhase {
  /** Shows the next code to scan; false when they are used up. */
  scannable(qr: string): boolean;
  /** Shows a code to type until the phase ends. Asking for it changes nothing about the codes to scan. */
  typeable(code: { code: string; phone: string }): void;
  /** Something was typed on the phone. */
  typed(): void;
  end(): void;
}

export interface PairingPhaseOptions {
  timings: Pick<ConnectionTimings, 'qrLifeMs' | 'codeTypedMs'>;
  clock: Clock;
  tell(state: PairingState): void;
}

export function createPairingPhase(options: PairingPhaseOptions): PairingPhase {
  const { timings, clock } = options;
  const over = new AbortController();
  let state: PairingState | undefined;

  function lifeMs(attempt: number): number {
    return timings.qrLifeMs ?? (attempt === 1 ? firstQrLifeMs : laterQrLifeMs);
  }

  function show(next: PairingState): void {
    if (over.signal.aborted) return;
    state = next;
    options.tell(next);
  }

  async function refuseLater(typed: PairingCode): Promise<void> {
    await clock.sleep(timings.codeTypedMs, over.signal);
    if (state?.code?.askedAt === typed.askedAt) show({ ...state, code: { ...typed, refused: true } });
  }

  return {
    scannable(qr) {
      const attempt = (state?.attempt ?? 0) + 1;
      if (attempt > qrAttempts) return false;
      const nowMs = clock.now().getTime();
      const expiresAtMs = nowMs + lifeMs(attempt);
      const endsAtMs = expiresAtMs + (qrAttempts - attempt) * lifeMs(qrAttempts);
      show({
        kind: 'pairing',
        qr,
        expiresAt: new Date(expiresAtMs),
        attempt,
        attempts: qrAttempts,
        endsAt: new Date(endsAtMs),
        code: state?.code ?? null,
      });
      return true;
    },
    typeable({ code, phone }) {
      if (!state) return;
      show({ ...state, code: { code, phone, askedAt: clock.now(), expiresAt: state.endsAt, refused: false } });
    },
    typed() {
      if (state?.code) void refuseLater(state.code).catch(() => undefined);
    },
    end: () => over.abort(new Error('The pairing is over')),
  };
}
