import type { ChannelState } from '../channel.ts';
import type { CloseCause } from './disconnects.ts';

/** Why Baileys closed a socket. It ends one with a Boom: the code in `output`, what the server said in `data`. */
export function causeOf(error: Error | undefined): CloseCause {
  const detail = error?.message ?? '';
  const { output, data } = (error ?? {}) as { output?: { statusCode?: number }; data?: { expire?: unknown } };
  const code = output?.statusCode ?? 428;
  if (detail === 'QR refs attempts ended') return { kind: 'qr-exhausted' };
  if (code === 400 && /certificat/.test(detail)) return { kind: 'certificate' };
  const refused = /Unexpected server response: (\d+)/.exec(detail);
  if (refused) return { kind: 'upgrade-refused', status: Number(refused[1]) };
  const seconds = Number(data?.expire);
  return { kind: 'code', code, detail, ...(seconds > 0 && { expiresInSeconds: seconds }) };
}

export function codeOf(cause: CloseCause): number | undefined {
  return cause.kind === 'code' ? cause.code : undefined;
}

export function isOutdated(cause: CloseCause): boolean {
  return codeOf(cause) === 405;
}

/** A ban for a while says for how long. */
export function stateAfterFailure(reason: string, cause: CloseCause, now: Date): ChannelState {
  if (cause.kind !== 'code' || cause.expiresInSeconds === undefined) return { kind: 'failed', reason };
  return { kind: 'failed', reason, until: new Date(now.getTime() + cause.expiresInSeconds * 1000) };
}
