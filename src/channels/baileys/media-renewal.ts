import { proto, type WAMessage, type WASocket } from '@whiskeysockets/baileys';
import { type Clock, endsWithin } from '../../platform/clock.ts';
import { errorMessage } from '../../platform/errors.ts';
import type { Log } from '../../platform/log.ts';
import { expired } from './media-download.ts';

export interface RenewalOptions {
  socket: Pick<WASocket, 'updateMediaMessage' | 'refreshMediaConn'>;
  /** How long the phone may take. */
  answerMs: number;
  clock: Clock;
  log: Log;
}

/** Asks the phone to upload a message's file again. Resolves with the encoding that names the new place; else `media.expired`. */
export async function renewMedia(original: Uint8Array, options: RenewalOptions): Promise<Uint8Array> {
  const { socket, answerMs, clock, log } = options;
  const message = proto.WebMessageInfo.decode(original);
  // Baileys builds the new address with the host of the last answer to this.
  await socket.refreshMediaConn(false);
  // It changes the message that it is given, and waits for ever for a phone that is off.
  const renewed = socket.updateMediaMessage(message as WAMessage);
  let failure: unknown;
  const answered = await endsWithin(
    clock,
    answerMs,
    renewed.catch((error: unknown) => (failure = error)),
  );
  if (failure) log.info('A phone did not give a file again', { reason: errorMessage(failure) });
  if (!answered || failure) throw expired();
  return proto.WebMessageInfo.encode(message).finish();
}
